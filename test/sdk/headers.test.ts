import { describe, expect, test } from "@jest/globals";
import { kafkaEgress, types } from "statefun";
import type { Header, Headers, SendOptions } from "statefun";
import { decode, decodeKafkaRecord } from "../support/decode.js";
import { delimited, joined, varint } from "../support/fields.js";
import { fromHex } from "../support/hex.js";
import { recordingHandler } from "../support/recording-handler.js";
import { toFunction } from "../support/to-function.js";
import type { WireHeader } from "../support/wire-value.js";
import { wireValue } from "../support/wire-value.js";
import { V1 } from "./conformance/golden-bytes.js";
import { fn, fnOtherwise, T } from "./conformance/ns-fn.js";

const Orders = kafkaEgress("ns/orders");

const sent: Headers = [
  { key: "trace", value: Uint8Array.of(1, 2) },
  { key: "empty", value: new Uint8Array(0) },
  { key: "null", value: undefined },
  { key: "trace", value: Uint8Array.of(3) },
  { key: "", value: Uint8Array.of(4) },
  { key: "läßt 🛒", value: Buffer.from("x") },
];
const onTheWire: readonly WireHeader[] = [
  { key: "trace", hex: "0102" },
  { key: "empty", hex: "" },
  { key: "null" },
  { key: "trace", hex: "03" },
  { key: "", hex: "04" },
  { key: "läßt 🛒", hex: "78" },
];

describe("headers that are received", () => {
  test("are read in order, duplicates kept, null told from empty", async () => {
    let seen: Headers | undefined;
    const handler = recordingHandler([
      fn({}, ({ headers }) => {
        seen = headers;
      }),
    ]);

    await handler.answer(toFunction({ invocations: [{ ...wireValue.string("hi"), headers: onTheWire }] }));

    expect(seen).toEqual(sent.map(({ key, value }) => ({ key, value: value && new Uint8Array(value) })));
  });

  test("are none where the message has none, and frozen either way", async () => {
    const seen: Headers[] = [];
    const handler = recordingHandler([fn({}, ({ headers }) => void seen.push(headers))]);

    await handler.answer(
      toFunction({
        invocations: [
          wireValue.string("a"),
          { ...wireValue.string("b"), headers: [{ key: "k", hex: "01" }] },
        ],
      }),
    );

    expect(seen.map((headers) => headers.length)).toEqual([0, 1]);
    expect(seen.map((headers) => Object.isFrozen(headers))).toEqual([true, true]);
  });

  test("belong to their invocation, also where a handler waits", async () => {
    const seen: string[] = [];
    const handler = recordingHandler([
      fn({}, async (context, text) => {
        await Promise.resolve();
        seen.push(`${text}: ${context.headers.map(({ key }) => key).join()}`);
      }),
    ]);
    const invocations = ["a", "b", "c"].map((text) => ({
      ...wireValue.string(text),
      headers: [{ key: `of ${text}` }],
    }));

    await handler.answer(toFunction({ invocations }));

    expect(seen).toEqual(["a: of a", "b: of b", "c: of c"]);
  });

  test("are copies: changing their bytes changes neither the request nor what is read next", async () => {
    const request = toFunction({
      invocations: [{ ...wireValue.string("hi"), headers: [{ key: "k", hex: "0102" }] }],
    });
    const before = request.slice();
    let second: Header | undefined;
    const handler = recordingHandler([
      fn({}, (context) => {
        context.headers[0]?.value?.fill(9);
        second = context.headers[0];
      }),
    ]);

    await handler.answer(request);

    expect(second).toEqual({ key: "k", value: Uint8Array.of(1, 2) });
    expect(request).toEqual(before);
  });
});

