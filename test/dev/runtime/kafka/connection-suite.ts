import { expect, test } from "@jest/globals";
import type {
  KafkaConnection,
  KafkaRecord,
  OutgoingRecord,
  PartitionOffset,
} from "../../../../dev/runtime/kafka/kafka-connection.js";

/** A connection to be tested, and what a test needs of its topics beside. */
export interface Tested {
  readonly connection: KafkaConnection;
  readonly createTopic: (topic: string, partitions: number) => Promise<void>;
  /** Removes the records before an offset. */
  readonly deleteBefore: (position: PartitionOffset) => Promise<void>;
}

let named = 0;

/** A name that no other test uses. */
function newTopic(): string {
  named += 1;
  return `suite-${String(process.pid)}-${String(Date.now())}-${String(named)}`;
}

function record(topic: string, value: string, key?: string): OutgoingRecord {
  return { topic, value: Buffer.from(value), ...(key === undefined ? {} : { key: Buffer.from(key) }) };
}

function textsOf(records: readonly KafkaRecord[]): readonly (readonly (string | undefined)[])[] {
  const text = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString();
  return records.map(({ key, value }) => [text(key), text(value)]);
}

/** Reads from a position until `count` records have come. */
async function read(
  connection: KafkaConnection,
  position: PartitionOffset,
  count: number,
): Promise<readonly KafkaRecord[]> {
  const reader = connection.reader("read-committed");
  const records: KafkaRecord[] = [];
  reader.seek(position);
  while (records.length < count) records.push(...(await reader.next()).flatMap((part) => part.records));
  await reader.close();
  return records;
}

/** What every implementation of `KafkaConnection` does. */
export function connectionSuite(tested: () => Tested): void {
  producing(tested);
  reading(tested);
  offsets(tested);
}

function producing(tested: () => Tested): void {
  test("what a producer sends is read in order, keys and values as they were, with and without", async () => {
    const { connection, createTopic } = tested();
    const topic = newTopic();
    await createTopic(topic, 1);
    const producer = await connection.producer("all");

    await producer.send([record(topic, "1", "k"), record(topic, "2")]);
    await producer.send([record(topic, "", "é")]);

    const records = await read(connection, { topic, partition: 0, offset: 0 }, 3);
    expect(textsOf(records)).toEqual([
      ["k", "1"],
      [undefined, "2"],
      ["é", ""],
    ]);
    expect(records.map(({ offset }) => offset)).toEqual([0, 1, 2]);
  });

  test("records of one key are in one partition, the same for every producer", async () => {
    const { connection, createTopic } = tested();
    const topic = newTopic();
    await createTopic(topic, 5);
    const keys = ["a", "b", "c", "d", "e", "f"];

    for (const acknowledgement of ["all", "leader"] as const) {
      const producer = await connection.producer(acknowledgement);
      await producer.send(keys.map((key) => record(topic, key, key)));
    }

    const ends = await connection.offsets(
      [0, 1, 2, 3, 4].map((partition) => ({ topic, partition })),
      "latest",
      "read-committed",
    );
    expect(ends.every(({ offset }) => offset % 2 === 0)).toBe(true);
    expect(ends.reduce((sum, { offset }) => sum + offset, 0)).toBe(12);
  });

  test("a transaction's records and the group's offset are there together, and the newest producer alone writes", async () => {
    const { connection, createTopic } = tested();
    const topic = newTopic();
    await createTopic(topic, 1);
    const group = `group-${topic}`;
    const old = await connection.transactionalProducer(topic, 60_000);
    await old.commit([record(topic, "1"), record(topic, "2")], group, { topic, partition: 0, offset: 7 });

    const newer = await connection.transactionalProducer(topic, 60_000);
    const late = old.commit([record(topic, "late")], group, { topic, partition: 0, offset: 8 });
    await expect(late).rejects.toThrow(/\[io-failed\].*a newer producer has taken over/);
    await newer.commit([record(topic, "3")], group, { topic, partition: 0, offset: 9 });

    const records = await read(connection, { topic, partition: 0, offset: 0 }, 3);
    expect(textsOf(records).map(([, value]) => value)).toEqual(["1", "2", "3"]);
    expect(await connection.committedOffsets(group)).toEqual([{ topic, partition: 0, offset: 9 }]);
  });
}

