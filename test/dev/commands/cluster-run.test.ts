import { expect, test } from "@jest/globals";
import { addressMap } from "../../../dev/commands/cluster-run.js";

test("@kafka stands for the address of the cluster's Kafka", () => {
  const entries = ["kafka:9092=@kafka", "functions:8000=127.0.0.1:8000"];

  expect(addressMap(entries, "127.0.0.1:5555")).toEqual({
    "kafka:9092": "127.0.0.1:5555",
    "functions:8000": "127.0.0.1:8000",
  });
});

test.each([
  [["kafka:9092"], "write it as from=to"],
  [["=@kafka"], "write it as from=to"],
  [["kafka:9092=a:1", "kafka:9092=b:2"], "kafka:9092 is mapped twice"],
])("the mappings %j are refused", (entries, reason) => {
  expect(() => addressMap(entries, "127.0.0.1:5555")).toThrow(reason);
});
