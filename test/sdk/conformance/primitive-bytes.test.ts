import { describe, expect, test } from "@jest/globals";
import type { AnyType, Type } from "statefun";
import { types } from "statefun";
import { decode } from "../../support/decode.js";
import { delimited, fixed32, fixed64, group, joined, varint } from "../../support/fields.js";
import { fromHex, hex } from "../../support/hex.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { toFunction } from "../../support/to-function.js";
import { wireValue } from "../../support/wire-value.js";
import { fn, fnOf } from "./ns-fn.js";

/** Receives bytes as a message and as a stored state, and returns both as the handler saw them. */
async function read(type: AnyType, bytes: Uint8Array): Promise<unknown> {
  const seen: unknown[] = [];
  const receiver = fnOf(type, ({ storage }, value) => void seen.push(value, storage.held.get()));
  const given = wireValue.of(type.typename, hex(bytes));
  await recordingHandler([receiver]).answer(toFunction({ states: { held: given }, invocations: [given] }));
  if (!Object.is(seen[0], seen[1])) throw new Error("the message and the state were read differently");
  return seen[0];
}

describe("K35: text", () => {
  const texts = {
    "a letter of two bytes": "é",
    "a letter of three bytes": "€",
    "an emoji": "😀",
    "an emoji of several parts": "👩‍👩‍👧‍👦",
    "the character zero": "\u0000",
    "zeros within": "a\u0000b\u0000",
    "a byte order mark": "\uFEFFtext",
    "a replacement character": "\uFFFD",
    "non-characters": "\uFFFF\uFFFE\u{10FFFF}",
    "line separators": "\u2028\u2029\r\n",
    "combining marks, not composed": "e\u0301",
    "right to left": "\u202Eשלום",
    everything: "aé€😀".repeat(1000),
  };

  test.each(Object.entries(texts))("K35: %s is UTF-8 and comes back as it was", async (_, text) => {
    const written = types.string.serialize(text);

    expect(hex(written)).toBe(wireValue.string(text).hex);
    expect(await read(types.string, written)).toBe(text);
  });

  test("K35: text of every length up to 300, of letters of each size, is what the oracle writes", async () => {
    for (const letter of ["a", "é", "€", "😀"]) {
      for (let length = 0; length <= 300; length++) {
        for (const text of [letter.repeat(length), `${"x".repeat(length)}${letter}`]) {
          const written = types.string.serialize(text);

          if (hex(written) !== wireValue.string(text).hex) throw new Error(`wrong bytes for ${text}`);
          if (types.string.deserialize(written) !== text) throw new Error(`wrong text for ${text}`);
        }
      }
    }
    expect(await read(types.string, types.string.serialize("é".repeat(300)))).toBe("é".repeat(300));
  });

  test.each([
    "\uD800",
    "\uDC00",
    "a\uD800",
    "\uDFFFa",
    "a\uD83D b",
    "\uDE00\uD83D",
    `${"x".repeat(500)}\uDBFF`,
    "😀\uD83D",
  ])("K35: half of a surrogate pair is refused: %#", (text) => {
    expect(() => types.string(text)).toThrow(expect.objectContaining({ code: "serialization" }));
    expect(() => types.string.serialize(text)).toThrow(expect.objectContaining({ code: "serialization" }));
  });

  test.each(["c3", "c328", "e282", "eda080", "edbfbf", "f08080", "f4908080", "c080", "80", "fe", "61ff61"])(
    "K35: bytes that are not UTF-8 are refused, never repaired: %s",
    async (digits) => {
      for (const padding of [0, 50]) {
        const bytes = delimited(1, "x".repeat(padding), fromHex(digits));

        await expect(read(types.string, bytes)).rejects.toMatchObject({ code: "serialization" });
      }
    },
  );
});

describe("K36: bytes that parse as the wrapper are accepted", () => {
  const unknown = {
    "a varint field": varint(2, 300),
    "a field of 32 bits": fixed32(2, 7),
    "a field of 64 bits": fixed64(3, 7),
    "a field of bytes": delimited(2, "xyz"),
    "a nested message": delimited(16, delimited(1, varint(1, 1))),
    "a group": group(5, varint(1, 1), group(6, delimited(1, "x")), fixed32(1, 1)),
    "the largest field number": varint(2 ** 29 - 1, 1),
    "several fields": joined(varint(2, 1), varint(3, 2), fixed64(4, 5), varint(2, 1)),
  };
  const values: readonly (readonly [
    name: keyof typeof types,
    value: unknown,
    bytes: string,
    zero: string,
  ])[] = [
    ["boolean", true, "0801", "0800"],
    ["int", 7, "0d07000000", "0d00000000"],
    ["long", 7n, "090700000000000000", "090000000000000000"],
    ["float", 1.5, "0d0000c03f", "0d00000000"],
    ["double", 1.5, "09000000000000f83f", "090000000000000000"],
    ["string", "hi", "0a026869", "0a00"],
  ];

  test.each(values)(
    "K36: %s: an explicit default, a repeated field, unknown fields",
    async (name, value, bytes, zero) => {
      const type = types[name] as Type;
      const nothing = type.deserialize(new Uint8Array());

      expect(await read(type, fromHex(zero))).toEqual(nothing);
      expect(await read(type, fromHex(`${zero}${bytes}`))).toEqual(value);
      expect(await read(type, fromHex(`${bytes}${zero}`))).toEqual(nothing);
      expect(await read(type, fromHex(`${bytes}${zero}${bytes}`))).toEqual(value);
      for (const field of Object.values(unknown)) {
        expect(await read(type, field)).toEqual(nothing);
        expect(await read(type, joined(field, fromHex(bytes)))).toEqual(value);
        expect(await read(type, joined(fromHex(bytes), field))).toEqual(value);
        expect(await read(type, joined(field, fromHex(zero), field, fromHex(bytes), field))).toEqual(value);
      }
    },
  );

  test.each(["0801", "0802", "087f", "08ff01", "0880808080808080808001", "08ffffffffffffffffff01"])(
    "K36: every varint but zero is true: %s",
    async (digits) => {
      expect(await read(types.boolean, fromHex(digits))).toBe(true);
    },
  );

  test.each(["0800", "088000", "0880808080808080808000"])(
    "K36: a zero of any length is false: %s",
    async (digits) => {
      expect(await read(types.boolean, fromHex(digits))).toBe(false);
    },
  );

  test("K36: an unknown field may be groups nested a hundred deep, and no deeper", async () => {
    const nested = (depth: number): Uint8Array => fromHex("13".repeat(depth) + "14".repeat(depth));

    expect(await read(types.int, joined(nested(100), fromHex("0d07000000")))).toBe(7);
    await expect(read(types.int, nested(101))).rejects.toMatchObject({ code: "serialization" });
  });

  test("K36: a tag written with more bytes than it needs is the same tag", async () => {
    expect(await read(types.int, fromHex("8d0007000000"))).toBe(7);
    expect(await read(types.string, fromHex("8a80000268 69"))).toBe("hi");
  });

  test("K36: what is written back is the canonical form", async () => {
    const mirror = fn({ held: types.int }, ({ storage }) => {
      storage.held.set(storage.held.get() ?? -1);
    });
    const held = wireValue.of("io.statefun.types/int", "10010d000000000d070000001801");

    const answer = await recordingHandler([mirror]).answer(
      toFunction({ states: { held }, invocations: [wireValue.string("go")] }),
    );

    expect(decode(answer).mutations).toEqual([{ type: "MODIFY", name: "held", value: wireValue.int(7) }]);
  });
});

