import { spread, median } from "../statistics.js";
import { verifyAnswers } from "../work/answers.js";
import type { BatchSize, FunctionName, Work } from "../work/contract.js";
import { requestsFor } from "../work/requests.js";
import { connectionCount, type Client } from "./client.js";
import { commandOf, takesPart, type ContestantName } from "./contestants.js";
import { fullHttpEffort, quickHttpEffort, type HttpEffort } from "./effort.js";
import { httpFigureOf, type HttpFigure, type Rounds, type Run } from "./figure.js";
import { functions } from "./functions/ours.js";
import { promises } from "./goals.js";
import type { HttpOptions } from "./options.js";
import { serverCore } from "./pinning.js";
import { ServerProcess } from "./server-process.js";

type Servers = ReadonlyMap<ContestantName, ServerProcess>;

/** Starts everyone who takes part, lets them serve in turns, and judges what that took. */
export async function race(
  options: HttpOptions,
  client: Client,
  print: (line: string) => void,
): Promise<HttpFigure[]> {
  const effort = options.quick ? quickHttpEffort : fullHttpEffort;
  const servers = new Map<ContestantName, ServerProcess>();
  try {
    for (const name of options.contestants) {
      const command = await commandOf(name);
      if (typeof command === "string") print(`${name} takes no part: ${command}`);
      else servers.set(name, await ServerProcess.start(name, command, serverCore));
    }
    print(`\nCPU microseconds per invocation (half of the runs lie within); thousand requests per second`);
    const figures: HttpFigure[] = [];
    for (const name of options.functions) {
      await warmUp(servers, name, client, effort);
      for (const batch of options.batches) {
        const work: Work = { name, batch };
        const rounds = await measure(servers, work, client, effort);
        printRow(work, rounds, print);
        figures.push(...judged(work, rounds, options.quick));
      }
    }
    return figures;
  } finally {
    for (const server of servers.values()) await server.stop();
  }
}

async function warmUp(
  servers: Servers,
  name: FunctionName,
  client: Client,
  { coldStartSeconds }: HttpEffort,
): Promise<void> {
  if (coldStartSeconds === 0) return;
  for (const server of servers.values()) {
    await client.load(server, requestsFor({ name, batch: 10 }), coldStartSeconds);
  }
}

/** One run a contestant and round, in turns; who begins changes. Nobody is timed whose answers were not verified. */
async function measure(
  servers: Servers,
  work: Work,
  client: Client,
  { warmUpSeconds, runSeconds, rounds }: HttpEffort,
): Promise<Rounds> {
  const requests = requestsFor(work);
  const turns = [...servers].filter(([name]) => takesPart(name, work.batch));
  const runs: Partial<Record<ContestantName, Run[]>> = {};
  for (const [name, server] of turns) {
    runs[name] = [];
    if (server.isEcho) await server.replyWith((await functions.handle(requests[0] as Uint8Array)).length);
    else await verifyAnswers(work, requests, [server]);
    if (warmUpSeconds > 0) await client.load(server, requests, warmUpSeconds);
  }
  for (let round = 0; round < rounds; round++) {
    const first = round % turns.length;
    for (const [name, server] of [...turns.slice(first), ...turns.slice(0, first)]) {
      runs[name]?.push(await timed(server, requests, work.batch, client, runSeconds));
    }
  }
  return runs;
}

/** Loads a server and tells what that took. */
export async function timed(
  server: ServerProcess,
  requests: readonly Uint8Array[],
  batch: BatchSize,
  client: Client,
  seconds: number,
): Promise<Run> {
  const before = await server.settledCpuMicros();
  const load = await client.load(server, requests, seconds);
  const cpuMicros = (await server.settledCpuMicros()) - before;
  // Each connection has a request under way when the client stops. It is served, and its answer meets nobody.
  const served = load.requests + connectionCount;
  return { cpuMicrosPerInvocation: cpuMicros / (served * batch), requestsPerSecond: load.requestsPerSecond };
}

function judged(work: Work, rounds: Rounds, quick: boolean): HttpFigure[] {
  return promises.flatMap(({ ours, peer, unit, goals }) => {
    const [our, their] = [rounds[ours], rounds[peer]];
    if (our === undefined || their === undefined) return [];
    return httpFigureOf({
      bench: `http-${ours}-${peer}`,
      function: work.name,
      batch: work.batch,
      unit,
      ours: our,
      peer: their,
      goal: quick ? undefined : goals[work.name]?.[work.batch],
    });
  });
}

function printRow({ name, batch }: Work, rounds: Rounds, print: (line: string) => void): void {
  const cells = Object.entries(rounds).map(([contestant, runs]) => {
    const cpu = runs.map(({ cpuMicrosPerInvocation }) => cpuMicrosPerInvocation);
    const thousands = median(runs.map(({ requestsPerSecond }) => requestsPerSecond)) / 1000;
    const percent = Math.round(spread(cpu) * 100).toString();
    return `${contestant} ${median(cpu).toPrecision(3)} ±${percent}%; ${thousands.toFixed(1)}`;
  });
  print(`${name} ${batch.toString()}: ${cells.join(" | ")}`);
}
