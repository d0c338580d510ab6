import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { kafkaUses, mapAddresses } from "../../../dev/cluster/module-text.js";

test("every mention of an address is replaced, and nothing that only looks like it", () => {
  const module =
    "address: kafka:9092\nother: my-kafka:9092, kafka:90921, kafka:9092,x\nurl: http://kafka:9092/path";

  expect(mapAddresses(module, { "kafka:9092": "127.0.0.1:1234" })).toBe(
    "address: 127.0.0.1:1234\nother: my-kafka:9092, kafka:90921, 127.0.0.1:1234,x\nurl: http://127.0.0.1:1234/path",
  );
});

test("what one mapping has put in is not replaced by another", () => {
  expect(mapAddresses("a:1 b:2", { "a:1": "b:2", "b:2": "c:3" })).toBe("b:2 c:3");
});

test("without a map the module is left as it is", () => {
  expect(mapAddresses("anything: at all", {})).toBe("anything: at all");
});

test.each([
  [{ "kafka:9092": "localhost" }, '"localhost" is none'],
  [{ kafka: "localhost:1" }, '"kafka" is none'],
  [{ "kafka:9093": "localhost:1" }, "the module does not mention kafka:9093"],
])("a mapping that cannot work is refused: %j", (map, reason) => {
  expect(() => mapAddresses("address: kafka:9092", map)).toThrow(reason);
});

test("the greeter's module reads one topic and writes through one egress", () => {
  expect(kafkaUses(readFileSync("examples/greeter/module.yaml", "utf8"))).toEqual([
    { kind: "ingress", id: "example/names", address: "kafka:9092", topics: ["names"] },
    { kind: "egress", id: "example/greetings", address: "kafka:9092", topics: [] },
  ]);
});

test("components that have nothing to do with Kafka, or are incomplete, are StateFun's business", () => {
  const module =
    "kind: io.statefun.kinesis.v1/ingress\nspec: {}\n---\n---\njust text\n---\nkind: io.statefun.kafka.v1/ingress\nspec: 3";

  expect(kafkaUses(module)).toEqual([{ kind: "ingress", id: "", address: "", topics: [] }]);
});

test("a module that is not YAML is refused with the place", () => {
  expect(() => kafkaUses("kind: [a, b\nspec: }")).toThrow(
    /\[module-invalid\] The module is not YAML: .*line \d/,
  );
});