describe("K37: malformed primitives are errors, never defaults", () => {
  /** Field 1 in each wire type; the one that a type has itself is left out. */
  const field1 = {
    varint: varint(1, 1),
    fixed32: fixed32(1, 1),
    fixed64: fixed64(1, 1),
    delimited: delimited(1, "x"),
    "empty delimited": delimited(1),
    group: group(1),
  };
  const own: Record<Exclude<keyof typeof types, "bytes">, readonly (keyof typeof field1)[]> = {
    boolean: ["varint"],
    int: ["fixed32"],
    float: ["fixed32"],
    long: ["fixed64"],
    double: ["fixed64"],
    string: ["delimited", "empty delimited"],
  };

  test.each(Object.entries(own))("K37: %s: field 1 in a foreign wire type", async (name, itsOwn) => {
    const type = types[name as keyof typeof own] as Type;
    const foreign = Object.entries(field1).filter(([kind]) => !itsOwn.includes(kind as never));
    const proper = joined(...itsOwn.slice(0, 1).map((kind) => field1[kind]));

    expect(foreign).toHaveLength(6 - itsOwn.length);
    for (const [, bytes] of foreign) {
      for (const given of [bytes, joined(proper, bytes), joined(bytes, proper)]) {
        await expect(read(type, given)).rejects.toMatchObject({ code: "serialization" });
      }
    }
  });

  test("K37: a string whose bytes are an int", async () => {
    await expect(read(types.string, fromHex("0d01000000"))).rejects.toMatchObject({ code: "serialization" });
  });

  const whole = {
    boolean: "08ff01",
    int: "0d07000000",
    long: "090700000000000000",
    float: "0d0000c03f",
    double: "09000000000000f83f",
    string: "0a026869",
  };

  test.each(Object.entries(whole))("K37: %s, cut short anywhere", async (name, digits) => {
    const type = types[name as keyof typeof whole] as Type;
    const bytes = fromHex(digits);

    for (let length = 1; length < bytes.length; length++) {
      for (const before of [new Uint8Array(), bytes, varint(2, 1)]) {
        await expect(read(type, joined(before, bytes.subarray(0, length)))).rejects.toMatchObject({
          code: "serialization",
        });
      }
    }
  });

  test.each([
    ["a field numbered zero", "0001"],
    ["a wire type that does not exist", "0e"],
    ["another one", "0f00"],
    ["the end of a group that never began", "14"],
    ["a group without an end", "1308 01"],
    ["the end of another group", "131c"],
    ["a tag beyond 32 bits", "88808080 10 01"],
    ["a varint of eleven bytes", "10 ffffffffffffffffffff01"],
    ["an unknown field that is cut short", "12056869"],
    ["an unknown field whose length is huge", "12ffffffffffffffffff01"],
    ["a length of 2⁶³", "12808080808080808080 01"],
    ["groups nested too deep", "13".repeat(200)],
  ])("K37: what no parser accepts: %s", async (_, digits) => {
    for (const [name, before] of Object.entries(whole)) {
      const type = types[name as keyof typeof whole] as Type;

      await expect(read(type, fromHex(digits))).rejects.toMatchObject({ code: "serialization" });
      await expect(read(type, fromHex(`${before}${digits}`))).rejects.toMatchObject({
        code: "serialization",
      });
    }
  });

  test("K37: the error names the type and the address, and no value", async () => {
    const handler = recordingHandler([fn({}, () => undefined)]);
    const secret = wireValue.of("io.statefun.types/string", hex(delimited(1, "secret", fromHex("ff"))));

    const failure = await handler.failure(toFunction({ invocations: [secret] }));

    expect(failure).toMatchObject({ code: "serialization", typename: "ns/fn", id: "1" });
    expect(failure.message).toContain("io.statefun.types/string");
    expect(failure.message).toContain('ns/fn "1"');
    expect(failure.message).not.toContain("secret");
  });
});
