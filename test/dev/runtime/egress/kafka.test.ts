import { expect, test } from "@jest/globals";
import { io } from "statefun/proto";
import { serializedTypedValue } from "statefun/wire";
import type { KafkaEgressSpec } from "../../../../dev/module/module.js";
import type { Egress } from "../../../../dev/runtime/egress/egress.js";
import { kafkaEgress } from "../../../../dev/runtime/egress/kafka.js";
import { inMemoryKafka } from "../../../../dev/runtime/kafka/in-memory.js";
import type { InMemoryKafka } from "../../../../dev/runtime/kafka/in-memory.js";

const { KafkaProducerRecord } = io.statefun.sdk.egress;

const typename = "type.googleapis.com/io.statefun.sdk.egress.KafkaProducerRecord";

const exactlyOnce = { type: "exactly-once", transactionTimeoutMillis: 60_000 } as const;

function egress(
  kafka: InMemoryKafka,
  deliverySemantic: KafkaEgressSpec["deliverySemantic"] = exactlyOnce,
  changes: Partial<KafkaEgressSpec> = {},
): Egress {
  const spec = { kind: "kafka", id: "shop/out", address: "127.0.0.1:9092", properties: {} } as const;
  return kafkaEgress({ ...spec, deliverySemantic, ...changes }, kafka, { identity: "store-1" });
}

