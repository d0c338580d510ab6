import { median } from "../statistics.js";
import { verifyAnswers } from "../work/answers.js";
import type { BatchSize, Work } from "../work/contract.js";
import { requestsFor } from "../work/requests.js";
import type { Client } from "./client.js";
import { nodeServer } from "./contestants.js";
import { fullHttpEffort, quickHttpEffort } from "./effort.js";
import { httpFigureOf, type HttpFigure, type Run } from "./figure.js";
import { twoWorkers } from "./goals.js";
import type { HttpOptions } from "./options.js";
import { timed } from "./race.js";
import { ServerProcess } from "./server-process.js";

/** Where something is promised: an idle cluster, and one with a backlog. */
const batches: readonly BatchSize[] = [1, 100];

/** Two workers beside a server alone, nobody pinned: all share the cores of this machine with the client. */
export async function compareWorkers(
  options: HttpOptions,
  client: Client,
  print: (line: string) => void,
): Promise<HttpFigure[]> {
  const effort = options.quick ? quickHttpEffort : fullHttpEffort;
  const alone = await ServerProcess.start("alone", await nodeServer("listen"), undefined);
  const both = await ServerProcess.start("two workers", await nodeServer("listen", "2"), undefined);
  try {
    print(`\nrequests per second, servers and client on the same cores`);
    const figures: HttpFigure[] = [];
    for (const batch of options.batches.filter((one) => batches.includes(one))) {
      const work: Work = { name: "counter", batch };
      const requests = requestsFor(work);
      await verifyAnswers(work, requests, [alone, both]);
      for (const server of [alone, both]) {
        if (effort.coldStartSeconds > 0) await client.load(server, requests, effort.coldStartSeconds);
      }
      const ours: Run[] = [];
      const peer: Run[] = [];
      for (let round = 0; round < effort.rounds; round++) {
        peer.push(await timed(alone, requests, batch, client, effort.runSeconds));
        ours.push(await timed(both, requests, batch, client, effort.runSeconds));
      }
      const perSecond = (runs: readonly Run[]): string =>
        Math.round(median(runs.map(({ requestsPerSecond }) => requestsPerSecond))).toLocaleString("en");
      print(`counter ${batch.toString()}: one ${perSecond(peer)}, two workers ${perSecond(ours)}`);
      figures.push(
        httpFigureOf({
          bench: "http-workers",
          function: "counter",
          batch,
          unit: "requests per second",
          ours,
          peer,
          goal: options.quick ? undefined : twoWorkers[batch],
        }),
      );
    }
    return figures;
  } finally {
    await both.stop();
    await alone.stop();
  }
}
