import { Reader } from "../wire/reader.js";
import { checkedTextLength, readText, textLength } from "../wire/text.js";
import type { Writer } from "../wire/writer.js";
import { textFieldSize } from "../wire/writer.js";
import { bytesType } from "./bytes.js";
import { Codec, describeValue, refused } from "./codec.js";
import type { Type } from "./type.js";
import { typeOf } from "./type.js";

// Source of the encodings: types.proto. Each wrapper has one field, numbered 1; the default is written as no bytes.

const least32 = -0x8000_0000;
const most32 = 0x7fff_ffff;
const least64 = -(1n << 63n);
const most64 = (1n << 63n) - 1n;

const view = new DataView(new ArrayBuffer(8));

/**
 * Finds the last field 1 of a wrapper and returns where its value stands, or −1 if it is absent. Unknown fields are
 * passed over; field 1 in another wire type is an error, because stock parsers would silently read the default.
 */
function findValue(typename: string, bytes: Uint8Array, start: number, end: number, wanted: number): number {
  const reader = new Reader(bytes, start);
  let at = -1;
  let isForeign = false;
  try {
    while (reader.position < end) {
      const tag = reader.tag(end);
      isForeign ||= tag >>> 3 === 1 && tag !== wanted;
      if (tag === wanted) at = reader.position;
      reader.skip(tag, end);
    }
  } catch (error) {
    throw refused(typename, "the bytes are not a value of this type", error);
  }
  if (!isForeign) return at;
  throw refused(typename, "the bytes hold a value of another type (field 1 has a foreign wire type)");
}

const booleanTypename = "io.statefun.types/bool";

class BooleanCodec extends Codec<boolean, boolean> {
  check(value: unknown): boolean {
    if (typeof value === "boolean") return value;
    throw refused(booleanTypename, `${describeValue(value)} is not a boolean`);
  }

  stage(value: boolean): boolean {
    return value;
  }

  size(value: boolean): number {
    return value ? 2 : 0;
  }

  write(_: boolean, out: Writer): void {
    out.byte(0x08);
    out.byte(1);
  }

  read(bytes: Uint8Array, start: number, end: number): boolean {
    if (start === end) return false;
    const at = findValue(booleanTypename, bytes, start, end, 0x08);
    return at !== -1 && new Reader(bytes, at).bool(end);
  }
}

const boolean: Type<typeof booleanTypename, boolean> = typeOf(new BooleanCodec(booleanTypename));

const intTypename = "io.statefun.types/int";

class IntCodec extends Codec<number, number> {
  check(value: unknown): number {
    if (typeof value === "number" && (value | 0) === value) return value;
    throw refused(
      intTypename,
      `${describeValue(value)} is not a whole number from ${String(least32)} to ${String(most32)}; use long beyond that, double for fractions`,
    );
  }

  stage(value: number): number {
    return value;
  }

  size(value: number): number {
    return value === 0 ? 0 : 5;
  }

  write(value: number, out: Writer): void {
    out.byte(0x0d);
    out.fixed32(value);
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    if (start === end) return 0;
    const simple = end - start === 5 && bytes[start] === 0x0d;
    const at = simple ? start + 1 : findValue(intTypename, bytes, start, end, 0x0d);
    return at === -1 ? 0 : int32(bytes, at);
  }
}

const int: Type<typeof intTypename, number> = typeOf(new IntCodec(intTypename));

