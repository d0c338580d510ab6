import { afterEach, expect, test } from "@jest/globals";
import { setImmediate as nextTurn } from "node:timers/promises";
import { serializedTypedValue } from "statefun/wire";
import type { KafkaIngressSpec } from "../../../../dev/module/module.js";
import { kafkaIngress, type KafkaIngress } from "../../../../dev/runtime/ingress/kafka.js";
import { inMemoryKafka } from "../../../../dev/runtime/kafka/in-memory.js";
import type { InMemoryKafka } from "../../../../dev/runtime/kafka/in-memory.js";
import { readOffset } from "../../../../dev/runtime/kafka/position.js";
import { virtualClock } from "../../../../dev/runtime/virtual-clock.js";
import type { VirtualClock } from "../../../../dev/runtime/virtual-clock.js";
import { RecordingGate } from "./recording-gate.js";

const orders = { topic: "orders", valueType: "shop/Order", targets: [target("shop/cart")] };

const spec: KafkaIngressSpec = {
  kind: "kafka",
  id: "shop/orders",
  address: "127.0.0.1:9092",
  consumerGroupId: "shop",
  topics: [orders],
  autoOffsetReset: "latest",
  startupPosition: { type: "earliest" },
  properties: {},
};

const running: KafkaIngress[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((ingress) => ingress.stop()));
});

interface Running {
  readonly gate: RecordingGate;
  readonly ingress: KafkaIngress;
  readonly clock: VirtualClock;
}

/** Starts an ingress; another start with the same positions is a restart. */
async function start(
  kafka: InMemoryKafka,
  changes: Partial<KafkaIngressSpec> = {},
  gate = new RecordingGate(),
): Promise<Running> {
  const clock = virtualClock(1_000_000);
  const ingress = kafkaIngress({ ...spec, ...changes }, kafka, { clock });
  running.push(ingress);
  await ingress.start(gate);
  await settled();
  return { gate, ingress, clock };
}

