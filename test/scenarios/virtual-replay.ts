import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { inMemoryKafka } from "../../dev/runtime/kafka/in-memory.js";
import type { InMemoryKafka } from "../../dev/runtime/kafka/in-memory.js";
import { virtualClock } from "../../dev/runtime/virtual-clock.js";
import { EmbeddedJob } from "./embedded-job.js";
import { compared, isAnsweredWell } from "./expectations.js";
import type { Comparison, Leniency } from "./expectations.js";
import type { Listening } from "./http-server.js";
import { comparedCounts, comparedHeads } from "./observed.js";
import { virtualPassage } from "./passage.js";
import { ClientSockets, Quiet } from "./quiet.js";
import { replay } from "./replay.js";
import type { Topics } from "./replay.js";
import type { Scenario } from "./scenario.js";
import { ScriptedFunction } from "./scripted-function.js";
import type { Stores } from "./stores.js";

/** When every replay begins: a date after 2001, as clocks of real machines show. */
const startMillis = Date.UTC(2026, 0, 1);

/**
 * Replays a scenario against the embedded runtime, on a virtual clock, with topics in memory and functions behind real
 * sockets, and compares.
 *
 * @throws Error if something that a step waits for never happens
 */
export async function replayed(
  scenario: Scenario,
  stores: Stores,
  leniency: Leniency = {},
): Promise<Comparison> {
  const quiet = new Quiet();
  const virtual = virtualClock(startMillis);
  const clock = quiet.watched(virtual);
  const kafka = inMemoryKafka(clock);
  for (const [topic, partitions] of Object.entries(scenario.topics)) kafka.createTopic(topic, partitions);
  const folder = mkdtempSync(path.join(tmpdir(), "statefun-socket-"));
  const socket = path.join(folder, "f.sock");
  const refused = await unusedPort();

  const where: Listening = scenario.module.includes("${SOCKET}") ? { socket } : { port: 0 };
  const script = new ScriptedFunction(where, scenario.functions, clock, quiet.touch);
  const job = new EmbeddedJob({
    ...{
      scenario,
      clock,
      stores,
      onActivity: quiet.touch,
      arrived: () => script.requests.length,
      settle: quiet.reached,
    },
    kafka: () => kafka,
    module: () =>
      scenario.module
        .replaceAll("${FUNCTIONS}", `http://127.0.0.1:${String(script.server.port)}`)
        .replaceAll("${REFUSED}", `http://127.0.0.1:${String(refused)}`)
        .replaceAll("${SOCKET}", socket)
        .replaceAll("${KAFKA}", "kafka.invalid:9092"),
  });
  const sockets = new ClientSockets();
  quiet.watch(() => job.moving());
  quiet.watch(() => sockets.moving(script.server.port, script.server.sockets));
  quiet.watch(() => unheardAnswer(script, job));
  try {
    const passage = virtualPassage(virtual, quiet.reached);
    const seen = await replay(scenario, { script, topics: topicsOf(kafka), job, passage });
    const comparisons = [
      compared(scenario.expect, seen, leniency),
      comparedCounts(scenario, script),
      comparedHeads(scenario, script, leniency),
    ];
    return {
      expected: comparisons.map(({ expected }) => expected),
      observed: comparisons.map(({ observed }) => observed),
    };
  } finally {
    sockets.stop();
    await job.close();
    await script.close();
    stores.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A request that was answered well, and of which the runtime has not taken the answer yet. */
function unheardAnswer({ requests }: ScriptedFunction, job: EmbeddedJob): string | undefined {
  const last = new Map(requests.map((request, index) => [request.address, { request, index }]));
  for (const [address, { request, index }] of last) {
    const since = job.calledSince(address);
    if (since !== undefined && index >= since && isAnsweredWell(request)) {
      return `the answer to ${address} is not applied yet`;
    }
  }
  return undefined;
}

function topicsOf(kafka: InMemoryKafka): Topics {
  const committed: Topics["committed"] = (topic) =>
    Promise.resolve(
      kafka.records(topic).map(({ key = null, value = new Uint8Array(0) }) => ({ key, value })),
    );
  return {
    produce: (topic, key, value) => {
      kafka.produce(topic, key, value);
      return Promise.resolve();
    },
    committed,
    allCommitted: committed,
  };
}

/** A port of this machine on which nobody listens. */
async function unusedPort(): Promise<number> {
  const server = net.createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      resolve((server.address() as net.AddressInfo).port);
    });
  });
  await new Promise((resolve) => server.close(resolve));
  return port;
}
