import { expect, test } from "@jest/globals";
import { murmur2, Partitioner } from "../../../../dev/runtime/kafka/partitioner.js";

test.each([
  ["21", -973932308],
  ["foobar", -790332482],
  ["a-little-bit-long-string", -985981536],
  ["a-little-bit-longer-string", -1486304829],
  ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
  ["abc", 479470107],
])("the hash of %s is the one that Kafka's own clients have", (key, hash) => {
  const found = murmur2(Buffer.from(key));

  expect(found).toBe(hash);
});

test("records with one key go to one partition, those without go together and then elsewhere", () => {
  const partitioner = new Partitioner();
  const key = Buffer.from("foobar");

  const before = [key, key, undefined, undefined].map((each) => partitioner.choose(each, 7));
  partitioner.turn();
  const after = [key, undefined].map((each) => partitioner.choose(each, 7));

  expect(before.slice(0, 2)).toEqual([after[0], after[0]]);
  expect(before[2]).toBe(before[3]);
  expect(after[1]).not.toBe(before[2]);
});