function record(fields: io.statefun.sdk.egress.KafkaProducerRecord.$Properties): Uint8Array {
  return serializedTypedValue(typename, KafkaProducerRecord.encode(fields).finish());
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function read(
  kafka: InMemoryKafka,
  topic: string,
): readonly (readonly [string | undefined, string | undefined])[] {
  const textOf = (bytes: Uint8Array | undefined): string | undefined =>
    bytes === undefined ? undefined : Buffer.from(bytes).toString();
  return kafka.records(topic).map(({ key, value }) => [textOf(key), textOf(value)]);
}

test('D44: a record with key "" is written without a key, one with key "k" with its bytes; another typename is refused', async () => {
  const kafka = inMemoryKafka();
  const out = egress(kafka);
  await out.open();

  await out.deliver([
    { sequence: 1, argument: record({ topic: "t", key: "", valueBytes: text("no key") }) },
    { sequence: 2, argument: record({ topic: "t", key: "k", valueBytes: text("key") }) },
  ]);

  expect(read(kafka, "t")).toEqual([
    [undefined, "no key"],
    ["k", "key"],
  ]);
  expect(() => {
    out.check(serializedTypedValue("io.statefun.sdk.egress.KafkaProducerRecord", text("")));
  }).toThrow(
    /^\[invalid-record\] Kafka egress shop\/out: a record of type "io.statefun.sdk.egress.KafkaProducerRecord" was sent to it/,
  );
});

test("a record without a value is written with a value of no bytes, never as a tombstone", async () => {
  const kafka = inMemoryKafka();
  const out = egress(kafka);

  await out.deliver([{ sequence: 1, argument: record({ topic: "t", key: "k" }) }]);

  expect(kafka.records("t")[0]?.value).toEqual(new Uint8Array(0));
});

test("headers are written in order, null ones and repeated ones too", async () => {
  const kafka = inMemoryKafka();
  const out = egress(kafka);
  const headers = [
    { key: "a", value: text("1"), hasValue: true },
    { key: "a", hasValue: true },
    { key: "b", value: text("ignored"), hasValue: false },
  ];

  await out.deliver([{ sequence: 1, argument: record({ topic: "t", headers }) }]);

  const written = kafka
    .records("t")[0]
    ?.headers.map(({ key, value }) => [key, value && Buffer.from(value).toString()]);
  expect(written).toEqual([
    ["a", "1"],
    ["a", ""],
    ["b", undefined],
  ]);
});

test.each([
  ["no topic", record({ key: "k" }), /the name of the topic is empty/],
  ["a topic that no broker can have", record({ topic: "a b" }), /"a b" has other characters/],
  ["a topic named by two dots", record({ topic: ".." }), /cannot be named \.\./],
  ["a topic name of 250 characters", record({ topic: "t".repeat(250) }), /longer than 249/],
  [
    "bytes that are no record",
    serializedTypedValue(typename, Uint8Array.of(0x1a, 9)),
    /no KafkaProducerRecord/,
  ],
  ["a key that is no UTF-8", serializedTypedValue(typename, Uint8Array.of(0x0a, 1, 0xff)), /not UTF-8/],
  ["no value at all", serializedTypedValue(typename), /the name of the topic is empty/],
  ["another typename", serializedTypedValue("a/b", text("x")), /a record of type "a\/b"/],
])("a record with %s is refused", (_, argument, message) => {
  const out = egress(inMemoryKafka());

  const checking = (): void => {
    out.check(argument);
  };

  expect(checking).toThrow(expect.objectContaining({ code: "invalid-record", component: "shop/out" }));
  expect(checking).toThrow(message);
});

test("a record larger than max.request.size is refused while the reply is applied, as Kafka's client would", () => {
  const out = egress(inMemoryKafka(), exactlyOnce, { properties: { "max.request.size": "2000" } });

  const checking = (size: number) => (): void => {
    out.check(record({ topic: "t", valueBytes: new Uint8Array(size) }));
  };

  expect(checking(1500)).not.toThrow();
  expect(checking(2001)).toThrow(/larger than max.request.size, 2000/);
});

test("unknown fields of a record are passed over", async () => {
  const kafka = inMemoryKafka();
  const out = egress(kafka);
  const bytes = Uint8Array.of(
    ...KafkaProducerRecord.encode({ topic: "t", valueBytes: text("v") }).finish(),
    0x78,
    1,
  );

  await out.deliver([{ sequence: 1, argument: serializedTypedValue(typename, bytes) }]);

  expect(read(kafka, "t")).toEqual([[undefined, "v"]]);
});

test("exactly-once knows after a crash what was delivered, and delivers the rest once", async () => {
  const kafka = inMemoryKafka();
  const records = [5, 7, 8, 12].map((sequence) => {
    return {
      sequence,
      argument: record({ topic: sequence === 7 ? "u" : "t", valueBytes: text(String(sequence)) }),
    };
  });
  const before = egress(kafka);
  const atFirst = await before.open();
  await before.deliver(records.slice(0, 2));

  const after = egress(kafka);
  const delivered = await after.open();
  await after.deliver(records);

  expect(atFirst).toBeUndefined();
  expect(delivered).toBe(7);
  expect(read(kafka, "t").map(([, value]) => value)).toEqual(["5", "8", "12"]);
  expect(read(kafka, "u").map(([, value]) => value)).toEqual(["7"]);
});

test("exactly-once remembers the sequence number 0", async () => {
  const kafka = inMemoryKafka();
  const records = [{ sequence: 0, argument: record({ topic: "t" }) }];
  await egress(kafka).deliver(records);

  const after = egress(kafka);
  const delivered = await after.open();
  await after.deliver(records);

  expect(delivered).toBe(0);
  expect(kafka.records("t")).toHaveLength(1);
});

test("a runtime that was taken over can deliver no more, and what it was given is delivered once by the other", async () => {
  const kafka = inMemoryKafka();
  const old = egress(kafka);
  await old.open();
  const taken = egress(kafka);
  await taken.open();
  const records = [{ sequence: 1, argument: record({ topic: "t", valueBytes: text("v") }) }];

  const late = old.deliver(records);

  await expect(late).rejects.toThrow(/\[io-failed\]/);
  await taken.deliver(records);
  expect(kafka.records("t")).toHaveLength(1);
});

test("two egresses of one runtime remember their own deliveries", async () => {
  const kafka = inMemoryKafka();
  const one = egress(kafka);
  const other = egress(kafka, exactlyOnce, { id: "shop/other" });
  await one.deliver([{ sequence: 9, argument: record({ topic: "t" }) }]);

  const delivered = await other.open();

  expect(delivered).toBeUndefined();
});

test.each(["at-least-once", "none"] as const)("%s delivers, and remembers nothing", async (type) => {
  const kafka = inMemoryKafka();
  const out = egress(kafka, { type });
  const records = [{ sequence: 3, argument: record({ topic: "t", key: "k", valueBytes: text("v") }) }];
  await out.open();

  await out.deliver(records);
  await out.close();
  const delivered = await out.open();
  await out.deliver(records);

  expect(delivered).toBeUndefined();
  expect(read(kafka, "t")).toEqual([
    ["k", "v"],
    ["k", "v"],
  ]);
});

test("an egress that promises nothing tells of records it could not write, and when it can again", async () => {
  const told: string[] = [];
  const spec = { kind: "kafka", id: "shop/out", address: "127.0.0.1:9092", properties: {} } as const;
  const out = kafkaEgress({ ...spec, deliverySemantic: { type: "none" } }, inMemoryKafka(), {
    identity: "store-1",
    outages: {
      failed: ({ code }, isNews) => told.push(`${code} ${isNews ? "news" : "again"}`),
      recovered: () => told.push("back"),
    },
  });
  await out.open();

  for (const [sequence, topic] of ["no topic", "no topic", "t", "t"].entries()) {
    await out.deliver([{ sequence, argument: record({ topic, valueBytes: text("v") }) }]);
  }

  expect(told).toEqual(["invalid-record news", "invalid-record again", "back"]);
});

test("records with the same key go to the same partition", async () => {
  const kafka = inMemoryKafka();
  kafka.createTopic("t", 12);
  const out = egress(kafka);
  const keys = ["a", "ab", "abc", "abcd", "abcde", "été", "k-1234567"];

  await out.deliver(
    [...keys, ...keys].map((key, sequence) => ({ sequence, argument: record({ topic: "t", key }) })),
  );

  const partitions = kafka.records("t").map(({ partition }) => partition);
  expect(partitions.slice(0, keys.length)).toEqual(partitions.slice(keys.length));
});
