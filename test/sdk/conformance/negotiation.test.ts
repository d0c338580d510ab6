import { describe, expect, test } from "@jest/globals";
import type { AnyType, ExpirationOptions } from "statefun";
import { bytesType, jsonType, types, valueSpec } from "statefun";
import { decode, effects, incomplete } from "../../support/decode.js";
import { delimited, joined, varint } from "../../support/fields.js";
import { fromHex, hex } from "../../support/hex.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { toFunction } from "../../support/to-function.js";
import { wireValue } from "../../support/wire-value.js";
import { golden, V1, V2, V3 } from "./golden-bytes.js";
import { fn, ways } from "./ns-fn.js";

const hi = wireValue.string("hi");
const int = "io.statefun.types/int";

describe.each(ways)("%s", (_, way) => {
  test("K01: a function without specs runs once and answers with no effects", async () => {
    const received: string[] = [];
    const handler = recordingHandler([
      fn(
        {},
        way((_context, text) => void received.push(text)),
      ),
    ]);

    const answer = await handler.answer(V1);

    expect(hex(answer)).toBe(golden.R4);
    expect(received).toEqual(["hi"]);
    expect(handler.reports).toEqual([]);
  });

  test("K02: a missing state is asked for before any handler runs", async () => {
    const received: string[] = [];
    const handler = recordingHandler([
      fn(
        { seen: types.int },
        way((_context, text) => void received.push(text)),
      ),
    ]);

    const answer = await handler.answer(V1);

    expect(hex(answer)).toBe(golden.R1);
    expect(received).toEqual([]);
    expect(handler.reports).toEqual([]);
  });

  test("K05: a registered state without a value reads as missing", async () => {
    const read: unknown[] = [];
    const handler = recordingHandler([
      fn(
        { seen: types.int },
        way(({ storage }) => {
          read.push(storage.seen.get());
          storage.seen.update((n = 0) => n + 1);
        }),
      ),
    ]);

    const answer = await handler.answer(V2);

    expect(read).toEqual([undefined]);
    expect(hex(answer)).toBe(golden.R2);
  });
});

test("K03: exactly the missing states are asked for, whichever they are", async () => {
  const declared = { a: types.string, b: types.float, c: types.long, d: jsonType("shop/Cart") };
  const typenames = Object.entries(declared).map(([name, { typename }]) => ({ name, typename }));
  let runs = 0;
  const handler = recordingHandler([
    fn(declared, () => {
      runs += 1;
    }),
  ]);

  for (let subset = 0; subset < 2 ** typenames.length; subset++) {
    const isSent = (_: unknown, index: number): boolean => (subset & (2 ** index)) !== 0;
    const sent = typenames.filter(isSent).map(({ name }) => [name, undefined]);
    const missing = typenames.filter((spec, index) => !isSent(spec, index));
    runs = 0;

    const answer = await handler.answer(
      toFunction({ states: Object.fromEntries(sent) as Record<string, undefined>, invocations: [hi] }),
    );

    expect(decode(answer)).toEqual(missing.length === 0 ? effects() : incomplete(...missing));
    expect(runs).toBe(missing.length === 0 ? 1 : 0);
  }
});

test("K03: a state that holds a value is not missing, whatever its typename", async () => {
  const handler = recordingHandler([fn({ a: types.string, b: types.int }, () => undefined)]);

  const answer = await handler.answer(toFunction({ states: { a: wireValue.int(1) }, invocations: [hi] }));

  expect(decode(answer)).toEqual(incomplete({ name: "b", typename: int }));
});

test("K04: expirations are asked for with their mode and whole milliseconds", async () => {
  const modes: readonly [ExpirationOptions | undefined, ReturnType<typeof expiration> | undefined][] = [
    [undefined, undefined],
    [{ expireAfterWrite: { seconds: 2 } }, expiration("AFTER_WRITE", 2000n)],
    [{ expireAfterCall: { seconds: 3 } }, expiration("AFTER_INVOKE", 3000n)],
    [{ expireAfterWrite: { milliseconds: 1 } }, expiration("AFTER_WRITE", 1n)],
    [{ expireAfterWrite: { milliseconds: 1.999 } }, expiration("AFTER_WRITE", 1n)],
    [
      { expireAfterCall: { days: 30, hours: 1, minutes: 1, seconds: 1.001 } },
      expiration("AFTER_INVOKE", 2595661001n),
    ],
    [{ expireAfterWrite: { milliseconds: 127 } }, expiration("AFTER_WRITE", 127n)],
    [{ expireAfterWrite: { milliseconds: 128 } }, expiration("AFTER_WRITE", 128n)],
    [{ expireAfterCall: { milliseconds: 2 ** 31 } }, expiration("AFTER_INVOKE", 2n ** 31n)],
    [{ expireAfterCall: { milliseconds: 2 ** 32 - 1 } }, expiration("AFTER_INVOKE", 2n ** 32n - 1n)],
    [{ expireAfterCall: { milliseconds: 2 ** 53 - 1 } }, expiration("AFTER_INVOKE", 2n ** 53n - 1n)],
  ];
  const storage = Object.fromEntries(
    modes.map(([options], index) => [`s${String(index)}`, valueSpec(types.string, options)]),
  );

  const answer = await recordingHandler([fn(storage, () => undefined)]).answer(V1);

  expect(decode(answer)).toEqual(
    incomplete(
      ...modes.map(([, expected], index) => ({
        name: `s${String(index)}`,
        typename: "io.statefun.types/string",
        expiration: expected,
      })),
    ),
  );
});

