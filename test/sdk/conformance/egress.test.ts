import { describe, expect, test } from "@jest/globals";
import type { KafkaRecord, KinesisRecord, TypedValue } from "statefun";
import { customType, egress, jsonType, kafkaEgress, kinesisEgress, types } from "statefun";
import type { DecodedRecord } from "../../support/decode.js";
import { decode, decodeKafkaRecord, decodeKinesisRecord } from "../../support/decode.js";
import { fromHex, hex } from "../../support/hex.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { toFunction } from "../../support/to-function.js";
import { wireValue } from "../../support/wire-value.js";
import { golden, V1 } from "./golden-bytes.js";
import { fn, fnOtherwise } from "./ns-fn.js";

const kafkaTypename = "type.googleapis.com/io.statefun.sdk.egress.KafkaProducerRecord";
const kinesisTypename = "type.googleapis.com/io.statefun.sdk.egress.KinesisEgressRecord";

const Kafka = kafkaEgress("ns/eg");
const Kinesis = kinesisEgress("ns/eg");

async function answerOf(target: object, record: unknown): Promise<Uint8Array> {
  const writer = fn({}, (context) => {
    context.send(target as never, record);
  });
  return recordingHandler([writer]).answer(V1);
}

async function written(target: object, record: unknown): Promise<DecodedRecord | undefined> {
  return decode(await answerOf(target, record)).egresses[0];
}

async function kafkaRecord(record: KafkaRecord): Promise<unknown> {
  const message = await written(Kafka, record);
  expect(message).toMatchObject({ namespace: "ns", type: "eg" });
  expect(message?.argument).toMatchObject({ typename: kafkaTypename, hasValue: true });
  return decodeKafkaRecord(fromHex(message?.argument?.hex ?? ""));
}

const Order = jsonType<{ id: string }>("shop/Order");

/** What the value of a record may be, and the bytes that it becomes. */
const values: readonly (readonly [what: string, value: KafkaRecord["value"], bytes: string])[] = [
  ["text", "v", "76"],
  ["no text", "", ""],
  ["unicode", "é😀\u0000", "c3a9f09f988000"],
  ["bytes", fromHex("00ff"), "00ff"],
  ["no bytes", new Uint8Array(), ""],
  ["a buffer of Node's", Buffer.from("00ff", "hex"), "00ff"],
  ["a part of a larger array", fromHex("aa00ffbb").subarray(1, 3), "00ff"],
  ["a typed int", types.int(7), "0d07000000"],
  ["a typed zero", types.int(0), ""],
  ["a typed long", types.long(7n), "090700000000000000"],
  ["a typed string", types.string("v"), "0a0176"],
  ["typed JSON", Order({ id: "a" }), hex(Buffer.from('{"id":"a"}'))],
  ["a message put together by hand", { typename: "x/y", hasValue: true, bytes: fromHex("01") }, "01"],
  ["500 kB", "x".repeat(500_000), "78".repeat(500_000)],
];

