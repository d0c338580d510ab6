import { sumOfVisits } from "./addresses.js";
import { runtimeFigure, type RuntimeFigure } from "./figure.js";
import { durableInvocations } from "./goals.js";
import { personTypename } from "./greeter.js";
import type { Generated } from "./plan.js";
import { RuntimeProcess } from "./program.js";
import { addressCounts, type AddressCount, type Sizes } from "./sizes.js";
import { RowTable, shown } from "./table.js";
import { withFolder } from "./temporary-folder.js";

const stores = ["memory", "lmdb", "lmdb-sync"] as const;
type StoreName = (typeof stores)[number];

/** A record is an invocation of the person and one of the greeter. */
const invocationsPerRecord = 2;

/** The greeter with nothing around it: messages made up in the process, functions in it, greetings counted. */
export async function inProcessFigures(
  sizes: Sizes,
  print: (line: string) => void,
): Promise<RuntimeFigure[]> {
  const table = new RowTable(["in process", "invocations/s", "records/s", "CPU µs"], print);
  const figures: RuntimeFigure[] = [];
  for (const store of stores) {
    for (const addresses of addressCounts) {
      const { seconds, cpuMicros, greetings } = await withFolder((folder) =>
        generated(sizes, store, addresses, folder),
      );
      const invocations = (greetings * invocationsPerRecord) / seconds;
      const cells = [invocations, greetings / seconds, cpuMicros / greetings].map(shown);
      table.row([`${store}, ${addresses.toLocaleString("en")}`, ...cells]);
      const goal = store === "lmdb" ? durableInvocations : undefined;
      figures.push(
        runtimeFigure(`in-process-${store}-${addresses.toString()}`, invocations, "invocations/s", goal),
      );
    }
  }
  return figures;
}

async function generated(
  { generated: { warmUp, measured } }: Sizes,
  store: StoreName,
  addresses: AddressCount,
  folder: string,
): Promise<Generated> {
  const runtime = await RuntimeProcess.start({
    functions: "greeter",
    store: store === "memory" ? { kind: "memory" } : { kind: "lmdb", folder, sync: store === "lmdb-sync" },
  });
  try {
    const question = { typename: personTypename, addresses, text: "hello" };
    const first = await runtime.generate({ ...question, count: warmUp });
    const second = await runtime.generate({ ...question, count: measured });
    checkGreetings(first, warmUp, sumOfVisits(0, warmUp, addresses));
    checkGreetings(second, measured, sumOfVisits(warmUp, measured, addresses));
    return second;
  } finally {
    await runtime.close();
  }
}

function checkGreetings({ greetings, visits }: Generated, count: number, sum: number): void {
  if (greetings === count && visits === sum) return;
  throw new Error(
    `${greetings.toString()} greetings for ${visits.toString()} visits where there ought to be ${count.toString()} for ${sum.toString()}`,
  );
}
