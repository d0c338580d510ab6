import { runtimeFigure, type RuntimeFigure } from "./figure.js";
import { memoryGrowth, restart } from "./goals.js";
import { keeperTypename } from "./keeper.js";
import type { Memory, RuntimePlan } from "./plan.js";
import { RuntimeProcess } from "./program.js";
import type { Sizes } from "./sizes.js";
import { RowTable, shown } from "./table.js";
import { withFolder } from "./temporary-folder.js";

const mebibyte = 1024 * 1024;

const titles = ["200 bytes of state each", "live MB", "own MB", "mapped MB", "start ms", "invocations/s"];

/** Memory and restart with as many addresses as `sizes` says, and 200 bytes of state each, in lmdb. */
export async function keptFigures(sizes: Sizes, print: (line: string) => void): Promise<RuntimeFigure[]> {
  const { addresses, fewer } = sizes.kept;
  const table = new RowTable(titles, print, 40);
  const small = await withFolder(async (folder) => {
    const { runtime, memory } = await filled(sizes, folder, fewer, table);
    await runtime.close();
    return memory;
  });
  return withFolder(async (folder) => {
    const { runtime, memory } = await filled(sizes, folder, addresses, table);
    await runtime.close();
    const plan = planOf(sizes, folder);
    const again = await restarted(plan, { pass: 3, what: "after it was closed" }, table);
    await again.runtime.kill();
    const killed = await restarted(plan, { pass: 4, what: "after SIGKILL" }, table);
    await killed.runtime.close();
    return [
      runtimeFigure("live-memory", memory.liveBytes / mebibyte, "MB"),
      runtimeFigure("own-memory", memory.ownBytes / mebibyte, "MB"),
      runtimeFigure("memory-growth", memory.liveBytes / small.liveBytes, "times", memoryGrowth),
      runtimeFigure("restart", again.millis, "ms", restart),
      runtimeFigure("restart-after-kill", killed.millis, "ms", restart),
    ];
  });
}

function planOf({ kept }: Sizes, folder: string): RuntimePlan {
  return { functions: "keeper", store: { kind: "lmdb", folder }, cacheBytes: kept.cacheBytes };
}

/** Each address gets its state, and is then met again, when it is no longer in the cache. */
async function filled(
  sizes: Sizes,
  folder: string,
  addresses: number,
  table: RowTable,
): Promise<{ readonly runtime: RuntimeProcess; readonly memory: Memory }> {
  const runtime = await RuntimeProcess.start(planOf(sizes, folder));
  const rates: string[] = [];
  for (const pass of [1, 2]) {
    const { seconds } = await sendToAll(runtime, addresses, pass);
    rates.push(shown(addresses / seconds));
  }
  const memory = await runtime.memory();
  table.row([`${addresses.toLocaleString("en")} addresses`, ...cellsOf(memory), "", rates.join(", ")]);
  return { runtime, memory };
}

/** From before the process is started until it has answered for an address that it had state of. */
async function restarted(
  plan: RuntimePlan,
  { pass, what }: { readonly pass: number; readonly what: string },
  table: RowTable,
): Promise<{ readonly runtime: RuntimeProcess; readonly millis: number }> {
  const before = performance.now();
  const runtime = await RuntimeProcess.start(plan);
  await sendToAll(runtime, 1, pass);
  const millis = performance.now() - before;
  table.row([what, ...cellsOf(await runtime.memory()), shown(millis), ""]);
  return { runtime, millis };
}

async function sendToAll(
  runtime: RuntimeProcess,
  addresses: number,
  pass: number,
): Promise<{ readonly seconds: number }> {
  const question = { typename: keeperTypename, count: addresses, addresses, text: pass.toString() };
  const { seconds, mismatches } = await runtime.generate(question);
  if (mismatches > 0) throw new Error(`${mismatches.toString()} states are not what they were`);
  return { seconds };
}

function cellsOf({ liveBytes, ownBytes, mappedBytes }: Memory): string[] {
  return [liveBytes, ownBytes, mappedBytes].map((bytes) => shown(bytes / mebibyte));
}
