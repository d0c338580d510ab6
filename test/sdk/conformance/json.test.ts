import { describe, expect, test } from "@jest/globals";
import type { JsonValue } from "statefun";
import { jsonType } from "statefun";
import { z } from "zod";
import { decode } from "../../support/decode.js";
import { hex } from "../../support/hex.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { toFunction } from "../../support/to-function.js";
import { wireValue, type WireValue } from "../../support/wire-value.js";
import { fnOf } from "./ns-fn.js";

const Json = jsonType("showcase/json");

/** Receives JSON as a message and as a stored state; returns what was read, and what was written back. */
async function mirrored(given: WireValue): Promise<{ read: unknown[]; written: WireValue | undefined }> {
  const read: unknown[] = [];
  const mirror = fnOf(Json, ({ storage: { held } }, value) => {
    read.push(value, held.get());
    held.set(value);
  });
  const answer = await recordingHandler([mirror]).answer(
    toFunction({ states: { held: given }, invocations: [given] }),
  );
  return { read, written: decode(answer).mutations[0]?.value };
}

const value = { a: 1, b: "é<>&", c: [null, true, 1.5, { "☃": "👩‍👩‍👧‍👦\u0000\u2028" }], "": {} };
const compact = JSON.stringify(value);

describe("K39: JSON of every SDK is read, and written compactly", () => {
  test.each([
    ["JavaScript, compact", compact],
    [
      "Python, with blanks",
      '{"a": 1, "b": "é<>&", "c": [null, true, 1.5, {"☃": "👩‍👩‍👧‍👦\\u0000\u2028"}], "": {}}',
    ],
    [
      "Go, with HTML escapes and a line break at the end",
      '{"a":1,"b":"é\\u003c\\u003e\\u0026","c":[null,true,1.5,{"☃":"👩‍👩‍👧‍👦\\u0000\\u2028"}],"":{}}\n',
    ],
    ["with every letter escaped", compact.replace(/[^ -~]/gu, escaped)],
    ["with blanks around it", ` \t\r\n${JSON.stringify(value, undefined, 2)}\r\n\t `],
    ["with a key twice, the last one counting", compact.replace('"a":1', '"a":2,"a":1')],
  ])("K39: %s", async (_, text) => {
    const { read, written } = await mirrored(wireValue.text("showcase/json", text));

    expect(read).toEqual([value, value]);
    expect(written).toEqual(wireValue.text("showcase/json", compact));
  });

  test.each<JsonValue>([null, true, false, 0, -1.5e300, "", "text", [], {}, [[[[]]]], 9007199254740991])(
    "K39: %j is a value by itself",
    async (alone) => {
      const { read, written } = await mirrored(wireValue.text("showcase/json", `${JSON.stringify(alone)}\n`));

      expect(read).toEqual([alone, alone]);
      expect(written).toEqual(wireValue.text("showcase/json", JSON.stringify(alone)));
    },
  );

  test("K39: half of a surrogate pair is escaped by JSON itself and survives", async () => {
    const half = { text: "a\uD800b" };

    const { read } = await mirrored(wireValue.of("showcase/json", hex(Json.serialize(half))));

    expect(read).toEqual([half, half]);
  });

  test.each([
    ["no bytes", ""],
    ["blanks", "2020"],
    ["cut short", "7b2261223a"],
    ["something behind it", "7b7d7b7d"],
    ["Python's NaN, which is not JSON", hex(Buffer.from('{"a": NaN}'))],
    ["a byte order mark", "efbbbf7b7d"],
    ["single quotes", hex(Buffer.from("{'a':1}"))],
    ["not UTF-8", "22ff22"],
    ["UTF-16", "fffe7b007d00"],
  ])("K39: what is not JSON is refused, without quoting it: %s", async (_, digits) => {
    const secret = `${hex(Buffer.from('{"secret":'))}${digits}`;

    for (const bytes of [digits, secret]) {
      const handler = recordingHandler([fnOf(Json, () => undefined)]);
      const failure = await handler.failure(
        toFunction({ states: { held: undefined }, invocations: [wireValue.of("showcase/json", bytes)] }),
      );

      expect(failure).toMatchObject({ code: "serialization", typename: "ns/fn", id: "1" });
      expect(failure.message).toContain("showcase/json");
      expect(failure.message).not.toContain("secret");
    }
  });

  const circular: Record<string, unknown> = {};
  circular.self = circular;

  test.each([
    ["undefined", undefined],
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["a bigint", 1n],
    ["a bigint inside", { n: [1n] }],
    ["a circle", circular],
    [
      "a toJSON that throws",
      {
        toJSON: () => {
          throw new Error("no");
        },
      },
    ],
    ["a toJSON that returns nothing", { toJSON: () => undefined }],
  ])("K39: what JSON cannot hold is refused when it is written: %s", (_, given) => {
    expect(() => Json.serialize(given as never)).toThrow(
      expect.objectContaining({ code: "serialization", typename: "showcase/json" }),
    );
  });
});

