import { describe, expect, test } from "@jest/globals";
import { customType, functionType, jsonType, kafkaEgress, kinesisEgress, types } from "statefun";
import { decode, decodeKafkaRecord, decodeKinesisRecord } from "../../support/decode.js";
import { fromHex, hex } from "../../support/hex.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { toFunction } from "../../support/to-function.js";
import { wireValue } from "../../support/wire-value.js";
import { golden, V1 } from "./golden-bytes.js";
import { fn, T } from "./ns-fn.js";

// What is measured before it is written, kept for the next time or shared between sends must never show.

const Note = jsonType<unknown>("shop/note");
const Sink = functionType("ns/sink", [Note]);
const Kafka = kafkaEgress("ns/eg");
const Kinesis = kinesisEgress("ns/ki");

describe("K42: a value that sends something itself while it is encoded", () => {
  test("K42: in a message, a delayed message and records: each is whole, the inner one first", async () => {
    const sender = fn({}, (context) => {
      const nested = (depth: number): unknown => ({
        toJSON() {
          context.send(
            Sink.address(`inner ${String(depth)}`),
            Note(depth > 0 ? nested(depth - 1) : "innermost"),
          );
          context.send(Kafka, { topic: "inner", key: "a longer key than the outer one", value: "inner" });
          context.send(Kinesis, { stream: "inner", partitionKey: "inner", value: "inner" });
          return { depth };
        },
      });
      context.send(Sink.address("outer"), Note(nested(2)));
      context.sendAfter({ seconds: 1 }, Sink.address("outer"), Note(nested(0)), { cancellationToken: "tok" });
      context.send(Kafka, { topic: "outer", key: "k", value: Note(nested(0)) });
      context.send(Kinesis, { stream: "outer", partitionKey: "p", value: Note(nested(0)) });
    });

    const { messages, delayed, egresses } = decode(await recordingHandler([sender]).answer(V1));

    const note = (value: unknown): string => wireValue.text("shop/note", JSON.stringify(value)).hex;
    expect(messages.map(({ to, argument }) => [to?.id, argument?.hex])).toEqual([
      ["inner 0", note("innermost")],
      ["inner 1", note({ depth: 0 })],
      ["inner 2", note({ depth: 1 })],
      ["outer", note({ depth: 2 })],
      ["inner 0", note("innermost")],
      ["inner 0", note("innermost")],
      ["inner 0", note("innermost")],
    ]);
    expect(delayed.map(({ token, argument }) => [token, argument?.hex])).toEqual([
      ["tok", note({ depth: 0 })],
    ]);
    const records = egresses.map(({ type, argument }) => {
      const bytes = fromHex(argument?.hex ?? "");
      return type === "eg" ? decodeKafkaRecord(bytes) : decodeKinesisRecord(bytes);
    });
    const inner = [
      { topic: "inner", key: "a longer key than the outer one", hex: hex(Buffer.from("inner")), headers: [] },
      { stream: "inner", partitionKey: "inner", explicitHashKey: "", hex: hex(Buffer.from("inner")) },
    ];
    expect(records).toEqual([
      ...[1, 2, 3, 4, 5].flatMap(() => inner),
      { topic: "outer", key: "k", hex: note({ depth: 0 }), headers: [] },
      ...inner,
      { stream: "outer", partitionKey: "p", explicitHashKey: "", hex: note({ depth: 0 }) },
    ]);
  });

  test("K42: a record whose fields are getters that send", async () => {
    const sender = fn({}, (context) => {
      context.send(Kafka, {
        get topic() {
          context.send(Kafka, { topic: "inner", key: "i", value: "inner" });
          return "t";
        },
        get key() {
          context.send(T.address("2"), types.int(7));
          return "k";
        },
        value: "v",
      });
    });

    const { messages, egresses } = decode(await recordingHandler([sender]).answer(V1));

    const records = egresses.map(({ argument }) => decodeKafkaRecord(fromHex(argument?.hex ?? "")));
    expect(messages.every(({ argument }) => argument?.hex === wireValue.int(7).hex)).toBe(true);
    expect(records.at(-1)).toEqual({ topic: "t", key: "k", hex: "76", headers: [] });
    expect(records.slice(0, -1).every(({ topic, key }) => topic === "inner" && key === "i")).toBe(true);
  });

  test("K42: a value whose encoding fails: the caught failure leaves nothing", async () => {
    const Broken = customType<{ n: number }>("shop/broken", {
      serialize: () => {
        throw new Error("broken");
      },
      deserialize: () => ({ n: 0 }),
    });
    const sender = fn({}, (context) => {
      const failed = expect.objectContaining({ code: "serialization", typename: "shop/broken" });
      expect(() => {
        context.send(functionType("ns/b", [Broken]).address("1"), Broken({ n: 1 }));
      }).toThrow(failed);
      expect(() => {
        context.send(Kafka, { topic: "t", value: Broken({ n: 1 }) });
      }).toThrow(failed);
      context.send(T.address("2"), types.int(7));
    });

    const answer = await recordingHandler([sender]).answer(V1);

    expect(hex(answer)).toBe(golden.R6);
  });
});

