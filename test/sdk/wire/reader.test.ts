import { describe, expect, jest, test } from "@jest/globals";
import type * as Wire from "statefun/wire";
import { varint } from "../../fuzz/wire-tree.js";
import { fromHex } from "../../support/hex.js";
import { loadedOn, textPaths } from "./text-paths.js";

const malformed: unknown = expect.objectContaining({ code: "malformed-request" });

describe.each(textPaths)("a reader on the %s path", (path) => {
  const { Reader, wireType } = loadedOn(path, () => jest.requireActual<typeof Wire>("statefun/wire"));

  /** What `read` returns or throws, and where the reader stands afterwards. */
  function reading<T>(
    digits: string,
    read: (reader: Wire.Reader, end: number) => T,
    { start = 0, end = fromHex(digits).length } = {},
  ): { readonly got: T; readonly position: number } {
    const reader = new Reader(fromHex(digits), start);
    const got = read(reader, end);
    return { got, position: reader.position };
  }

  const tag = (reader: Wire.Reader, end: number): number => reader.tag(end);
  const delimited = (reader: Wire.Reader, end: number): number => reader.delimited(end);

  test.each([
    ["08", 8],
    ["7f", 0x7f],
    ["a206", 802],
    ["8a00", 10],
    ["8a80808000", 10],
    ["ffffffff0f", 0xffff_ffff],
  ])("reads the tag %s", (digits, expected) => {
    expect(reading(digits, tag)).toEqual({ got: expected, position: digits.length / 2 });
  });

  test.each([
    ["07", "field number zero"],
    ["00", "field number zero"],
    ["8000", "field number zero in two bytes"],
    ["8a8080808000", "six bytes"],
    ["ffffffff1f", "33 bits"],
    ["ffffffffffffffffff01", "64 bits"],
    ["ffffffffffffffffffff01", "eleven bytes"],
    ["8a", "no end"],
  ])("refuses the tag %s, which has %s", (digits) => {
    expect(() => reading(digits, tag)).toThrow(malformed);
  });

  test.each([
    ["00", 1],
    ["03aabbcc", 4],
    ["8300aabbcc", 5],
    ["8380808000aabbcc", 8],
  ])("reads the length in %s and returns where what it measures ends", (digits, stop) => {
    expect(reading(digits, delimited).got).toBe(stop);
  });

  test.each([
    ["", "no length"],
    ["80", "half of one"],
    ["04aabbcc", "one more byte than there is"],
    ["838080808000aabbcc", "a length of six bytes"],
    ["ffffffff07", "2 GiB"],
    ["ffffffff0f", "4 GiB"],
    ["ffffffffffffffffff01", "−1"],
  ])("refuses %j, where a length should be: %s", (digits) => {
    expect(() => reading(digits, delimited)).toThrow(malformed);
  });

  test("refuses a length that fits the bytes and reaches beyond its message", () => {
    expect(() => reading("03aabbcc", delimited, { end: 3 })).toThrow(malformed);
  });

  test.each([0n, 1n, 127n, 128n, 16_383n, 16_384n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n])(
    "reads the varint %s as a number, as a signed one, as a bool, and passes over it",
    (value) => {
      const bytes = Uint8Array.from(varint(value));
      const end = bytes.length;

      expect(new Reader(bytes).varint(end)).toBe(Number(value));
      expect(new Reader(bytes).int64(end)).toBe(value);
      expect(new Reader(bytes).bool(end)).toBe(value !== 0n);
      const passing = new Reader(bytes);
      passing.skip(0x08, end);
      expect(passing.position).toBe(end);
    },
  );

  test.each([-1n, -2n, -(2n ** 31n), -(2n ** 63n), 2n ** 63n - 1n])("reads %s in full", (value) => {
    const bytes = Uint8Array.from(varint(value));

    expect(new Reader(bytes).int64(bytes.length)).toBe(value);
    expect(new Reader(bytes).bool(bytes.length)).toBe(true);
    expect(new Reader(bytes).varint(bytes.length)).toBeGreaterThanOrEqual(2 ** 32);
  });

  test("drops the bits of a varint beyond the 64th", () => {
    expect(reading("ffffffffffffffffff7f", (reader, end) => reader.int64(end)).got).toBe(-1n);
    expect(reading("8080808080808080807e", (reader, end) => reader.int64(end)).got).toBe(0n);
  });

  describe.each([
    ["varint", (reader: Wire.Reader, end: number): unknown => reader.varint(end)],
    ["int64", (reader: Wire.Reader, end: number): unknown => reader.int64(end)],
    ["bool", (reader: Wire.Reader, end: number): unknown => reader.bool(end)],
  ])("%s", (_, read) => {
    test("refuses more than ten bytes, and what is cut short", () => {
      const cases = ["8080808080808080808000", "80".repeat(30), "", "80", "80".repeat(9)];

      for (const digits of cases) expect(() => reading(digits, read)).toThrow(malformed);
    });

    test("does not read beyond the message", () => {
      expect(() => reading("8001", read, { end: 1 })).toThrow(malformed);
      expect(() => reading("0801", read, { start: 2 })).toThrow(malformed);
    });
  });

  test.each([
    ["text", "026869", "hi"],
    ["text", "00", ""],
    ["name", "04c3a96e73", "éns"],
    ["name", "03efbbbf", "\ufeff"],
  ] as const)("reads %s in %s as %j", (kind, digits, expected) => {
    const end = digits.length / 2;

    expect(reading(digits, (reader) => reader[kind](end))).toEqual({ got: expected, position: end });
    expect(reading(digits, (reader) => reader.checkText(end)).position).toBe(end);
  });

  test.each([
    ["", "", "", ""],
    ["io.statefun.types/int", "io.statefun.types/int", "io.statefun.types/int", "io.statefun.types/int"],
    ["io.statefun.types/int", "io.statefun.types/inT", "Io.statefun.types/int", "io.statefun.types/int"],
    ["io.statefun.types/int", "io.statefun.typEs/int", "io.statefun.types/int", "io.statefun.types/inu"],
    ["abcd", "abcd", "abce", "abcd", "Abcd", "aBcd"],
    ["a", "a", "a", "b", "", "", "", "a", "a"],
    ["éa", "éa", "éa", "ab€", "ab€", "ab€", "éab"],
  ])("tells names of one length apart, however often they come: %j …", (...names) => {
    const digits = names.map((name) => {
      const bytes = Buffer.from(name);
      return Buffer.from([bytes.length, ...bytes]).toString("hex");
    });

    const { got } = reading(digits.join(""), (reader, end) => names.map(() => reader.name(end)));

    expect(got).toEqual(names);
  });

  test("refuses a name that is not UTF-8 after one of its length", () => {
    const read = (reader: Wire.Reader, end: number): string[] => [1, 2, 3, 4].map(() => reader.name(end));

    expect(() => reading("026161 026161 026161 02c328", read)).toThrow(malformed);
  });

  test.each(["02c328", "01c3", "03eda080", "0568", "80"])("refuses %s, where text should be", (digits) => {
    const end = digits.length / 2;

    expect(() => reading(digits, (reader) => reader.text(end))).toThrow(malformed);
    expect(() => reading(digits, (reader) => reader.name(end))).toThrow(malformed);
    expect(() => reading(digits, (reader) => reader.checkText(end))).toThrow(malformed);
  });

  test.each([
    ["a varint", wireType.varint, "ac02", 2],
    ["eight bytes", wireType.fixed64, "0102030405060708", 8],
    ["bytes", wireType.delimited, "03010203", 4],
    ["four bytes", wireType.fixed32, "01020304", 4],
    ["an empty group", wireType.startGroup, "3c", 1],
    ["a group of everything", wireType.startGroup, "0801 0901020304050607081201ff0d01020304 1b1c 3c", 22],
  ])("passes over %s of an unknown field", (_, type, digits, length) => {
    const { position } = reading(digits, (reader, end) => {
      reader.skip((7 << 3) | type, end);
    });

    expect(position).toBe(length);
  });

  test.each([
    ["the end of a group that never began", wireType.endGroup, ""],
    ["wire type 6", 6, "00000000"],
    ["wire type 7", 7, "00000000"],
    ["seven of eight bytes", wireType.fixed64, "01020304050607"],
    ["three of four bytes", wireType.fixed32, "010203"],
    ["a length beyond the end", wireType.delimited, "0401"],
    ["a group without an end", wireType.startGroup, "0801"],
    ["a group with the end of another", wireType.startGroup, "34"],
    ["a group with a field zero in it", wireType.startGroup, "00003c"],
    ["a group whose field is cut short", wireType.startGroup, "0d0102033c"],
  ])("refuses %s", (_, type, digits) => {
    const skip = (reader: Wire.Reader, end: number): void => {
      reader.skip((7 << 3) | type, end);
    };

    expect(() => reading(digits, skip)).toThrow(malformed);
  });

  test("passes over groups nested 100 deep and no deeper", () => {
    const nested = (depth: number): string => "3b".repeat(depth - 1) + "3c".repeat(depth);
    const skip = (reader: Wire.Reader, end: number): void => {
      reader.skip(0x3b, end);
    };

    expect(reading(nested(100), skip).position).toBe(199);
    expect(() => reading(nested(101), skip)).toThrow(malformed);
    expect(() => reading("3b".repeat(100_000), skip)).toThrow(malformed);
  });

  test("moves over bytes as far as the message goes", () => {
    const advance = (count: number) => (reader: Wire.Reader, end: number) => {
      reader.advance(count, end);
    };

    expect(reading("010203", advance(3)).position).toBe(3);
    expect(() => reading("010203", advance(4))).toThrow(malformed);
    expect(() => reading("010203", advance(2), { end: 1 })).toThrow(malformed);
  });

  test("says what is wrong and at which byte", () => {
    expect(() => reading("0aff", (reader) => reader.text(2))).toThrow(
      "[malformed-request] a length that reaches beyond its message, at byte 1",
    );
  });
});
