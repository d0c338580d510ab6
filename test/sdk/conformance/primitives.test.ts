import { describe, expect, test } from "@jest/globals";
import type { AnyType, Type } from "statefun";
import { functionType, types } from "statefun";
import { decode } from "../../support/decode.js";
import { hex } from "../../support/hex.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { toFunction } from "../../support/to-function.js";
import { wireValue, type WireValue } from "../../support/wire-value.js";
import { V1 } from "./golden-bytes.js";
import { fn, fnOf, fnOtherwise } from "./ns-fn.js";

const Sink = functionType("ns/sink", Object.values(types));

/** Sends one value from a handler and returns it as it stands on the wire. */
async function sent(type: AnyType, value: unknown): Promise<WireValue | undefined> {
  const sender = fn({}, (context) => {
    context.send(Sink.address("1"), type(value as never) as never);
  });
  const answer = await recordingHandler([sender]).answer(V1);
  return decode(answer).messages[0]?.argument;
}

/** Receives a value, sends it on together with the stored one, and stores it: three ways through the codec. */
async function mirrored(type: AnyType, given: WireValue): Promise<(WireValue | undefined)[]> {
  const mirror = fnOf(type, (context, value) => {
    context.send(Sink.address("1"), type(context.storage.held.get() as never) as never);
    context.send(Sink.address("1"), type(value as never) as never);
    context.storage.held.set(value);
  });
  const answer = decode(
    await recordingHandler([mirror]).answer(toFunction({ states: { held: given }, invocations: [given] })),
  );
  return [...answer.messages.map(({ argument }) => argument), answer.mutations[0]?.value];
}

/** Receives a value and returns it as the handler saw it. */
async function received(type: AnyType, given: WireValue): Promise<unknown> {
  const seen: unknown[] = [];
  const receiver = fnOf(type, (_context, value) => void seen.push(value));
  await recordingHandler([receiver]).answer(
    toFunction({ states: { held: undefined }, invocations: [given] }),
  );
  return seen[0];
}

describe("K31: primitives have exactly the bytes of StateFun's wrappers", () => {
  const rows: readonly (readonly [name: keyof typeof types, value: unknown, bytes: string])[] = [
    ["boolean", false, ""],
    ["boolean", true, "0801"],
    ["int", 0, ""],
    ["int", 1, "0d01000000"],
    ["int", -1, "0dffffffff"],
    ["int", 2 ** 31 - 1, "0dffffff7f"],
    ["int", -(2 ** 31), "0d00000080"],
    ["int", 0x01020304, "0d04030201"],
    ["long", 0n, ""],
    ["long", 1n, "090100000000000000"],
    ["long", -1n, "09ffffffffffffffff"],
    ["long", 2n ** 32n, "090000000001000000"],
    ["long", 2n ** 31n, "090000008000000000"],
    ["long", 2n ** 63n - 1n, "09ffffffffffffff7f"],
    ["long", -(2n ** 63n), "090000000000000080"],
    ["long", 0x0102030405060708n, "090807060504030201"],
    ["float", 0, ""],
    ["float", 1.5, "0d0000c03f"],
    ["float", -1.5, "0d0000c0bf"],
    ["float", 3.4028234663852886e38, "0dffff7f7f"],
    ["float", -3.4028234663852886e38, "0dffff7fff"],
    ["float", 1.401298464324817e-45, "0d01000000"],
    ["double", 0, ""],
    ["double", 1.5, "09000000000000f83f"],
    ["double", -1.5, "09000000000000f8bf"],
    ["double", Number.MAX_VALUE, "09ffffffffffffef7f"],
    ["double", -Number.MAX_VALUE, "09ffffffffffffefff"],
    ["double", Number.MIN_VALUE, "090100000000000000"],
    ["string", "", ""],
    ["string", "hi", "0a026869"],
    ["string", "é", "0a02c3a9"],
  ];

  test.each(rows)("K31: %s %s", async (name, value, bytes) => {
    const type = types[name] as Type;
    const expected = wireValue.of(type.typename, bytes);

    const messages = [await sent(type, value), ...(await mirrored(type, expected))];

    expect(messages).toEqual([expected, expected, expected, expected]);
    expect(hex(type.serialize(value as never))).toBe(bytes);
    expect(type.deserialize(type.serialize(value as never))).toEqual(value);
    expect(type(value as never)).toEqual({ typename: type.typename, value });
  });

  test("K31: has_value is true also where there are no bytes", async () => {
    const values = [
      await sent(types.boolean, false),
      await sent(types.int, 0),
      await sent(types.long, 0n),
      await sent(types.float, 0),
      await sent(types.double, 0),
      await sent(types.string, ""),
    ];

    expect(values.map((value) => [value?.hasValue, value?.hex])).toEqual(values.map(() => [true, ""]));
  });

  test("K31: every power of two and its neighbours are written as the oracle writes them", async () => {
    for (let power = 0n; power < 63n; power++) {
      for (const value of [2n ** power - 1n, 2n ** power, 2n ** power + 1n]) {
        for (const signed of [value, -value]) {
          const int = Number(signed);

          expect(await sent(types.long, signed)).toEqual(wireValue.long(signed));
          if ((int | 0) === int) expect(await sent(types.int, int)).toEqual(wireValue.int(int));
          expect(await sent(types.double, int / 3)).toEqual(wireValue.double(int / 3));
          expect(await sent(types.float, int / 3)).toEqual(wireValue.float(int / 3));
        }
      }
    }
  });
});