function int32(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

const longTypename = "io.statefun.types/long";

class LongCodec extends Codec<bigint, bigint> {
  check(value: unknown): bigint {
    if (typeof value === "bigint" && value >= least64 && value <= most64) return value;
    throw refused(
      longTypename,
      typeof value === "number"
        ? `${describeValue(value)} is a number, and a long is a bigint: write ${Number.isSafeInteger(value) ? `${String(value)}n` : "BigInt(…)"}`
        : `${describeValue(value)} is not a bigint from -2^63 to 2^63 - 1`,
    );
  }

  stage(value: bigint): bigint {
    return value;
  }

  size(value: bigint): number {
    return value === 0n ? 0 : 9;
  }

  write(value: bigint, out: Writer): void {
    out.byte(0x09);
    out.fixed64(value);
  }

  read(bytes: Uint8Array, start: number, end: number): bigint {
    if (start === end) return 0n;
    const at = findValue(longTypename, bytes, start, end, 0x09);
    if (at === -1) return 0n;
    loadWord(bytes, at);
    return view.getBigInt64(0, true);
  }
}

const long: Type<typeof longTypename, bigint> = typeOf(new LongCodec(longTypename));

/** Copies eight bytes to where they can be read as one number. */
function loadWord(bytes: Uint8Array, at: number): void {
  view.setInt32(0, int32(bytes, at), true);
  view.setInt32(4, int32(bytes, at + 4), true);
}

const floatTypename = "io.statefun.types/float";

class FloatCodec extends Codec<number, number> {
  check(value: unknown): number {
    if (typeof value !== "number") throw refused(floatTypename, `${describeValue(value)} is not a number`);
    const rounded = Math.fround(value);
    if (Number.isFinite(value) && !Number.isFinite(rounded)) {
      throw refused(floatTypename, `${String(value)} is beyond the range of a binary32; use double`);
    }
    return rounded;
  }

  stage(value: number): number {
    return value;
  }

  size(value: number): number {
    return value === 0 ? 0 : 5;
  }

  write(value: number, out: Writer): void {
    out.byte(0x0d);
    out.float(value);
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    if (start === end) return 0;
    const at = findValue(floatTypename, bytes, start, end, 0x0d);
    if (at === -1) return 0;
    view.setInt32(0, int32(bytes, at), true);
    return view.getFloat32(0, true);
  }
}

const float: Type<typeof floatTypename, number> = typeOf(new FloatCodec(floatTypename));

const doubleTypename = "io.statefun.types/double";

class DoubleCodec extends Codec<number, number> {
  check(value: unknown): number {
    if (typeof value === "number") return value;
    throw refused(doubleTypename, `${describeValue(value)} is not a number`);
  }

  stage(value: number): number {
    return value;
  }

  size(value: number): number {
    return value === 0 ? 0 : 9;
  }

  write(value: number, out: Writer): void {
    out.byte(0x09);
    out.double(value);
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    if (start === end) return 0;
    const at = findValue(doubleTypename, bytes, start, end, 0x09);
    if (at === -1) return 0;
    loadWord(bytes, at);
    return view.getFloat64(0, true);
  }
}

const double: Type<typeof doubleTypename, number> = typeOf(new DoubleCodec(doubleTypename));

const stringTypename = "io.statefun.types/string";

class StringCodec extends Codec<string, string> {
  check(value: unknown): string {
    if (typeof value !== "string") throw refused(stringTypename, `${describeValue(value)} is not a string`);
    if (checkedTextLength(value) !== -1) return value;
    throw refused(stringTypename, "the text holds half of a surrogate pair, which UTF-8 cannot carry");
  }

  stage(value: string): string {
    return value;
  }

  size(value: string): number {
    return textFieldSize(textLength(value));
  }

  write(value: string, out: Writer, size: number): void {
    // Below 130 bytes the field's tag and length take two.
    out.textField(0x0a, value, size < 130 ? size - 2 : textLength(value));
  }

  read(bytes: Uint8Array, start: number, end: number): string {
    if (start === end) return "";
    const at = findValue(stringTypename, bytes, start, end, 0x0a);
    if (at === -1) return "";
    const reader = new Reader(bytes, at);
    const stop = reader.delimited(end);
    const text = readText(bytes, reader.position, stop);
    if (text === undefined) throw refused(stringTypename, "the bytes are not UTF-8");
    return text;
  }
}

const string: Type<typeof stringTypename, string> = typeOf(new StringCodec(stringTypename));

/**
 * The types that need no definition: StateFun's own, which every SDK reads and writes, and `bytes`.
 *
 * `int` is a whole number of 32 bits, `long` a bigint of 64, `float` is rounded to binary32 when it is made, `double`
 * is every number. Zero, `false` and `""` are values like others: they are not the absence of a value.
 *
 * Source: types.proto; the typenames of TypedValue's primitives are fixed by StateFun. `bytes` is ours.
 */
export const types = Object.freeze({
  /** `true` or `false`. */
  boolean,
  /** A whole number from −2³¹ to 2³¹ − 1. */
  int,
  /** A bigint from −2⁶³ to 2⁶³ − 1. */
  long,
  /** A number of 32 bits: rounded to binary32 when made; a finite one beyond its range is `serialization`. */
  float,
  /** Any number. */
  double,
  /** Text that UTF-8 can carry. */
  string,
  /** Bytes as they are, under a typename of this package that other SDKs do not know. */
  bytes: bytesType("statefun.types/bytes"),
});