describe("K47: Kafka records", () => {
  test.each(values)("K47: the value may be %s", async (_, value, bytes) => {
    const record = await kafkaRecord({ topic: "t", key: "k", value });

    expect(record).toEqual({ topic: "t", key: "k", hex: bytes, headers: [] });
  });

  test("K47: without a key, or with an empty one, the field is absent", async () => {
    const answers = await Promise.all(
      [undefined, ""].map((key) =>
        answerOf(Kafka, { topic: "t", value: "v", ...(key === "" ? { key } : {}) }),
      ),
    );

    const withoutKey = golden.R9.replace("a206592257", "a206562254")
      .replace("1a4d0a3e", "1a4a0a3e")
      .replace("1a090a016b", "1a06");
    expect(answers.map(hex)).toEqual([withoutKey, withoutKey]);
  });

  test("K47: key and topic are UTF-8 of any length", async () => {
    for (const text of ["é", "😀", "a\u0000b", "x".repeat(127), "x".repeat(128), "ü".repeat(20_000)]) {
      expect(await kafkaRecord({ topic: text, key: text, value: "v" })).toEqual({
        topic: text,
        key: text,
        hex: "76",
        headers: [],
      });
    }
  });

  test("K47: a received message's bytes may be the value, and a received record is repeated whole", async () => {
    const record = wireValue.of(kafkaTypename, "0a016b1201761a0174");
    const forwarder = fnOtherwise({}, (context, message) => {
      if (message.typename === kafkaTypename) context.send(Kafka, message);
      else context.send(Kafka, { topic: "t", key: "k", value: message });
    });

    const answer = decode(
      await recordingHandler([forwarder]).answer(
        toFunction({ invocations: [wireValue.of("shop/raw", "76"), record] }),
      ),
    );

    expect(answer.egresses.map(({ argument }) => argument)).toEqual([record, record]);
  });

  test("K47: headers are in order, duplicates kept, a null one told from an empty one", async () => {
    const headers = [
      { key: "a", value: fromHex("01") },
      { key: "a", value: new Uint8Array() },
      { key: "", value: undefined },
      { key: "é", value: fromHex("ff".repeat(200)) },
    ];

    const record = await kafkaRecord({ topic: "t", value: "v", headers });

    expect(record).toEqual({
      topic: "t",
      key: "",
      hex: "76",
      headers: [
        { key: "a", hex: "01" },
        { key: "a", hex: "" },
        { key: "" },
        { key: "é", hex: "ff".repeat(200) },
      ],
    });
  });

  test("K47: records of several egresses are told apart by namespace and type", async () => {
    const writer = fn({}, (context) => {
      for (const typename of ["a/b", "shop/orders", "名/前"]) {
        context.send(kafkaEgress(typename), { topic: "t", value: typename });
      }
    });

    const { egresses } = decode(await recordingHandler([writer]).answer(V1));

    expect(egresses.map(({ namespace, type }) => `${namespace}/${type}`)).toEqual([
      "a/b",
      "shop/orders",
      "名/前",
    ]);
  });
});

describe("K48: Kinesis records", () => {
  async function kinesisRecord(record: KinesisRecord): Promise<unknown> {
    const message = await written(Kinesis, record);
    expect(message).toMatchObject({ namespace: "ns", type: "eg", argument: { typename: kinesisTypename } });
    return decodeKinesisRecord(fromHex(message?.argument?.hex ?? ""));
  }

  test.each(values)("K48: the value may be %s", async (_, value, bytes) => {
    const record = await kinesisRecord({ stream: "s", partitionKey: "p", value });

    expect(record).toEqual({ stream: "s", partitionKey: "p", explicitHashKey: "", hex: bytes });
  });

  test("K48: an explicit hash key is field 4", async () => {
    const answer = await answerOf(Kinesis, {
      stream: "s",
      partitionKey: "p",
      explicitHashKey: "123",
      value: "v",
    });

    const withHashKey = golden.R10.replace("a20659225", "a2065e225")
      .replace("22570a", "225c0a")
      .replace("1a4d0a3e", "1a520a3e")
      .replace("1a090a", "1a0e0a");
    expect(hex(answer)).toBe(`${withHashKey}2203313233`);
  });

  test("K48: an empty hash key is none", async () => {
    const answer = await answerOf(Kinesis, {
      stream: "s",
      partitionKey: "p",
      explicitHashKey: "",
      value: "v",
    });

    expect(hex(answer)).toBe(golden.R10);
  });

  test("K48: a received record is repeated whole", async () => {
    const record = wireValue.of(kinesisTypename, "0a01701201761a01732203313233");
    const forwarder = fnOtherwise({}, (context, message) => {
      context.send(Kinesis, message);
    });

    const answer = decode(await recordingHandler([forwarder]).answer(toFunction({ invocations: [record] })));

    expect(answer.egresses.map(({ argument }) => argument)).toEqual([record]);
  });
});

const half = "half \uD800";

