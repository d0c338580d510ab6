import { expect, test } from "@jest/globals";
import { inMemoryKafka } from "../../../../dev/runtime/kafka/in-memory.js";
import { virtualClock } from "../../../../dev/runtime/virtual-clock.js";
import { connectionSuite } from "./connection-suite.js";

const kafka = inMemoryKafka();

connectionSuite(() => ({
  connection: kafka,
  createTopic: (topic, partitions) => {
    kafka.createTopic(topic, partitions);
    return Promise.resolve();
  },
  deleteBefore: (position) => {
    kafka.deleteBefore(position);
    return Promise.resolve();
  },
}));

test("a test writes keys and values as text, bytes or null, and sees where they are", () => {
  const topics = inMemoryKafka(virtualClock(5));
  topics.createTopic("t", 2);

  const first = topics.produce("t", "k", Uint8Array.of(1), 1);
  const second = topics.produce("t", null, null, 1);

  expect([first, second]).toEqual([
    { topic: "t", partition: 1, offset: 0 },
    { topic: "t", partition: 1, offset: 1 },
  ]);
  expect(topics.records("t")).toEqual([
    { ...first, key: Buffer.from("k"), value: Uint8Array.of(1), headers: [], epochMillis: 5 },
    { ...second, key: undefined, value: undefined, headers: [], epochMillis: 5 },
  ]);
});

test("a partition that a topic does not have, and a name that none can have, are refused", () => {
  const topics = inMemoryKafka();

  expect(() => topics.produce("t", "k", "v", 1)).toThrow(/topic t has no partition 1/);
  expect(() => topics.produce("", "k", "v")).toThrow(/the name of the topic is empty/);
});

test("of records that cannot all be written none is", async () => {
  const topics = inMemoryKafka();
  const producer = await topics.producer("all");

  const sending = producer.send([
    { topic: "t", value: Buffer.from("1") },
    { topic: "no name", value: Buffer.from("2") },
  ]);

  await expect(sending).rejects.toThrow(/\[invalid-record\]/);
  expect(topics.records("t")).toEqual([]);
});
