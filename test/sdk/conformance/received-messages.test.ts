import { describe, expect, test } from "@jest/globals";
import type { Message } from "statefun";
import { customType, egress, functionType, jsonType, statefulFunction, types } from "statefun";
import { readResponse } from "statefun/wire";
import { decode } from "../../support/decode.js";
import { delimited, fixed32, group, joined, varint } from "../../support/fields.js";
import { fromHex, hex } from "../../support/hex.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { toFunction } from "../../support/to-function.js";
import { wireValue } from "../../support/wire-value.js";
import { golden, V1 } from "./golden-bytes.js";
import { fn, fnOtherwise } from "./ns-fn.js";

const Anyone = functionType("ns/t", []);
const Anything = egress("ns/eg", []);

/** A batch of messages whose serialized `TypedValue`s are given as they stand. */
function batchOf(...serialized: readonly Uint8Array[]): Uint8Array {
  const target = delimited(1, delimited(1, "ns"), delimited(2, "fn"), delimited(3, "1"));
  return delimited(100, target, ...serialized.map((argument) => delimited(3, delimited(2, argument))));
}

/** The serialized messages, delayed messages and egress messages of an answer, as they stand. */
function argumentsOf(answer: Uint8Array): readonly (readonly string[])[] {
  const response = readResponse(answer);
  if (response.kind !== "result") throw new Error("states are missing");
  return [response.messages, response.delayed, response.egresses].map((list) =>
    list.map(({ argument }) => hex(argument)),
  );
}

const string = delimited(1, "io.statefun.types/string");
const messages = {
  "a known type": joined(string, varint(2, 1), delimited(3, "hi")),
  "an unknown type": joined(delimited(1, "shop/Order"), varint(2, 1), delimited(3, "{}")),
  "bytes that are no value of their type": joined(string, varint(2, 1), delimited(3, fromHex("0dff"))),
  "a typename that is none": joined(delimited(1, "no-slash"), varint(2, 1), delimited(3, "x")),
  "a typename of other letters": joined(delimited(1, "名前/型😀"), varint(2, 1), delimited(3, "x")),
  "no typename": joined(varint(2, 1), delimited(3, "x")),
  "no value": joined(string),
  "no value, written out": joined(string, varint(2, 0), delimited(3, "")),
  "no value and yet bytes": joined(string, delimited(3, "hi")),
  "a value of no bytes": joined(string, varint(2, 1)),
  nothing: new Uint8Array(),
  "fields in another order": joined(delimited(3, "hi"), varint(2, 1), string),
  "fields twice": joined(string, varint(2, 0), varint(2, 1), delimited(3, "a"), delimited(3, "b"), string),
  "unknown fields": joined(
    varint(9, 300),
    string,
    fixed32(10, 7),
    varint(2, 1),
    group(11, varint(1, 1)),
    delimited(3, "hi"),
  ),
  headers: joined(
    string,
    delimited(4, delimited(1, "k"), delimited(2, "v"), varint(3, 1)),
    varint(2, 1),
    delimited(4),
  ),
  "a has_value of several bytes": joined(string, fromHex("10ff01"), delimited(3, "hi")),
  "100 kB": joined(string, varint(2, 1), delimited(3, "ü".repeat(50_000))),
};