/** What is in memory needs no time, only turns of the event loop. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await nextTurn();
}

test("D42: a record with key k and two targets becomes two messages with id k, the topic's type and the raw payload", async () => {
  const kafka = inMemoryKafka();
  const payload = Uint8Array.of(0xff, 0, 0x80, 7);
  kafka.produce("orders", "k", payload);

  const { gate } = await start(kafka, {
    topics: [{ ...orders, targets: [target("shop/cart"), target("audit/log")] }],
  });

  const argument = serializedTypedValue("shop/Order", payload);
  expect(gate.messages).toEqual([
    { target: target("shop/cart"), id: "k", argument },
    { target: target("audit/log"), id: "k", argument },
  ]);
});

test("D43: a record without a key, and one without a value, fail the ingress by topic, partition and offset", async () => {
  const noKey = inMemoryKafka();
  noKey.produce("orders", "before", "1");
  noKey.produce("orders", null, "2");
  noKey.produce("orders", "after", "3");
  const noValue = inMemoryKafka();
  noValue.produce("orders", "k", null);

  const first = await start(noKey);
  const second = await start(noValue);

  expect(first.gate.messages.map(({ id }) => id)).toEqual(["before"]);
  expect(first.gate.failures).toHaveLength(1);
  expect(first.gate.failures[0]?.code).toBe("invalid-input");
  expect(first.gate.failures[0]?.message).toMatch(/offset 1 of partition 0 of topic orders has no key/);
  expect(second.gate.messages).toEqual([]);
  expect(second.gate.failures[0]?.message).toMatch(/offset 0 of partition 0 of topic orders has no value/);
});

test("a value of no bytes is a message that has a value of no bytes", async () => {
  const kafka = inMemoryKafka();
  kafka.produce("orders", "k", "");

  const { gate } = await start(kafka);

  expect(gate.messages[0]?.argument).toEqual(serializedTypedValue("shop/Order", new Uint8Array(0)));
});

test("an empty key is the empty id, and bytes that are no UTF-8 become U+FFFD", async () => {
  const kafka = inMemoryKafka();
  kafka.produce("orders", "", "1");
  kafka.produce("orders", Uint8Array.of(0xff, 0x00, 0xfe, 0x41, 0xc3), "2");

  const { gate } = await start(kafka);

  expect(gate.messages.map(({ id }) => id)).toEqual(["", "\uFFFD\0\uFFFDA\uFFFD"]);
});

test("values of any length keep their bytes", async () => {
  const kafka = inMemoryKafka();
  const values = [1, 127, 128, 16_383, 16_384, 300_000].map((length) =>
    new Uint8Array(length).fill(length % 251),
  );
  for (const value of values) kafka.produce("orders", "k", value);

  const { gate } = await start(kafka);

  expect(gate.messages.map(({ argument }) => argument)).toEqual(
    values.map((value) => serializedTypedValue("shop/Order", value)),
  );
});

test("a topic without targets drops its records, and the position moves all the same", async () => {
  const kafka = inMemoryKafka();
  kafka.produce("orders", "k", "1");
  kafka.produce("orders", "k", "2");

  const { gate } = await start(kafka, { topics: [{ ...orders, targets: [] }] });

  expect(gate.messages).toEqual([]);
  expect(positionOf(gate, "orders/0")).toBe(2);
});

test("nothing is admitted beyond the record at which the gate pauses, and reading goes on where it paused", async () => {
  const kafka = inMemoryKafka();
  for (let i = 0; i < 20; i += 1) kafka.produce("orders", `k${String(i)}`, "v");
  const gate = new RecordingGate();
  gate.threshold = 7;

  await start(kafka, {}, gate);
  const whilePaused = gate.messages.length;
  gate.reopen(12);
  await settled();
  const pausedAgain = gate.messages.length;
  gate.reopen();
  await settled();

  expect([whilePaused, pausedAgain]).toEqual([7, 12]);
  expect(gate.messages.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, i) => `k${String(i)}`));
});

test("the lag is what lies behind the records that were admitted, over all partitions, and 0 at their ends", async () => {
  const kafka = inMemoryKafka();
  kafka.createTopic("orders", 2);
  for (let i = 0; i < 20; i += 1) kafka.produce("orders", "k", "v", i % 2);
  const gate = new RecordingGate();
  gate.threshold = 7;

  const { ingress } = await start(kafka, {}, gate);
  const paused = ingress.lag;
  gate.reopen();
  await settled();
  const atTheEnd = ingress.lag;
  await ingress.stop();

  expect([paused, atTheEnd, ingress.lag]).toEqual([13, 0, undefined]);
});

test("the lag counts from where reading begins", async () => {
  const kafka = inMemoryKafka();
  for (let i = 0; i < 5; i += 1) kafka.produce("orders", "k", "v");
  const gate = new RecordingGate();
  gate.threshold = 0;

  const latest = await start(kafka, { startupPosition: { type: "latest" } }, gate);
  const before = latest.ingress.lag;
  kafka.produce("orders", "k", "v");
  await settled();

  expect([before, latest.ingress.lag]).toEqual([0, 1]);
});

test("the records of one partition come in order, and the position is with the record", async () => {
  const kafka = inMemoryKafka();
  kafka.createTopic("orders", 2);
  for (let i = 0; i < 10; i += 1) kafka.produce("orders", `k${String(i)}`, String(i), i % 2);

  const { gate } = await start(kafka);

  const withRecords = gate.admissions.filter(({ messages }) => messages.length > 0);
  expect(withRecords.map(({ messages: [message], position }) => [message?.id, place(position)])).toEqual([
    ...[0, 2, 4, 6, 8].map((i) => [`k${String(i)}`, `orders/0 ${String(i / 2 + 1)}`]),
    ...[1, 3, 5, 7, 9].map((i) => [`k${String(i)}`, `orders/1 ${String((i - 1) / 2 + 1)}`]),
  ]);
});

test("a restart goes on behind what was admitted, and no start position counts any more", async () => {
  const kafka = inMemoryKafka();
  kafka.produce("orders", "one", "1");
  const before = await start(kafka);
  await before.ingress.stop();
  kafka.produce("orders", "two", "2");

  const after = await start(kafka, {}, new RecordingGate(before.gate.positions));

  expect(before.gate.messages.map(({ id }) => id)).toEqual(["one"]);
  expect(after.gate.messages.map(({ id }) => id)).toEqual(["two"]);
});

test("latest is the end at the first start: a restart before any record has come does not skip what came meanwhile", async () => {
  const kafka = inMemoryKafka();
  kafka.produce("orders", "before", "1");
  const latest = { startupPosition: { type: "latest" } } as const;
  const before = await start(kafka, latest);
  await before.ingress.stop();
  kafka.produce("orders", "meanwhile", "2");

  const after = await start(kafka, latest, new RecordingGate(before.gate.positions));

  expect(before.gate.messages).toEqual([]);
  expect(after.gate.messages.map(({ id }) => id)).toEqual(["meanwhile"]);
});

test("group-offsets begins where the group has committed, and elsewhere as autoOffsetReset says", async () => {
  const kafka = inMemoryKafka();
  kafka.createTopic("orders", 2);
  for (const partition of [0, 0, 0, 1, 1]) kafka.produce("orders", "k", "v", partition);
  await kafka.commitOffsets("shop", [{ topic: "orders", partition: 0, offset: 1 }]);
  const startupPosition = { type: "group-offsets" } as const;

  const latest = await start(kafka, { startupPosition });
  const earliest = await start(kafka, { startupPosition, autoOffsetReset: "earliest" });

  expect(latest.gate.messages).toHaveLength(2);
  expect(earliest.gate.messages).toHaveLength(4);
});

test("group-offsets without a committed offset, and no other allowed, does not start and says why", async () => {
  const kafka = inMemoryKafka();
  kafka.produce("orders", "k", "v");

  const starting = start(kafka, { startupPosition: { type: "group-offsets" }, autoOffsetReset: "none" });

  await expect(starting).rejects.toThrow(
    /group shop has committed no offset in partition 0 of topic orders, and auto.offset.reset is none/,
  );
});

test("specific-offsets begins there, and in other partitions where the group is", async () => {
  const kafka = inMemoryKafka();
  kafka.createTopic("orders", 3);
  for (const partition of [0, 0, 0, 1, 1, 1, 2, 2])
    kafka.produce("orders", `k${String(partition)}`, "v", partition);
  await kafka.commitOffsets("shop", [{ topic: "orders", partition: 1, offset: 1 }]);

  const { gate } = await start(kafka, {
    startupPosition: { type: "specific-offsets", offsets: [{ topic: "orders", partition: 0, offset: 2n }] },
    autoOffsetReset: "earliest",
  });

  expect(gate.messages.map(({ id }) => id)).toEqual(["k0", "k1", "k1", "k2", "k2"]);
});

test("date begins with the first record that is not older, and at the end if all are", async () => {
  const clock = virtualClock(10_000);
  const kafka = inMemoryKafka(clock);
  for (const key of ["at 10", "at 11", "at 12"]) {
    kafka.produce("orders", key, "v");
    await clock.advanceTo(clock.now() + 1000);
  }

  const from = await start(kafka, { startupPosition: { type: "date", epochMillis: 10_500 } });
  const future = await start(kafka, { startupPosition: { type: "date", epochMillis: 99_000 } });

  expect(from.gate.messages.map(({ id }) => id)).toEqual(["at 11", "at 12"]);
  expect(future.gate.messages).toEqual([]);
});

test.each([
  ["earliest", ["kept 1", "kept 2", "new"]],
  ["latest", ["new"]],
] as const)("an offset that the topic has lost goes on at the %s one", async (autoOffsetReset, expected) => {
  const kafka = inMemoryKafka();
  for (const key of ["lost 1", "lost 2", "kept 1", "kept 2"]) kafka.produce("orders", key, "v");
  kafka.deleteBefore({ topic: "orders", partition: 0, offset: 2 });
  const gate = new RecordingGate(
    new Map([
      ["begun", Uint8Array.of(1)],
      ["orders/0", position(1)],
    ]),
  );

  await start(kafka, { autoOffsetReset }, gate);
  kafka.produce("orders", "new", "v");
  await settled();

  expect(gate.messages.map(({ id }) => id)).toEqual(expected);
});

test("an offset that the topic has lost fails the ingress if no other is allowed", async () => {
  const kafka = inMemoryKafka();
  for (const key of ["lost", "kept"]) kafka.produce("orders", key, "v");
  kafka.deleteBefore({ topic: "orders", partition: 0, offset: 1 });
  const gate = new RecordingGate(
    new Map([
      ["begun", Uint8Array.of(1)],
      ["orders/0", position(0)],
    ]),
  );

  await start(kafka, { autoOffsetReset: "none" }, gate);

  expect(gate.messages).toEqual([]);
  expect(gate.failures[0]?.message).toMatch(/offset 0 does not exist in partition 0 of topic orders/);
});

test("partitions that are added while it runs, or while it does not, are read from their beginning", async () => {
  const kafka = inMemoryKafka();
  kafka.createTopic("orders", 1);
  const { gate, clock, ingress } = await start(kafka, { startupPosition: { type: "latest" } });
  kafka.createTopic("orders", 2);
  kafka.produce("orders", "while it runs", "v", 1);

  await clock.advanceTo(clock.now() + 30_000);
  await settled();
  await ingress.stop();
  kafka.createTopic("orders", 3);
  kafka.produce("orders", "while it does not", "v", 2);
  const after = await start(
    kafka,
    { startupPosition: { type: "latest" } },
    new RecordingGate(gate.positions),
  );

  expect(gate.messages.map(({ id }) => id)).toEqual(["while it runs"]);
  expect(after.gate.messages.map(({ id }) => id)).toEqual(["while it does not"]);
});

test("the group is told what is durable, a second later and at the stop", async () => {
  const kafka = inMemoryKafka();
  kafka.produce("orders", "k", "1");
  const { clock, ingress } = await start(kafka);

  const atOnce = await kafka.committedOffsets("shop");
  await clock.advanceTo(clock.now() + 1000);
  await settled();
  const later = await kafka.committedOffsets("shop");
  kafka.produce("orders", "k", "2");
  await settled();
  await ingress.stop();
  const stopped = await kafka.committedOffsets("shop");

  expect(atOnce).toEqual([]);
  expect(later).toEqual([{ topic: "orders", partition: 0, offset: 1 }]);
  expect(stopped).toEqual([{ topic: "orders", partition: 0, offset: 2 }]);
});

test("nothing is admitted once the stop has begun", async () => {
  const kafka = inMemoryKafka();
  const { gate, ingress } = await start(kafka);

  await ingress.stop();
  kafka.produce("orders", "k", "late");
  await settled();

  expect(gate.messages).toEqual([]);
});

test("a property that it does not have is refused by name", () => {
  expect(() =>
    kafkaIngress({ ...spec, properties: { "interceptor.classes": "x" } }, inMemoryKafka(), {
      clock: virtualClock(),
    }),
  ).toThrow(/interceptor.classes/);
});

function target(typename: `${string}/${string}`): { readonly namespace: string; readonly name: string } {
  const [namespace = "", name = ""] = typename.split("/");
  return { namespace, name };
}

function position(offset: number): Uint8Array {
  return Uint8Array.of(0, 0, 0, 0, 0, 0, 0, offset);
}

function positionOf(gate: RecordingGate, key: string): number {
  return readOffset(gate.positions.get(key) ?? new Uint8Array(8));
}

function place(at: { readonly key: string; readonly value: Uint8Array } | undefined): string {
  return at === undefined ? "" : `${at.key} ${String(readOffset(at.value))}`;
}