test.each([
  2n ** 63n - 1n,
  -(2n ** 63n - 1n),
  -(2n ** 63n),
  2n ** 53n,
  2n ** 53n + 1n,
  -(2n ** 53n + 1n),
  1234567890123456789n,
])("K32: the long %s makes the round trip exactly", async (value) => {
  const given = wireValue.long(value);

  const wire = await mirrored(types.long, given);

  expect(wire).toEqual([given, given, given]);
  expect(await received(types.long, given)).toBe(value);
});

describe("K33: a number that its type cannot hold is refused at the call", () => {
  const refused: readonly (readonly [name: keyof typeof types, value: unknown])[] = [
    ...[2 ** 31, -(2 ** 31) - 1, 2 ** 32, 2 ** 53, 1.5, Number.NaN, Number.POSITIVE_INFINITY, -Infinity].map(
      (value) => ["int", value] as const,
    ),
    ...["7", "", 7n, true, null, undefined, [7], {}, new Date(0), new Number(7)].map(
      (value) => ["int", value] as const,
    ),
    ...[2n ** 63n, -(2n ** 63n) - 1n, 2n ** 64n, 7, 0, 1.5, "7", null, undefined, true].map(
      (value) => ["long", value] as const,
    ),
    ...["1.5", 1n, null, undefined, true, {}].flatMap((value) => [
      ["float", value] as const,
      ["double", value] as const,
    ]),
    ...[0, 1, "true", "", null, undefined, {}].map((value) => ["boolean", value] as const),
    ...[7, 7n, null, undefined, ["a"], new String("a"), new Uint8Array(1)].map(
      (value) => ["string", value] as const,
    ),
    ...[
      "abc",
      [1, 2],
      null,
      undefined,
      new ArrayBuffer(1),
      new Uint16Array(1),
      new DataView(new ArrayBuffer(1)),
    ].map((value) => ["bytes", value] as const),
  ];

  test.each(refused)("K33: %s does not take %p", (name, value) => {
    const type = types[name] as Type;
    const refusal = expect.objectContaining({ code: "serialization", typename: type.typename });

    expect(() => type(value as never)).toThrow(refusal);
    expect(() => type.serialize(value as never)).toThrow(refusal);
  });

  test("K33: the batch fails at the send, and nothing of it leaves", async () => {
    const handler = recordingHandler([
      fn({}, (context) => {
        context.send(Sink.address("1"), types.int(1));
        context.send(Sink.address("1"), types.int(2 ** 31));
      }),
    ]);

    const failure = await handler.failure(V1);

    expect(failure).toMatchObject({ code: "serialization", typename: "io.statefun.types/int" });
    expect(failure.message).toContain("2147483648");
  });

  test("K33: a refusal that is caught leaves no corrupt bytes", async () => {
    const sender = fn({}, (context) => {
      context.send(Sink.address("1"), types.int(1));
      expect(() => {
        context.send(Sink.address("1"), types.int(1.5));
      }).toThrow("[serialization]");
      context.send(Sink.address("1"), types.int(2));
    });

    const answer = decode(await recordingHandler([sender]).answer(V1));

    expect(answer.messages.map(({ argument }) => argument)).toEqual([wireValue.int(1), wireValue.int(2)]);
  });
});