describe("headers that are sent", () => {
  async function answerOf(options: SendOptions): Promise<ReturnType<typeof decode>> {
    const handler = recordingHandler([
      fn({}, (context) => {
        context.send(T.address("1"), types.int(7), options);
        context.sendAfter({ seconds: 1 }, T.address("1"), types.int(7), options);
        context.send(Orders, { topic: "t", value: "v", headers: options.headers });
        context.send(Orders, { topic: "t", value: "v" }, options);
      }),
    ]);
    return decode(await handler.answer(V1));
  }

  test("go with messages, delayed messages and Kafka records, in order, null told from empty", async () => {
    const { messages, delayed, egresses } = await answerOf({ headers: sent });

    expect(messages[0]?.argument).toEqual({ ...wireValue.int(7), headers: onTheWire });
    expect(delayed[0]?.argument).toEqual({ ...wireValue.int(7), headers: onTheWire });
    for (const { argument } of egresses) {
      expect(argument?.headers).toBeUndefined();
      expect(decodeKafkaRecord(fromHex(argument?.hex ?? "")).headers).toEqual(onTheWire);
    }
  });

  test.each<[string, SendOptions]>([
    ["left out", {}],
    ["undefined", { headers: undefined }],
    ["an empty list", { headers: [] }],
  ])("leave no trace where they are %s", async (_, options) => {
    const { messages, delayed, egresses } = await answerOf(options);

    expect(messages[0]?.argument).toEqual(wireValue.int(7));
    expect(delayed[0]?.argument).toEqual(wireValue.int(7));
    for (const { argument } of egresses) {
      expect(decodeKafkaRecord(fromHex(argument?.hex ?? "")).headers).toEqual([]);
    }
  });

  test("are written at the call: what becomes of them afterwards changes nothing", async () => {
    const value = Uint8Array.of(1);
    const headers = [{ key: "k", value }];
    const handler = recordingHandler([
      fn({}, (context) => {
        context.send(T.address("1"), types.int(7), { headers });
        value.fill(9);
        headers.push({ key: "more", value });
      }),
    ]);

    const { messages } = decode(await handler.answer(V1));

    expect(messages[0]?.argument?.headers).toEqual([{ key: "k", hex: "01" }]);
  });

  test("are passed on by handing over what was received", async () => {
    const handler = recordingHandler([
      fn({}, (context) => {
        context.send(T.address("1"), types.int(7), { headers: context.headers });
      }),
    ]);

    const answer = await handler.answer(
      toFunction({ invocations: [{ ...wireValue.string("hi"), headers: onTheWire }] }),
    );

    expect(decode(answer).messages[0]?.argument).toEqual({ ...wireValue.int(7), headers: onTheWire });
  });

  test.each<[string, unknown, string]>([
    ["an object", { trace: "1" }, "the headers are an object (Object), not a list: write [{ key, value }]"],
    ["a map", new Map(), "the headers are an object (Map), not a list"],
    ["a key that is no text", [{ key: 7, value: undefined }], "the key of a header is 7, not text"],
    ["no key", [{ value: Uint8Array.of(1) }], "the key of a header is undefined, not text"],
    ["half of a surrogate pair", [{ key: "\ud83d", value: undefined }], "the key of a header is"],
    ["text as a value", [{ key: "k", value: "1" }], 'the header "k" has "1", not a Uint8Array or undefined'],
    [
      "null as a value",
      [{ key: "k", value: null }],
      'the header "k" has null, not a Uint8Array or undefined',
    ],
    ["nothing as a header", [undefined], "a header is undefined, not { key, value }"],
  ])("are refused at the call with %s", async (_, headers, problem) => {
    const handler = recordingHandler([
      fn({}, (context) => {
        context.send(T.address("1"), types.int(7), { headers: headers as Headers });
      }),
    ]);

    const failure = await handler.failure(V1);

    expect(failure.code).toBe("invalid-argument");
    expect(failure.message).toContain(problem);
    expect(handler.reports).toHaveLength(1);
  });
});

describe("a message that is sent on", () => {
  // Fields that are unknown here, and a header field that is unknown: nothing of it may be lost.
  const argument = joined(
    delimited(1, "shop/Other"),
    varint(2, 1),
    delimited(4, delimited(1, "k"), delimited(2, "v"), varint(3, 1), varint(9, 7)),
    delimited(3, "bytes"),
    varint(15, 7),
  );
  const target = delimited(1, delimited(1, "ns"), delimited(2, "fn"), delimited(3, "1"));
  const request = delimited(100, target, delimited(3, delimited(2, argument)));

  test("repeats its headers bit for bit", async () => {
    const handler = recordingHandler([
      fnOtherwise({}, (context, message) => {
        context.send(T.address("2"), message);
      }),
    ]);

    const answer = await handler.answer(request);

    expect(Buffer.from(answer).includes(Buffer.from(argument))).toBe(true);
  });

  test("has the headers of the options instead, if there are any", async () => {
    const handler = recordingHandler([
      fnOtherwise({}, (context, message) => {
        context.send(T.address("2"), message, { headers: [{ key: "new", value: undefined }] });
      }),
    ]);

    const { messages } = decode(await handler.answer(request));

    expect(messages[0]?.argument).toEqual({
      ...wireValue.text("shop/Other", "bytes"),
      headers: [{ key: "new" }],
    });
  });
});