function reading(tested: () => Tested): void {
  test("a reader waits for records, and resolves with nothing when it is closed", async () => {
    const { connection, createTopic } = tested();
    const topic = newTopic();
    await createTopic(topic, 1);
    const reader = connection.reader("read-committed");
    reader.seek({ topic, partition: 0, offset: 0 });

    const coming = reader.next();
    await (await connection.producer("all")).send([record(topic, "late")]);
    const came = await coming;
    const waiting = reader.next();
    await reader.close();

    expect(came.flatMap(({ records }) => textsOf(records))).toEqual([[undefined, "late"]]);
    expect(came[0]?.nextOffset).toBe(1);
    expect(await waiting).toEqual([]);
  });

  test("a reader reads several partitions from their own offsets, and goes on where it is moved to", async () => {
    const { connection, createTopic } = tested();
    const [one, other] = [newTopic(), newTopic()];
    await createTopic(one, 1);
    await createTopic(other, 1);
    const producer = await connection.producer("all");
    await producer.send([record(one, "1"), record(one, "2"), record(other, "3"), record(other, "4")]);
    const reader = connection.reader("read-committed");
    const values = async (count: number): Promise<readonly (string | undefined)[]> => {
      const found: (string | undefined)[] = [];
      while (found.length < count) {
        for (const part of await reader.next())
          found.push(...textsOf(part.records).map(([, value]) => value));
      }
      return found;
    };

    reader.seek({ topic: one, partition: 0, offset: 1 });
    reader.seek({ topic: other, partition: 0, offset: 0 });
    const first = await values(3);
    reader.seek({ topic: one, partition: 0, offset: 0 });
    const again = await values(2);

    expect([...first].sort()).toEqual(["2", "3", "4"]);
    expect(again).toEqual(["1", "2"]);
    await reader.close();
  });

  test("an offset that does not exist is said once, and reading goes on after a move", async () => {
    const { connection, createTopic, deleteBefore } = tested();
    const topic = newTopic();
    await createTopic(topic, 1);
    await (await connection.producer("all")).send([record(topic, "gone"), record(topic, "kept")]);
    await deleteBefore({ topic, partition: 0, offset: 1 });
    const reader = connection.reader("read-committed");

    reader.seek({ topic, partition: 0, offset: 0 });
    const lost = await reader.next();
    reader.seek({ topic, partition: 0, offset: 99 });
    const beyond = await reader.next();
    reader.seek({ topic, partition: 0, offset: 1 });
    const found = await reader.next();

    expect(lost).toEqual([{ topic, partition: 0, records: [], nextOffset: 0, outOfRange: true }]);
    expect(beyond).toEqual([{ topic, partition: 0, records: [], nextOffset: 99, outOfRange: true }]);
    expect(found.flatMap(({ records }) => textsOf(records))).toEqual([[undefined, "kept"]]);
    await reader.close();
  });
}

function offsets(tested: () => Tested): void {
  test("a topic has the partitions it was given, in order", async () => {
    const { connection, createTopic } = tested();
    const topic = newTopic();
    await createTopic(topic, 3);

    const found = await connection.partitions([topic]);

    expect(found.get(topic)).toEqual([0, 1, 2]);
  });

  test("offsets are found at both ends and by time; what is younger than all is at the end", async () => {
    const { connection, createTopic, deleteBefore } = tested();
    const topic = newTopic();
    await createTopic(topic, 1);
    const producer = await connection.producer("all");
    await producer.send([record(topic, "0"), record(topic, "1"), record(topic, "2")]);
    await deleteBefore({ topic, partition: 0, offset: 1 });
    const at = async (query: Parameters<KafkaConnection["offsets"]>[1]): Promise<number | undefined> => {
      const [found] = await connection.offsets([{ topic, partition: 0 }], query, "read-committed");
      return found?.offset;
    };

    const found = [
      await at("earliest"),
      await at("latest"),
      await at({ epochMillis: 0 }),
      await at({ epochMillis: Date.now() + 3_600_000 }),
    ];

    expect(found).toEqual([1, 3, 1, 3]);
  });

  test("a group has the offsets that were committed last, and a new group has none", async () => {
    const { connection, createTopic } = tested();
    const topic = newTopic();
    await createTopic(topic, 2);
    const group = `group-${topic}`;
    const before = await connection.committedOffsets(group);

    await connection.commitOffsets(group, [
      { topic, partition: 0, offset: 1 },
      { topic, partition: 1, offset: 2 },
    ]);
    await connection.commitOffsets(group, [{ topic, partition: 0, offset: 5 }]);

    const after = await connection.committedOffsets(group);
    expect(before).toEqual([]);
    expect([...after].sort((one, other) => one.partition - other.partition)).toEqual([
      { topic, partition: 0, offset: 5 },
      { topic, partition: 1, offset: 2 },
    ]);
  });

  test("a connection that was closed can be used again", async () => {
    const { connection, createTopic } = tested();
    const topic = newTopic();
    await createTopic(topic, 1);
    await (await connection.producer("all")).send([record(topic, "before")]);

    await connection.close();
    await (await connection.producer("all")).send([record(topic, "after")]);

    const records = await read(connection, { topic, partition: 0, offset: 0 }, 2);
    expect(textsOf(records).map(([, value]) => value)).toEqual(["before", "after"]);
  });
}