describe("K49: a record that lacks something is refused when it is sent", () => {
  const notText = [undefined, null, "", 7, {}, half];
  const notValues = [
    undefined,
    null,
    7,
    7n,
    true,
    {},
    [],
    new Date(0),
    { bytes: "text" },
    half,
    new ArrayBuffer(1),
  ];

  test.each<readonly [what: string, target: object, record: unknown]>([
    ...notText.map((topic) => ["Kafka: topic", Kafka, { topic, value: "v" }] as const),
    ...notText
      .slice(1)
      .filter((key) => key !== "")
      .map((key) => ["Kafka: key", Kafka, { topic: "t", key, value: "v" }] as const),
    ...notValues.map((value) => ["Kafka: value", Kafka, { topic: "t", value }] as const),
    ...[undefined, null, "text", 7].map((record) => ["Kafka: record", Kafka, record] as const),
    ...notText.map(
      (stream) => ["Kinesis: stream", Kinesis, { stream, partitionKey: "p", value: "v" }] as const,
    ),
    ...notText.map(
      (partitionKey) =>
        ["Kinesis: partition key", Kinesis, { stream: "s", partitionKey, value: "v" }] as const,
    ),
    ...[null, 7, half].map(
      (explicitHashKey) =>
        [
          "Kinesis: hash key",
          Kinesis,
          { stream: "s", partitionKey: "p", explicitHashKey, value: "v" },
        ] as const,
    ),
    ...notValues.map(
      (value) => ["Kinesis: value", Kinesis, { stream: "s", partitionKey: "p", value }] as const,
    ),
    ...[undefined, null, "text", 7].map((record) => ["Kinesis: record", Kinesis, record] as const),
  ])("K49: %s", async (_, target, record) => {
    const writer = fn({}, (context) => {
      expect(() => {
        context.send(target as never, record);
      }).toThrow(
        expect.objectContaining({
          code: expect.stringMatching(/^(invalid-argument|serialization)$/),
          typename: "ns/eg",
        }),
      );
      context.send(target as never, target === Kafka ? goodKafka : goodKinesis);
    });

    const answer = await recordingHandler([writer]).answer(V1);

    // Nothing of the refused record is in the one that is sent after it.
    expect(hex(answer)).toBe(target === Kafka ? golden.R9 : golden.R10);
  });

  const goodKafka: KafkaRecord = { topic: "t", key: "k", value: "v" };
  const goodKinesis: KinesisRecord = { stream: "s", partitionKey: "p", value: "v" };

  test("K49: uncaught, it fails the batch", async () => {
    const handler = recordingHandler([
      fn({}, (context) => {
        context.send(Kafka, goodKafka);
        context.send(Kafka, { topic: "", value: "v" });
      }),
    ]);

    const failure = await handler.failure(V1);

    expect(failure).toMatchObject({ code: "invalid-argument", typename: "ns/eg" });
    expect(failure.message).toContain("topic");
    expect(handler.reports).toHaveLength(1);
  });
});

describe("K50: a generic egress carries messages as they are", () => {
  const Point = customType<{ x: number }>("shop/point", {
    serialize: ({ x }) => Uint8Array.of(x),
    deserialize: (bytes) => ({ x: bytes[0] ?? 0 }),
  });
  const Out = egress("ns/x", [Point, types.int, Order]);

  test.each<readonly [TypedValue, string, string]>([
    [Point({ x: 7 }), "shop/point", "07"],
    [types.int(7), "io.statefun.types/int", "0d07000000"],
    [types.int(0), "io.statefun.types/int", ""],
    [Order({ id: "a" }), "shop/Order", hex(Buffer.from('{"id":"a"}'))],
  ])("K50: %j", async (message, typename, bytes) => {
    const record = await written(Out, message);

    expect(record).toEqual({ namespace: "ns", type: "x", argument: wireValue.of(typename, bytes) });
  });

  test("K50: headers of the send are the message's", async () => {
    const writer = fn({}, (context) => {
      context.send(Out, types.int(7), { headers: [{ key: "k", value: fromHex("76") }] });
    });

    const { egresses } = decode(await recordingHandler([writer]).answer(V1));

    expect(egresses[0]?.argument).toEqual({ ...wireValue.int(7), headers: [{ key: "k", hex: "76" }] });
  });

  test.each([
    undefined,
    null,
    7,
    "text",
    {},
    { typename: "shop/point", value: { x: 7 } },
    { topic: "t", value: "v" },
  ])("K50: what no type made is refused: %j", async (message) => {
    const handler = recordingHandler([
      fn({}, (context) => {
        context.send(Out, message as never);
      }),
    ]);

    expect(await handler.failure(V1)).toMatchObject({ code: "invalid-argument" });
  });

  test("K50: an egress is no address: nothing can be delayed to it", async () => {
    const handler = recordingHandler([
      fn({}, (context) => {
        context.sendAfter({ seconds: 1 }, Out as never, types.int(7));
      }),
    ]);

    expect(await handler.failure(V1)).toMatchObject({ code: "invalid-argument" });
  });
});