describe("K34: special floats", () => {
  test.each([
    ["float", Number.POSITIVE_INFINITY, "0d0000807f"],
    ["float", Number.NEGATIVE_INFINITY, "0d000080ff"],
    ["double", Number.POSITIVE_INFINITY, "09000000000000f07f"],
    ["double", Number.NEGATIVE_INFINITY, "09000000000000f0ff"],
  ] as const)("K34: %s %d survives", async (name, value, bytes) => {
    const given = wireValue.of(types[name].typename, bytes);

    expect(await sent(types[name], value)).toEqual(given);
    expect(await mirrored(types[name], given)).toEqual([given, given, given]);
    expect(await received(types[name], given)).toBe(value);
  });

  test.each([
    ["float", "0d0000c07f"],
    ["float", "0dffffff7f"],
    ["float", "0d0000c0ff"],
    ["float", "0d0100807f"],
    ["double", "09000000000000f87f"],
    ["double", "09010000000000f87f"],
    ["double", "09ffffffffffffffff"],
    ["double", "09010000000000f07f"],
  ] as const)("K34: NaN survives as NaN, whatever its bits: %s %s", async (name, bytes) => {
    const type = types[name];

    const mirrors = await mirrored(type, wireValue.of(type.typename, bytes));

    expect(mirrors.map((value) => type.deserialize(Buffer.from(value?.hex ?? "", "hex")))).toEqual(
      [0, 0, 0].map(() => Number.NaN),
    );
    expect(await received(type, wireValue.of(type.typename, bytes))).toBeNaN();
    expect(type.deserialize(type.serialize(Number.NaN))).toBeNaN();
  });

  test.each([1e40, -1e40, 3.4028235677973366e38, Number.MAX_VALUE])(
    "K34: the finite %d is beyond float's range and refused",
    (value) => {
      expect(() => types.float(value)).toThrow(expect.objectContaining({ code: "serialization" }));
    },
  );

  test.each([
    [0.1, Math.fround(0.1)],
    [3.4028235e38, 3.4028234663852886e38],
    [16777217, 16777216],
    [1e-46, 0],
    [1.401298464324817e-45 * 0.75, 1.401298464324817e-45],
  ])("K34: a float is rounded to binary32 when it is made: %d", async (value, rounded) => {
    expect(types.float(value)).toEqual({ typename: "io.statefun.types/float", value: rounded });
    expect(await sent(types.float, value)).toEqual(wireValue.float(rounded));
  });

  test("K34: negative zero is written and read as some zero", async () => {
    const negative = [
      await received(types.float, wireValue.of("io.statefun.types/float", "0d00000080")),
      await received(types.double, wireValue.of("io.statefun.types/double", "090000000000000080")),
      types.float.deserialize(types.float.serialize(-0)),
      types.double.deserialize(types.double.serialize(-0)),
      types.int.deserialize(types.int.serialize(-0)),
    ];

    expect(negative.map((zero) => zero === 0)).toEqual(negative.map(() => true));
  });
});

test("K38: a typed getter refuses a message of another type, and is() says so first", async () => {
  const messages = [
    wireValue.string("7"),
    wireValue.int(7),
    wireValue.long(7n),
    wireValue.float(7),
    wireValue.double(7),
    wireValue.boolean(true),
    wireValue.of("io.statefun.types/INT", "0d07000000"),
    wireValue.of("", "0d07000000"),
  ];
  const opened: unknown[] = [];
  const refusals: unknown[] = [];
  const reader = fnOtherwise({}, (_context, message) => {
    for (const type of Object.values(types as Readonly<Record<string, AnyType>>)) {
      if (type.is(message)) {
        opened.push(type.from(message));
        continue;
      }
      expect(() => void type.from(message)).toThrow(
        expect.objectContaining({ code: "serialization", typename: type.typename }),
      );
      refusals.push(type.typename);
    }
  });

  await recordingHandler([reader]).answer(toFunction({ invocations: messages }));

  expect(opened).toEqual(["7", 7, 7n, 7, 7, true]);
  expect(refusals).toHaveLength(messages.length * Object.keys(types).length - opened.length);
});
