import { expect, test } from "@jest/globals";
import { io } from "statefun/proto";
import { serializedTypedValue, textBytes } from "statefun/wire";
import {
  kafkaRecordTypename,
  kinesisRecordTypename,
  readableMembers,
  readableValue,
} from "../../../../dev/runtime/values/readable-value.js";

const { KafkaProducerRecord, KinesisEgressRecord } = io.statefun.sdk.egress;

test.each([
  ["JSON", textBytes('{"name":"Ada"}'), { value: { name: "Ada" } }],
  ["a JSON string", textBytes('"Ada"'), { value: "Ada" }],
  ["text", textBytes("Hello, Ada!\n"), { text: "Hello, Ada!\n" }],
  ["text that begins as JSON does", textBytes("true story"), { text: "true story" }],
  ["no bytes", new Uint8Array(0), { text: "" }],
  ["bytes that are not UTF-8", Uint8Array.of(0xff, 0xfe), { base64: "//4=" }],
  ["bytes with control characters", Uint8Array.of(0x08, 0x01), { base64: "CAE=" }],
])("%s of a type of the user's own is readable", (_, bytes, readable) => {
  const argument = serializedTypedValue("example/any", bytes);

  expect(readableValue(argument)).toEqual({ typename: "example/any", ...readable });
});

test("a value of StateFun's own types is decoded, and stays base64 if it is none", () => {
  const string = "io.statefun.types/string";

  const good = readableValue(serializedTypedValue(string, Buffer.from("0a0161", "hex")));
  const plain = readableValue(serializedTypedValue(string, textBytes("plain")));

  expect(good).toEqual({ typename: string, value: "a" });
  expect(plain).toEqual({ typename: string, base64: "cGxhaW4=" });
});

test("a Kafka record shows its topic, its key if it has one, and its value", () => {
  const keyed = KafkaProducerRecord.encode({
    topic: "greetings",
    key: "Ada",
    valueBytes: textBytes("Hello"),
  });
  const keyless = KafkaProducerRecord.encode({ topic: "greetings", valueBytes: textBytes("[1]") });

  const records = [keyed, keyless].map((record) =>
    readableValue(serializedTypedValue(kafkaRecordTypename, record.finish())),
  );

  expect(records).toEqual([
    { typename: kafkaRecordTypename, topic: "greetings", key: "Ada", text: "Hello" },
    { typename: kafkaRecordTypename, topic: "greetings", value: [1] },
  ]);
});

test("a Kinesis record shows its stream as topic and its partition key as key", () => {
  const record = KinesisEgressRecord.encode({ stream: "s", partitionKey: "p", valueBytes: textBytes("v") });

  const readable = readableValue(serializedTypedValue(kinesisRecordTypename, record.finish()));

  expect(readable).toEqual({ typename: kinesisRecordTypename, topic: "s", key: "p", text: "v" });
});

test("bytes that are no Kafka record under its typename stay readable", () => {
  const argument = serializedTypedValue(kafkaRecordTypename, Uint8Array.of(0x0a, 0x7f));

  expect(readableValue(argument)).toEqual({ typename: kafkaRecordTypename, base64: "Cn8=" });
});

test("members repeat the JSON of a value as it is, on one line", () => {
  const large = serializedTypedValue(
    "example/any",
    textBytes('{"n": 12345678901234567890,\r\n "s":"a\\nb"}\n'),
  );

  const members = readableMembers(large);

  expect(members).toBe('"typename":"example/any","value":{"n": 12345678901234567890,  "s":"a\\nb"}');
});

test.each([
  ["text", serializedTypedValue("example/any", textBytes("a\n"))],
  ["bytes", serializedTypedValue("example/any", Uint8Array.of(0xff))],
  ["StateFun's string", serializedTypedValue("io.statefun.types/string", Buffer.from("0a0161", "hex"))],
])("members of %s say what the readable value says", (_, argument) => {
  expect(JSON.parse(`{${readableMembers(argument)}}`)).toEqual(readableValue(argument));
});
