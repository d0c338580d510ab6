import { expect, test } from "@jest/globals";
import type { Cluster } from "statefun-dev";
import { KafkaRecords, withoutMarks } from "./kafka-records.js";
import type { KafkaRecord } from "./record-batches.js";
import type { ReadOptions } from "./topic-reader.js";
import { until } from "./until.js";

const topic = "committed-records";
const partitions = [0, 1];
const producerCount = 4;
const transactionsEach = 12;

/** Smaller than two batches: each answer holds one, so the markers that end a transaction come in later answers. */
const oneBatchBytes = 200;

/** What the exactness of every other test here rests on. */
export function committedRecords(cluster: () => Cluster): void {
  test("the reader yields exactly the committed records, in order, however transactions interleave and fetches cut them", async () => {
    const seed = Date.now() % 1_000_000;
    console.log(`seed ${String(seed)}`);
    await cluster().createTopics([topic], { partitions: partitions.length });
    const kafka = new KafkaRecords(cluster().kafka);
    try {
      const { written, committed } = await writeTransactions(kafka, random(seed));

      const read = await readToEnd(cluster(), kafka, { maxFetchBytes: oneBatchBytes });
      const all = await readToEnd(cluster(), kafka, { committedOnly: false });

      expect(byPartition(read)).toEqual(byPartition(committed));
      expect(byPartition(all)).toEqual(byPartition(written)); // the aborted ones are there to be left out
      expect(committed.length).toBeLessThan(written.length);
    } finally {
      await kafka.close();
    }
  });
}

async function readToEnd(
  cluster: Cluster,
  kafka: KafkaRecords,
  options: ReadOptions,
): Promise<readonly KafkaRecord[]> {
  const reader = await kafka.read(topic, options);
  await until("the topic has been read to its end", cluster, await kafka.markEnds(topic, reader));
  return withoutMarks(reader.records);
}

interface Written {
  /** Every record in the log, in the order it was written. */
  readonly written: readonly KafkaRecord[];
  readonly committed: readonly KafkaRecord[];
}

/** Several producers take turns at random; each has a transaction open for a few turns; every third is aborted. */
async function writeTransactions(kafka: KafkaRecords, next: (below: number) => number): Promise<Written> {
  const written: KafkaRecord[] = [];
  const aborted = new Set<KafkaRecord>();
  const turns = await Promise.all(
    Array.from({ length: producerCount }, async (_, index) => {
      const producer = await kafka.transactionalProducer();
      return takeTurns(String(index), producer, next, written, aborted);
    }),
  );
  while (turns.length > 0) {
    const index = next(turns.length);
    const { done } = (await turns[index]?.next()) ?? { done: true };
    if (done) turns.splice(index, 1);
    if (next(10) === 0) {
      const record = {
        partition: next(partitions.length),
        key: "plain",
        value: `${String(written.length)} alone`,
      };
      await kafka.send(topic, [record]);
      written.push(record);
    }
  }
  return { written, committed: written.filter((record) => !aborted.has(record)) };
}

async function* takeTurns(
  name: string,
  producer: Awaited<ReturnType<KafkaRecords["transactionalProducer"]>>,
  next: (below: number) => number,
  written: KafkaRecord[],
  aborted: Set<KafkaRecord>,
): AsyncGenerator<void> {
  for (let count = 0; count < transactionsEach; count += 1) {
    const transaction = await producer.transaction();
    const mine: KafkaRecord[] = [];
    for (let batch = 0; batch <= next(5); batch += 1) {
      const partition = next(partitions.length);
      const records = Array.from({ length: 1 + next(4) }, (_, index) => {
        const value = `transaction ${String(count)} batch ${String(batch)} record ${String(index)}`;
        return { partition, key: name, value };
      });
      await transaction.send({ topic, messages: records });
      written.push(...records);
      mine.push(...records);
      yield;
    }
    if (count % 3 === 2) {
      mine.forEach((record) => aborted.add(record));
      await transaction.abort();
    } else {
      await transaction.commit();
    }
    yield;
  }
}

function byPartition(records: readonly KafkaRecord[]): readonly (readonly string[])[] {
  return partitions.map((wanted) => {
    return records
      .filter(({ partition }) => partition === wanted)
      .map(({ key, value }) => `${key}: ${value}`);
  });
}

/** The same numbers for the same seed, so that a failure can be repeated. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