test("K42: ids, keys and topics that alternate are written as they are, each time", async () => {
  const ids = ["a", "a", "é", "a", "😀", "😀", "", "a", "x".repeat(200), "x".repeat(200), "ü", "", ""];
  const sender = fn({}, (context) => {
    for (const id of ids) {
      context.send(T.address(id), types.int(1));
      context.sendAfter({ milliseconds: 1 }, T.address(id), types.int(1));
      context.send(Kafka, { topic: id === "" ? "none" : id, key: id, value: id });
      expect(() => {
        context.send(T.address(`${id}\uD800`), types.int(1));
      }).toThrow("[invalid-argument]");
      context.send(Kinesis, { stream: `${id}s`, partitionKey: `${id}p`, explicitHashKey: id, value: id });
    }
  });

  const { messages, delayed, egresses } = decode(await recordingHandler([sender]).answer(V1));

  const text = (value: string): string => hex(Buffer.from(value));
  expect(messages.map(({ to }) => to?.id)).toEqual(ids);
  expect(delayed.map(({ to }) => to?.id)).toEqual(ids);
  expect(
    egresses.map(({ type, argument }) => {
      const bytes = fromHex(argument?.hex ?? "");
      return type === "eg" ? decodeKafkaRecord(bytes) : decodeKinesisRecord(bytes);
    }),
  ).toEqual(
    ids.flatMap((id) => [
      { topic: id === "" ? "none" : id, key: id, hex: text(id), headers: [] },
      { stream: `${id}s`, partitionKey: `${id}p`, explicitHashKey: id, hex: text(id) },
    ]),
  );
});

test("K42: messages for more functions than are remembered go to each of them", async () => {
  const targets = Array.from({ length: 3000 }, (_, index) => ({
    typename: `ns${String(index % 1500)}/t`,
    id: "1",
  }));
  const sender = fn({}, (context) => {
    for (const target of targets) context.send(target, types.int(1));
  });

  const { messages } = decode(await recordingHandler([sender]).answer(V1));

  expect(messages.map(({ to }) => to?.namespace)).toEqual(
    targets.map(({ typename }) => typename.slice(0, -2)),
  );
});

test("K07: names that share their length and most letters are told apart in requests", async () => {
  const names = Array.from({ length: 2000 }, (_, index) => `state_${String(index).padStart(6, "0")}`);
  const declared = Object.fromEntries(names.map((name) => [name, types.int]));
  const read: unknown[] = [];
  const reader = fn(declared, ({ storage }) => void read.push(names.map((name) => storage[name]?.get())));
  const states = Object.fromEntries(names.map((name, index) => [name, wireValue.int(index)]));
  const request = toFunction({ states, invocations: [wireValue.string("hi")] });

  await recordingHandler([reader]).answer(request);
  await recordingHandler([reader]).answer(request);

  const expected = names.map((_, index) => index);
  expect(read).toEqual([expected, expected]);
});