test("K39: a state that turns out to be no JSON when the batch ends fails it, and is named", async () => {
  const handler = recordingHandler([
    fnOf(Json, (context) => {
      const cart: Record<string, unknown> = {};
      context.storage.held.set(cart);
      cart.self = cart;
      context.cancelDelayedMessage("tok");
    }),
  ]);
  const request = toFunction({
    states: { held: undefined },
    invocations: [wireValue.text("showcase/json", "{}")],
  });

  const failure = await handler.failure(request);

  expect(failure).toMatchObject({ code: "serialization", typename: "ns/fn", id: "1", stateName: "held" });
  expect(failure.message).toContain("showcase/json");
  expect(handler.reports).toEqual([{ error: failure, site: { typename: "ns/fn", id: "1" } }]);
});

describe("K39: a schema checks JSON wherever it passes", () => {
  const Order = jsonType("shop/Order", z.object({ id: z.string(), n: z.number().int().default(1) }));

  test("K39: a default of the schema is filled in when a value is made and when it is read", async () => {
    const read: unknown[] = [];
    const handler = recordingHandler([fnOf(Order, (_context, order) => void read.push(order))]);

    await handler.answer(
      toFunction({
        states: { held: undefined },
        invocations: [
          wireValue.text("shop/Order", '{"id":"a","x":1}'),
          wireValue.text("shop/Order", '{"id":"b","n":2}\n'),
        ],
      }),
    );

    expect(read).toEqual([
      { id: "a", n: 1 },
      { id: "b", n: 2 },
    ]);
    expect(Order({ id: "c" } as never)).toEqual({ typename: "shop/Order", value: { id: "c", n: 1 } });
  });

  const bad = { id: "a", n: 1.5 };

  test("K39: a bad value is refused when it is made, received, read, set and updated, with its place", async () => {
    const text = wireValue.text("shop/Order", JSON.stringify(bad));
    const good = wireValue.text("shop/Order", '{"id":"a","n":1}');
    const use = (how: "get" | "set" | "update"): Promise<unknown> =>
      recordingHandler([
        fnOf(Order, ({ storage: { held } }) => {
          if (how === "get") held.get();
          else if (how === "set") held.set(bad);
          else held.update(() => bad);
        }),
      ]).failure(toFunction({ states: { held: how === "get" ? text : good }, invocations: [good] }));
    const received = recordingHandler([fnOf(Order, () => undefined)]).failure(
      toFunction({ states: { held: undefined }, invocations: [text] }),
    );

    const failures = [await use("get"), await use("set"), await use("update"), await received];

    for (const failure of failures) {
      expect(failure).toMatchObject({ code: "serialization" });
      expect((failure as Error).message).toContain("/n: ");
    }
    expect(() => Order(bad)).toThrow(expect.objectContaining({ code: "serialization" }));
  });
});

function escaped(letter: string): string {
  return Array.from(
    { length: letter.length },
    (_, index) => `\\u${letter.charCodeAt(index).toString(16).padStart(4, "0")}`,
  ).join("");
}