describe("K40: a received message is sent on bit for bit", () => {
  test.each(Object.entries(messages))("K40: %s", async (_, message) => {
    const forwarder = fnOtherwise({}, async (context, received) => {
      context.send(Anyone.address("1"), received);
      await Promise.resolve();
      context.send(Anyone.address("2"), received);
      context.sendAfter({ seconds: 1 }, Anyone.address("3"), received);
      context.send(Anything, received);
    });

    const answer = await recordingHandler([forwarder]).answer(batchOf(message));

    const bytes = hex(message);
    expect(argumentsOf(answer)).toEqual([[bytes, bytes], [bytes], [bytes]]);
  });

  test("K40: each message of a batch is sent on as itself", async () => {
    const held: Message[] = [];
    const forwarder = fnOtherwise({}, (context, received) => {
      held.push(received);
      if (held.length < Object.keys(messages).length) return;
      for (const message of held) context.send(Anyone.address("1"), message);
    });

    const answer = await recordingHandler([forwarder]).answer(batchOf(...Object.values(messages)));

    expect(argumentsOf(answer)[0]).toEqual(Object.values(messages).map(hex));
  });

  test("K40: headers that are given replace the message's own, and its value stays", async () => {
    const forwarder = fnOtherwise({}, (context, received) => {
      context.send(Anyone.address("1"), received, { headers: [{ key: "trace", value: undefined }] });
    });

    const answer = await recordingHandler([forwarder]).answer(batchOf(messages.headers));

    expect(decode(answer).messages.map(({ argument }) => argument)).toEqual([
      { typename: "io.statefun.types/string", hasValue: true, hex: "", headers: [{ key: "trace" }] },
    ]);
  });

  test("K40: a message can be put together by hand, with any typename or without a value", async () => {
    const byHand: readonly Message[] = [
      { typename: "shop/Order", hasValue: true, bytes: fromHex("7b7d") },
      { typename: "no-slash", hasValue: true, bytes: new Uint8Array() },
      { typename: "", hasValue: true, bytes: Buffer.from("x") },
      { typename: "shop/Order", hasValue: false, bytes: new Uint8Array() },
    ];
    const sender = fn({}, (context) => {
      for (const message of byHand) context.send(Anyone.address("1"), message);
    });

    const answer = await recordingHandler([sender]).answer(V1);

    expect(decode(answer).messages.map(({ argument }) => argument)).toEqual([
      wireValue.of("shop/Order", "7b7d"),
      wireValue.of("no-slash", ""),
      wireValue.of("", "78"),
      wireValue.none("shop/Order"),
    ]);
  });

  test("K40: otherwise sees the typename, whether there is a value, and its bytes", async () => {
    const seen: unknown[] = [];
    const reader = fnOtherwise({}, (_context, { typename, hasValue, bytes }) => {
      seen.push([typename, hasValue, hex(bytes)]);
    });

    await recordingHandler([reader]).answer(
      batchOf(
        messages["an unknown type"],
        messages["no typename"],
        messages["no value"],
        messages.nothing,
        messages["fields twice"],
      ),
    );

    expect(seen).toEqual([
      ["shop/Order", true, "7b7d"],
      ["", true, "78"],
      ["io.statefun.types/string", false, ""],
      ["", false, ""],
      ["io.statefun.types/string", true, "62"],
    ]);
  });

  test("K40: an accepted type goes to its handler and never to otherwise; typenames are compared letter by letter", async () => {
    const seen: string[] = [];
    const served = statefulFunction(functionType("ns/fn", [types.string]), {
      on: { [types.string.typename]: (_context, text) => void seen.push(text) },
      otherwise: (_context, { typename }) => void seen.push(typename),
    });
    const values = ["io.statefun.types/string", "io.statefun.types/String", "io.statefun.types/string "].map(
      (typename) => wireValue.of(typename, "0a026869"),
    );

    await recordingHandler([served]).answer(toFunction({ invocations: values }));

    expect(seen).toEqual(["hi", "io.statefun.types/String", "io.statefun.types/string "]);
  });

  test("K40: without otherwise, an unknown message fails its batch and is named", async () => {
    const handler = recordingHandler([fn({}, () => undefined)]);

    const failure = await handler.failure(batchOf(messages["a known type"], messages["an unknown type"]));

    expect(failure).toMatchObject({ code: "unhandled-message", typename: "ns/fn", id: "1" });
    expect(failure.message).toContain('"shop/Order"');
    expect(handler.reports).toHaveLength(1);
  });
});

describe("K41: a message without a value", () => {
  const Json = jsonType("shop/Order");
  const Custom = customType("shop/custom", { serialize: () => new Uint8Array(), deserialize: () => 1 });
  const all = { ...types, Json, Custom };

  test.each(Object.entries(all))(
    "K41: of the accepted type %s is refused, and the next batch is served",
    async (_, type) => {
      const seen: unknown[] = [];
      const served = statefulFunction(functionType("ns/fn", [type as typeof types.string]), {
        on: { [type.typename]: (_context: unknown, value: unknown) => void seen.push(value) } as never,
      });
      const handler = recordingHandler([served]);
      const none = wireValue.none(type.typename);

      const failure = await handler.failure(toFunction({ invocations: [none] }));
      const next = await handler.answer(
        toFunction({ invocations: [wireValue.of(type.typename, type === Json ? "7b7d" : "")] }),
      );

      expect(failure).toMatchObject({ code: "serialization", typename: "ns/fn", id: "1" });
      expect(failure.message).toContain("has no value");
      expect(hex(next)).toBe(golden.R4);
      expect(seen).toHaveLength(1);
    },
  );

  test("K41: in the middle of a batch it fails all of it", async () => {
    const seen: string[] = [];
    const handler = recordingHandler([fn({}, (_context, text) => void seen.push(text))]);

    const failure = await handler.failure(
      toFunction({
        invocations: [
          wireValue.string("a"),
          wireValue.none("io.statefun.types/string"),
          wireValue.string("c"),
        ],
      }),
    );

    expect(failure.code).toBe("serialization");
    expect(seen).toEqual(["a"]);
  });

  test("K41: otherwise takes it; is() knows its type and from() refuses it", async () => {
    const asked: unknown[] = [];
    const reader = fnOtherwise({}, (_context, message) => {
      asked.push(message.hasValue, message.bytes.length);
      for (const type of Object.values(all)) asked.push(type.is(message));
      expect(() => types.string.from(message)).toThrow(
        expect.objectContaining({ code: "serialization", typename: "io.statefun.types/string" }),
      );
    });

    await recordingHandler([reader]).answer(
      toFunction({ invocations: [wireValue.none("io.statefun.types/string")] }),
    );

    expect(asked).toEqual([false, 0, ...Object.values(all).map((type) => type === types.string)]);
  });

  test("K41: an invocation without any argument has no typename and no value", async () => {
    const seen: unknown[] = [];
    const reader = fnOtherwise(
      {},
      (_context, { typename, hasValue }) => void seen.push([typename, hasValue]),
    );
    const target = delimited(1, delimited(1, "ns"), delimited(2, "fn"));

    await recordingHandler([reader]).answer(delimited(100, target, delimited(3)));
    const failure = await recordingHandler([fn({}, () => undefined)]).failure(
      delimited(100, target, delimited(3)),
    );

    expect(seen).toEqual([["", false]]);
    expect(failure.code).toBe("unhandled-message");
  });
});
