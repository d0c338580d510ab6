import { afterEach, expect, test } from "@jest/globals";
import { connectionSettings } from "../../../../../dev/module/kafka-settings.js";
import { kafkaClient } from "../../../../../dev/runtime/kafka/kafka-client.js";
import type { Isolation, KafkaReader } from "../../../../../dev/runtime/kafka/kafka-connection.js";
import { ScriptedBrokers } from "./scripted-brokers.js";

const open: { close: () => Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function reading(count: number, isolation: Isolation = "read-committed") {
  const brokers = await ScriptedBrokers.start(count);
  open.push(brokers);
  const settings = connectionSettings({
    kind: "kafka",
    id: "shop/orders",
    address: brokers.address,
    consumerGroupId: "shop",
    topics: [],
    autoOffsetReset: "earliest",
    startupPosition: { type: "earliest" },
    properties: { "reconnect.backoff.ms": "5", "reconnect.backoff.max.ms": "20" },
  });
  const connection = kafkaClient(settings);
  open.push(connection);
  const reader = connection.reader(isolation);
  return { brokers, reader };
}

function seekAll(reader: KafkaReader, count: number): void {
  for (let partition = 0; partition < count; partition += 1) {
    reader.seek({ topic: "orders", partition, offset: 0 });
  }
}

/** What is read until something fails; then the error. */
async function untilFailure(reader: KafkaReader): Promise<string> {
  for (;;) {
    try {
      await reader.next();
    } catch (error) {
      return (error as Error).message;
    }
  }
}

/** Tries until nothing fails any more; says with how many records that came. */
async function untilBack(reader: KafkaReader): Promise<number> {
  for (;;) {
    try {
      const found = await reader.next();
      if (!reader.failing) return found.reduce((sum, { records }) => sum + records.length, 0);
    } catch {
      // the broker is still away
    }
  }
}

test("that a broker is back is told also where there is nothing to read", async () => {
  const { brokers, reader } = await reading(1);
  brokers.logs[0]?.push("a");
  seekAll(reader, 1);
  await reader.next();

  await brokers.stop();
  const failure = await untilFailure(reader);
  const whileAway = reader.failing;
  await brokers.startAgain();
  const records = await untilBack(reader);

  expect(failure).toMatch(/^\[io-failed\] .*Kafka at 127\.0\.0\.1/);
  expect([whileAway, records]).toEqual([true, 0]);
});

test("while one of two brokers is away, what the other one gives does not count as its return", async () => {
  const { brokers, reader } = await reading(2);
  seekAll(reader, 2);
  await brokers.stop(1);
  await untilFailure(reader);
  brokers.logs[0]?.push("a", "b");

  const seen: (number | "back")[] = [];
  while (!seen.includes(2)) {
    try {
      const found = await reader.next();
      seen.push(reader.failing ? found.flatMap(({ records }) => records).length : "back");
    } catch {
      // the other broker is away
    }
  }
  await brokers.startAgain(1);
  await untilBack(reader);

  expect(seen).not.toContain("back");
  expect(reader.failing).toBe(false);
});

test("a partition that nobody leads is told of, and the others are read", async () => {
  const { brokers, reader } = await reading(2);
  brokers.leaderless = 1;
  brokers.logs[0]?.push("a");
  brokers.logs[1]?.push("b");
  const failures = new Set<string>();
  const values: string[] = [];
  const readUntil = async (count: number): Promise<boolean> => {
    while (values.length < count) {
      try {
        values.push(...(await nextValues(reader))[0]);
      } catch (error) {
        failures.add((error as Error).message);
      }
    }
    return reader.failing;
  };
  seekAll(reader, 2);

  await readUntil(1);
  failures.add(await untilFailure(reader));
  brokers.logs[0]?.push("c");
  const whileAway = await readUntil(2);
  brokers.leaderless = undefined;
  const whenBack = await readUntil(3);

  expect([...failures]).toEqual([expect.stringMatching(/partition 1 of topic orders .* cannot be used/)]);
  expect([whileAway, whenBack]).toEqual([true, false]);
  expect(values).toEqual(["a", "c", "b"]);
});

test("the end of a partition is known from every answer, to those who read what is committed as far as that is", async () => {
  const committed = await reading(1);
  const all = await reading(1, "read-uncommitted");
  for (const { brokers, reader } of [committed, all]) {
    brokers.logs[0]?.push("1", "2", "3", "4", "5");
    brokers.committedEnd = 3;
    seekAll(reader, 1);
  }

  const before = committed.reader.end({ topic: "orders", partition: 0 });
  await committed.reader.next();
  await all.reader.next();

  expect(before).toBeUndefined();
  expect(committed.reader.end({ topic: "orders", partition: 0 })).toBe(3);
  expect(all.reader.end({ topic: "orders", partition: 0 })).toBe(5);
});

/** The values of the next records, and where reading goes on. */
async function nextValues(reader: KafkaReader): Promise<readonly [values: string[], nextOffset: number]> {
  const [part] = await reader.next();
  const values = part?.records.map(({ value }) => Buffer.from(value ?? []).toString());
  return [values ?? [], part?.nextOffset ?? -1];
}

test("an answer of several batches is given a batch at a time, each with the place behind it", async () => {
  const { brokers, reader } = await reading(1);
  brokers.batchLength = 2;
  brokers.logs[0]?.push("0", "1", "2", "3", "4");
  seekAll(reader, 1);

  const found = [await nextValues(reader), await nextValues(reader), await nextValues(reader)];

  expect(found).toEqual([
    [["0", "1"], 2],
    [["2", "3"], 4],
    [["4"], 5],
  ]);
});

test("of a partition that is moved, what was fetched before is not given any more", async () => {
  const { brokers, reader } = await reading(1);
  brokers.batchLength = 1;
  brokers.logs[0]?.push("0", "1", "2", "3", "4", "5", "6");
  seekAll(reader, 1);
  const before = await nextValues(reader);

  reader.seek({ topic: "orders", partition: 0, offset: 5 });
  const behind = [await nextValues(reader), await nextValues(reader)];

  expect(before).toEqual([["0"], 1]);
  expect(behind).toEqual([
    [["5"], 6],
    [["6"], 7],
  ]);
});

test("a batch that does not hold what it says is an error, and is asked for again with those behind it", async () => {
  const { brokers, reader } = await reading(1);
  brokers.batchLength = 2;
  brokers.miscounted = 1;
  brokers.logs[0]?.push("0", "1", "2", "3");
  reader.seek({ topic: "orders", partition: 0, offset: 1 });

  await expect(reader.next()).rejects.toThrow(/^\[io-failed\] .*damaged/);
  const found = [await nextValues(reader), await nextValues(reader)];

  expect(found).toEqual([
    [["1", "2"], 3],
    [["3"], 4],
  ]);
});
