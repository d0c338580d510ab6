import type { Launch } from "../../dev/cluster/start-cluster.js";
import { quantile } from "../statistics.js";
import { startContestant, type Contestant, type ContestantName } from "./contestants.js";
import { pace, recordSender, type RecordSender } from "./load.js";
import { moduleText } from "./module-text.js";
import { connectionOf, Observer } from "./observer.js";
import type { FunctionProcess } from "./program.js";
import type { AddressCount, Sizes } from "./sizes.js";

/** What every row is measured on. */
export interface Ground {
  readonly launch: Launch;
  readonly functions: FunctionProcess;
  readonly sizes: Sizes;
}

/** What one contestant reached. */
export interface KafkaRow {
  readonly recordsPerSecond: number;
  readonly cpuMicrosPerRecord: number;
  readonly functionCpuMicrosPerRecord: number;
  readonly p50Millis: number;
  readonly p99Millis: number;
}

/** Measures one contestant: a backlog first, then an even load. Every greeting is checked before a figure counts. */
export async function kafkaRow(
  ground: Ground,
  name: ContestantName,
  addresses: AddressCount,
): Promise<KafkaRow> {
  const { cluster } = ground.launch;
  const topic = `names-${name}-${addresses.toString()}`;
  await cluster.createTopics([topic]);
  const module = moduleText(cluster.kafka, ground.functions.address, topic);
  const connection = connectionOf(module);
  const sender = await recordSender(connection, topic, addresses);
  const observer = await Observer.open(module);
  const contestant = await startContestant(name, module, ground.launch);
  const row = { ground, addresses, contestant, observer, sender };
  try {
    const speed = await backlog(row);
    const latency = await evenLoad(row);
    return { ...speed, ...latency };
  } finally {
    await sender.close();
    await observer.close();
    await connection.close();
    await contestant.stop();
  }
}

interface Row {
  readonly ground: Ground;
  readonly addresses: AddressCount;
  readonly contestant: Contestant;
  readonly observer: Observer;
  readonly sender: RecordSender;
}

type Speed = Pick<KafkaRow, "recordsPerSecond" | "cpuMicrosPerRecord" | "functionCpuMicrosPerRecord">;

/** Time and CPU run from the first byte of the backlog to the last greeting. */
async function backlog({ ground, addresses, contestant, observer, sender }: Row): Promise<Speed> {
  const { warmUp, measured } = ground.sizes.kafka[addresses];
  await sender.fill(0, warmUp);
  await observer.until(warmUp);
  const cpuBefore = contestant.cpuMicros();
  const functionCpuBefore = ground.functions.cpuMicros();
  const start = performance.now();
  await sender.fill(warmUp, measured);
  const end = await observer.until(warmUp + measured);
  return {
    recordsPerSecond: (measured * 1000) / (end - start),
    cpuMicrosPerRecord: (contestant.cpuMicros() - cpuBefore) / measured,
    functionCpuMicrosPerRecord: (ground.functions.cpuMicros() - functionCpuBefore) / measured,
  };
}

/** From when a record is due until its greeting is seen. */
async function evenLoad({
  ground,
  addresses,
  observer,
  sender,
}: Row): Promise<Pick<KafkaRow, "p50Millis" | "p99Millis">> {
  const { warmUp, measured } = ground.sizes.kafka[addresses];
  const { perSecond, warmUpSeconds, seconds } = ground.sizes.paced;
  const from = warmUp + measured;
  const count = perSecond * (warmUpSeconds + seconds);
  const { due, sent } = pace({ from, count, perSecond, send: (numbers) => sender.send(numbers) });
  const timed = from + perSecond * warmUpSeconds;
  observer.time(new Map([...due].filter(([number]) => Number(number) >= timed)));
  await sent;
  await observer.until(from + count);
  const { latencies } = observer;
  if (latencies.length !== perSecond * seconds) {
    throw new Error(
      `${latencies.length.toString()} greetings were timed of ${(perSecond * seconds).toString()}`,
    );
  }
  return { p50Millis: quantile(latencies, 0.5), p99Millis: quantile(latencies, 0.99) };
}