test("K04: states are asked for under the typename of their type", async () => {
  const declared: Record<string, AnyType> = {
    ...types,
    cart: jsonType("shop/Cart"),
    raw: bytesType("shop/raw"),
  };

  const answer = await recordingHandler([fn(declared, () => undefined)]).answer(V1);

  expect(decode(answer).missing).toEqual([
    { name: "boolean", typename: "io.statefun.types/bool" },
    { name: "int", typename: "io.statefun.types/int" },
    { name: "long", typename: "io.statefun.types/long" },
    { name: "float", typename: "io.statefun.types/float" },
    { name: "double", typename: "io.statefun.types/double" },
    { name: "string", typename: "io.statefun.types/string" },
    { name: "bytes", typename: "statefun.types/bytes" },
    { name: "cart", typename: "shop/Cart" },
    { name: "raw", typename: "shop/raw" },
  ]);
});

test.each([
  { expireAfterWrite: { milliseconds: 0 } },
  { expireAfterWrite: { milliseconds: 0.999 } },
  { expireAfterCall: { seconds: 0.0001 } },
  { expireAfterCall: { hours: -1 } },
  { expireAfterCall: {} },
  { expireAfterWrite: { days: Number.NaN } },
  { expireAfterWrite: { days: Number.POSITIVE_INFINITY } },
])("K04: an expiration below one millisecond or without a length is refused at definition: %j", (options) => {
  const define = (): unknown => valueSpec(types.int, options);

  expect(define).toThrow(expect.objectContaining({ code: "invalid-argument" }));
});

test("K04: both expirations at once, or an unknown one, are refused at definition", () => {
  const both = { expireAfterWrite: { hours: 1 }, expireAfterCall: { hours: 1 } } as never;
  const unknown = { expireAfterInvoke: { hours: 1 } } as never;

  expect(() => valueSpec(types.int, both)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
  expect(() => valueSpec(types.int, unknown)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
});

describe("K06: a state in a box that says it has no value reads as missing", () => {
  test.each([
    ["an empty box", delimited(2)],
    ["has_value written out as false", delimited(2, varint(2, 0))],
    ["with the typename", delimited(2, delimited(1, int))],
    ["with the typename that an unset type gets", delimited(2, delimited(1, "io.statefun.types/unset"))],
    ["with an empty typename written out", delimited(2, delimited(1, ""), varint(2, 0), delimited(3, ""))],
    ["with bytes that do not count", delimited(2, delimited(1, int), delimited(3, fromHex("0d07000000")))],
    ["has_value true, then false", delimited(2, delimited(1, int), varint(2, 1), varint(2, 0))],
  ])("K06: %s", async (_, box) => {
    const read: unknown[] = [];
    const counter = fn({ seen: types.int }, ({ storage }) => {
      read.push(storage.seen.get());
      storage.seen.update((n = 0) => n + 1);
    });

    const answer = await recordingHandler([counter]).answer(requestWithState(delimited(1, "seen"), box));

    expect(read).toEqual([undefined]);
    expect(hex(answer)).toBe(golden.R2);
  });
});

describe("states that the function does not declare", () => {
  const counter = fn({ seen: types.int }, ({ storage }) => void storage.seen.update((n = 0) => n + 2));

  test("K14: they are ignored and never mutated, wherever they stand", async () => {
    const old = wireValue.string("kept by an older version");
    const seen = wireValue.int(2);
    const handler = recordingHandler([counter]);

    const answers = await Promise.all(
      [
        { old, seen },
        { seen, old },
        { old: undefined, seen, older: old, Seen: wireValue.int(9), seen_: undefined },
        { ...Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`old${String(i)}`, old])), seen },
      ].map((states) => handler.answer(toFunction({ states, invocations: [hi] }))),
    );

    expect(answers.map(hex)).toEqual(answers.map(() => golden.R3));
  });

  test("K14: a function without states ignores all of them", async () => {
    const answer = await recordingHandler([fn({}, () => undefined)]).answer(V3);

    expect(hex(answer)).toBe(golden.R4);
  });

  test.each(["", "/", "no-slash", "a/b/c", "/b", "a/", "a/b ", "x".repeat(100_000), "é/☃", "\u0000"])(
    "K15: a malformed typename among them is ignored: %#",
    async (typename) => {
      const old = wireValue.of(typename, "ff00ff");

      const answer = await recordingHandler([counter]).answer(
        toFunction({ states: { old, seen: wireValue.int(2) }, invocations: [hi] }),
      );

      expect(hex(answer)).toBe(golden.R3);
    },
  );

  test("K15: bytes among them that are no value of their type are ignored", async () => {
    const old = wireValue.of(int, "0d00");

    const answer = await recordingHandler([counter]).answer(
      toFunction({ states: { old, seen: wireValue.int(2) }, invocations: [hi] }),
    );

    expect(hex(answer)).toBe(golden.R3);
  });
});

function expiration(mode: string, millis: bigint): { readonly mode: string; readonly millis: bigint } {
  return { mode, millis };
}

/** V1 with one state, whose fields are given as they stand. */
function requestWithState(...state: readonly Uint8Array[]): Uint8Array {
  const batch = V1.subarray(3);
  return delimited(100, joined(batch, delimited(2, ...state)));
}
