import { randomUUID } from "node:crypto";
import { expect, test } from "@jest/globals";
import { Kafka, logLevel } from "kafkajs";
import type { Producer } from "kafkajs";
import type { Isolation, KafkaConnection } from "../../dev/runtime/kafka/kafka-connection.js";
import { Random } from "../support/random.js";
import type { Broker } from "./broker.js";
import { KafkaRecords, withoutMarks } from "./kafka-records.js";
import type { KafkaRecord } from "./record-batches.js";

const partitions = [0, 1];
const producerCount = 3;
const transactionCount = 1_000;

/** Smaller than two batches: each answer holds one, so the markers that end a transaction come in later answers. */
const oneBatchBytes = "200";

/** What the issue of exactness rests on: the reader of the runtime, against a writer and a reader that are not its own. */
export function committedReading(
  broker: () => Broker,
  client: (properties: Readonly<Record<string, string>>) => KafkaConnection,
): void {
  test("a topic of three interleaved producers, 1,000 transactions of which a third aborted, in fetches of one batch, is read exactly", async () => {
    const seed = Date.now() % 1_000_000;
    console.log(`seed ${String(seed)}`);
    const topic = `transactions-${randomUUID()}`;
    const kafka = new Kafka({ brokers: [broker().address], logLevel: logLevel.NOTHING });
    await createTopic(kafka, topic);
    const aborted = await writeTransactions(kafka, topic, new Random(seed));
    const log = await wholeLog(broker().address, topic);
    const properties = { "max.partition.fetch.bytes": oneBatchBytes, "fetch.max.bytes": oneBatchBytes };

    const committed = await readToEnd(client(properties), topic, "read-committed");
    const all = await readToEnd(client(properties), topic, "read-uncommitted");
    const inLargeFetches = await readToEnd(client({}), topic, "read-committed");

    const expected = partitions.map((partition) => {
      return (log[partition] ?? []).filter((value) => !aborted.has(transactionOf(value)));
    });
    expect(committed).toEqual(expected);
    expect(inLargeFetches).toEqual(expected);
    expect(all).toEqual(log); // the aborted ones are there to be left out
    expect(aborted.size).toBeGreaterThan(transactionCount / 3 - producerCount);
    expect(new Set(log.flat().map(transactionOf)).size).toBe(transactionCount);
  });
}

/** Values begin with the producer and the number of its transaction. */
function transactionOf(value: string): string {
  return value.split(" ").slice(0, 2).join(" ");
}

async function createTopic(kafka: Kafka, topic: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions.length }], waitForLeaders: true });
  await admin.disconnect();
}

/** All at once, each with a few batches a transaction; every third is aborted. Returns the aborted ones. */
async function writeTransactions(kafka: Kafka, topic: string, random: Random): Promise<ReadonlySet<string>> {
  const aborted = new Set<string>();
  let left = transactionCount;
  await Promise.all(
    Array.from({ length: producerCount }, async (_, index) => {
      const producer = kafka.producer({
        transactionalId: randomUUID(),
        idempotent: true,
        maxInFlightRequests: 1,
      });
      await producer.connect();
      for (let count = 0; left > 0; count += 1) {
        left -= 1;
        const name = `producer-${String(index)} ${String(count)}`;
        const aborts = count % 3 === 2;
        if (aborts) aborted.add(name);
        await writeTransaction(producer, topic, name, aborts, random);
      }
      await producer.disconnect();
    }),
  );
  return aborted;
}

async function writeTransaction(
  producer: Producer,
  topic: string,
  name: string,
  aborts: boolean,
  random: Random,
): Promise<void> {
  const transaction = await producer.transaction();
  const batches = 1 + random.below(3);
  for (let batch = 0; batch < batches; batch += 1) {
    const partition = random.below(partitions.length);
    const messages = Array.from({ length: 1 + random.below(4) }, (_, index) => {
      return { partition, key: "k", value: `${name} batch ${String(batch)} record ${String(index)}` };
    });
    await transaction.send({ topic, messages });
  }
  await (aborts ? transaction.abort() : transaction.commit());
}

/** Everything in the topic, aborted or not, by the tests' own reader. */
async function wholeLog(address: string, topic: string): Promise<readonly (readonly string[])[]> {
  const kafka = new KafkaRecords(address);
  try {
    const reader = await kafka.read(topic, { committedOnly: false });
    const isAtEnd = await kafka.markEnds(topic, reader);
    while (!isAtEnd()) await new Promise(setImmediate);
    const records: readonly KafkaRecord[] = withoutMarks(reader.records);
    return partitions.map((wanted) =>
      records.filter(({ partition }) => partition === wanted).map(({ value }) => value),
    );
  } finally {
    await kafka.close();
  }
}

async function readToEnd(
  connection: KafkaConnection,
  topic: string,
  isolation: Isolation,
): Promise<readonly (readonly string[])[]> {
  const places = partitions.map((partition) => ({ topic, partition }));
  const ends = await connection.offsets(places, "latest", isolation);
  const left = new Map(ends.map(({ partition, offset }) => [partition, offset]));
  const found = partitions.map((): string[] => []);
  const reader = connection.reader(isolation);
  for (const place of places) reader.seek({ ...place, offset: 0 });
  while (left.size > 0) {
    for (const { partition, records, nextOffset } of await reader.next()) {
      for (const { key, value } of records) {
        // The marks of the ends have other keys.
        if (Buffer.from(key ?? []).toString() === "k")
          found[partition]?.push(Buffer.from(value ?? []).toString());
      }
      if (nextOffset >= (left.get(partition) ?? Infinity)) left.delete(partition);
    }
  }
  await reader.close();
  await connection.close();
  return found;
}
