import type { Launch } from "../../dev/cluster/start-cluster.js";
import { quantile } from "../statistics.js";
import { startContestant, type Contestant, type ContestantName } from "./contestants.js";
import { fill, kafkaSender, pace } from "./load.js";
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

/** The rate is taken under full load: the last commits cover what is left, and say nothing about speed. */
const windowShare = 0.9;

/** The topic that every contestant reads. */
export function namesTopic(addresses: AddressCount): string {
  return `names-${addresses.toString()}`;
}

/** Writes what every contestant will read: the same records, before anyone is measured. */
export async function prepareTopic(
  { launch, functions, sizes }: Ground,
  addresses: AddressCount,
): Promise<void> {
  const { cluster } = launch;
  const { warmUp, measured } = sizes.kafka[addresses];
  const topic = namesTopic(addresses);
  await cluster.createTopics([topic]);
  const connection = connectionOf(moduleText(cluster.kafka, functions.address, [topic]));
  await fill(connection, topic, warmUp + measured, addresses);
  await connection.close();
}

/** Measures one contestant: a backlog first, then an even load. Every greeting is checked before a figure counts. */
export async function kafkaRow(
  ground: Ground,
  name: ContestantName,
  addresses: AddressCount,
): Promise<KafkaRow> {
  const { cluster } = ground.launch;
  const paced = `paced-${name}-${addresses.toString()}`;
  await cluster.createTopics([paced]);
  const module = moduleText(cluster.kafka, ground.functions.address, [namesTopic(addresses), paced]);
  const observer = await Observer.open(module);
  const contestant = await startContestant(name, module, ground.launch);
  try {
    const speed = await backlog(ground, addresses, contestant, observer);
    const latency = await evenLoad(ground, { addresses, topic: paced, module }, observer);
    return { ...speed, ...latency };
  } finally {
    await observer.close();
    await contestant.stop();
  }
}

async function backlog(
  { functions, sizes }: Ground,
  addresses: AddressCount,
  contestant: Contestant,
  observer: Observer,
): Promise<Pick<KafkaRow, "recordsPerSecond" | "cpuMicrosPerRecord" | "functionCpuMicrosPerRecord">> {
  const { warmUp, measured } = sizes.kafka[addresses];
  const taken = (): readonly [number, number] => [contestant.cpuMicros(), functions.cpuMicros()];
  const first = await observer.until(warmUp);
  const before = taken();
  const last = await observer.until(warmUp + Math.ceil(measured * windowShare));
  const after = taken();
  await observer.until(warmUp + measured);
  // All of it may be there in one commit; then the time until it was is what there is to tell.
  const count = Math.max(last.count - first.count, 1);
  return {
    recordsPerSecond: (count * 1000) / Math.max(last.millis - first.millis, 1),
    cpuMicrosPerRecord: (after[0] - before[0]) / count,
    functionCpuMicrosPerRecord: (after[1] - before[1]) / count,
  };
}

async function evenLoad(
  { sizes }: Ground,
  { addresses, topic, module }: { addresses: AddressCount; topic: string; module: string },
  observer: Observer,
): Promise<Pick<KafkaRow, "p50Millis" | "p99Millis">> {
  const { warmUp, measured } = sizes.kafka[addresses];
  const { perSecond, warmUpSeconds, seconds } = sizes.paced;
  const connection = connectionOf(module);
  const sender = await kafkaSender(connection, topic, addresses);
  const from = warmUp + measured;
  const count = perSecond * (warmUpSeconds + seconds);
  const { due, sent } = pace({ from, count, perSecond, send: (numbers) => sender.send(numbers) });
  const timed = from + perSecond * warmUpSeconds;
  observer.time(new Map([...due].filter(([number]) => Number(number) >= timed)));
  await sent;
  await observer.until(from + count);
  await sender.close();
  await connection.close();
  const { latencies } = observer;
  if (latencies.length !== perSecond * seconds) {
    throw new Error(
      `${latencies.length.toString()} greetings were timed of ${(perSecond * seconds).toString()}`,
    );
  }
  return { p50Millis: quantile(latencies, 0.5), p99Millis: quantile(latencies, 0.99) };
}
