import { StateFunError } from "../errors.js";
import { isUtf8, readName, readText } from "./text.js";

/** The wire types of protobuf that proto3 still uses; 3 and 4 open and close the groups of proto2. */
export const wireType = {
  varint: 0,
  fixed64: 1,
  delimited: 2,
  startGroup: 3,
  endGroup: 4,
  fixed32: 5,
} as const;

/** How deep groups may nest in what is skipped; the stock parsers stop at the same depth. */
const deepestGroup = 100;

/** The most bytes of a varint: ten groups of seven bits hold 64. */
const longestVarint = 10;

/** So many bytes of a varint hold 49 bits, which a number has exactly. */
const exactBytes = 7;

/** The most bytes of a tag or a length: five groups of seven bits hold their 32. */
const longestTag = 5;

/** The first number beyond 32 bits, which no tag or length reaches. */
const uint32 = 0x1_0000_0000;

/**
 * A position in protobuf bytes, moved forward by reading. Every read is checked against the end of the message it
 * belongs to: what is cut short or reaches beyond is an error, never `undefined`.
 */
export class Reader {
  /** The bytes that are read. */
  declare readonly bytes: Uint8Array;
  /** Where the next read begins. */
  declare position: number;
  /** Where the text of the last `checkText` begins. */
  textStart = 0;
  /** The last name that was read, and where its bytes are: those of a batch's messages are mostly the same. */
  private lastName = "";
  private lastNameStart = 0;
  private lastNameLength = 0;
  /** Names that were as long as the one before. */
  private sameLengths = 0;
  private words: DataView | undefined = undefined;

  /** Reads `bytes` from `start` on. */
  constructor(bytes: Uint8Array, start = 0) {
    this.bytes = bytes;
    this.position = start;
  }

  /**
   * Reads a tag: field number and wire type in one number. The caller has checked that a byte is left.
   *
   * @throws StateFunError `malformed-request` if no field can have the tag
   */
  tag(end: number): number {
    const first = this.bytes[this.position] as number;
    if (first < 0x80) {
      this.position++;
      if (first < 8) throw this.error("a field numbered zero");
      return first;
    }
    const tag = this.varint32(end);
    if (tag < 8) throw this.error("a field numbered zero");
    return tag;
  }

  /**
   * Reads a length and returns where what it measures ends.
   *
   * @throws StateFunError `malformed-request` if the length reaches beyond `end`
   */
  delimited(end: number): number {
    const { position } = this;
    const first = position < end ? (this.bytes[position] as number) : 0x80;
    const length = first < 0x80 ? first : this.varint32(end);
    if (first < 0x80) this.position = position + 1;
    const stop = this.position + length;
    if (stop > end) throw this.error("a length that reaches beyond its message");
    return stop;
  }

  /**
   * Reads a varint as an unsigned number; exact up to 2⁵³, and never less than 2³² for what does not fit 32 bits.
   *
   * @throws StateFunError `malformed-request` if it is cut short or longer than ten bytes
   */
  varint(end: number): number {
    let value = 0;
    let factor = 1;
    for (let read = 0; read < longestVarint; read++) {
      if (this.position >= end) throw this.error("a number that is cut short");
      const byte = this.bytes[this.position++] as number;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    throw this.error("a number of more than ten bytes");
  }

  /** Reads a tag or a length that takes more than one byte. */
  private varint32(end: number): number {
    const { position } = this;
    const value = this.varint(end);
    if (value < uint32 && this.position - position <= longestTag) return value;
    throw this.error("a tag or a length of more than 32 bits");
  }

  /**
   * Reads a varint as a signed integer of 32 bits; the bits beyond are dropped, as every parser does.
   *
   * @throws StateFunError `malformed-request` if it is cut short or longer than ten bytes
   */
  int32(end: number): number {
    const { position } = this;
    const first = position < end ? (this.bytes[position] as number) : 0x80;
    if (first >= 0x80) return Number(BigInt.asIntN(32, this.int64(end)));
    this.position = position + 1;
    return first;
  }

  /**
   * Reads a varint of 64 bits as a signed integer; the bits beyond the 64th are dropped, as every parser does.
   *
   * @throws StateFunError `malformed-request` if it is cut short or longer than ten bytes
   */
  int64(end: number): bigint {
    // As a number while it is exact: a bigint for every byte would cost several times as much.
    let low = 0;
    let factor = 1;
    for (let read = 0; read < exactBytes; read++) {
      if (this.position >= end) throw this.error("a number that is cut short");
      const byte = this.bytes[this.position++] as number;
      low += (byte & 0x7f) * factor;
      if (byte < 0x80) return BigInt(low);
      factor *= 128;
    }
    let value = BigInt(low);
    for (let shift = 7n * BigInt(exactBytes); shift < 70n; shift += 7n) {
      if (this.position >= end) throw this.error("a number that is cut short");
      const byte = this.bytes[this.position++] as number;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw this.error("a number of more than ten bytes");
  }

  /**
   * Reads a bool: any varint but zero is true.
   *
   * @throws StateFunError `malformed-request` if it is cut short or longer than ten bytes
   */
  bool(end: number): boolean {
    return this.varint(end) !== 0;
  }

  /**
   * Reads a string field that is used once, such as an id.
   *
   * @throws StateFunError `malformed-request` if it reaches beyond `end` or is not UTF-8
   */
  text(end: number): string {
    const stop = this.delimited(end);
    const text = readText(this.bytes, this.position, stop);
    if (text === undefined) throw this.error("text that is not UTF-8");
    this.position = stop;
    return text;
  }

  /**
   * Reads a string field that comes again and again, such as a typename.
   *
   * @throws StateFunError `malformed-request` if it reaches beyond `end` or is not UTF-8
   */
  name(end: number): string {
    const stop = this.delimited(end);
    const start = this.position;
    const length = stop - start;
    // The comparison by words pays for its view of the bytes from a few names on: not in a batch of one.
    if (length === this.lastNameLength && this.sameLengths++ > 0 && this.isLastName(start)) {
      this.position = stop;
      return this.lastName;
    }
    const text = readName(this.bytes, start, stop);
    if (text === undefined) throw this.error("a name that is not UTF-8");
    this.lastName = text;
    this.lastNameStart = start;
    this.lastNameLength = length;
    this.position = stop;
    return text;
  }

  /** Whether the bytes at `start` are those of the last name, whose length they have: compared four at a time. */
  private isLastName(start: number): boolean {
    const { bytes, lastNameStart, lastNameLength } = this;
    const words = (this.words ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.length));
    let at = 0;
    for (; at + 4 <= lastNameLength; at += 4) {
      if (words.getInt32(lastNameStart + at) !== words.getInt32(start + at)) return false;
    }
    for (; at < lastNameLength; at++) {
      if (bytes[lastNameStart + at] !== bytes[start + at]) return false;
    }
    return true;
  }

  /**
   * Passes over a string field, checking that it is UTF-8; `textStart` is where the text begins. Returns its end.
   *
   * @throws StateFunError `malformed-request` if it reaches beyond `end` or is not UTF-8
   */
  checkText(end: number): number {
    const stop = this.delimited(end);
    this.textStart = this.position;
    if (!isUtf8(this.bytes, this.position, stop)) throw this.error("text that is not UTF-8");
    this.position = stop;
    return stop;
  }

  /**
   * Passes over the field whose tag was just read.
   *
   * @throws StateFunError `malformed-request` if the field is cut short or has no valid wire type
   */
  skip(tag: number, end: number, depth = 0): void {
    switch (tag & 7) {
      case wireType.varint:
        this.varint(end);
        return;
      case wireType.fixed64:
        this.advance(8, end);
        return;
      case wireType.delimited:
        this.position = this.delimited(end);
        return;
      case wireType.startGroup:
        this.skipGroup(tag >>> 3, end, depth + 1);
        return;
      case wireType.fixed32:
        this.advance(4, end);
        return;
      default:
        throw this.error(
          (tag & 7) === wireType.endGroup
            ? "the end of a group that never began"
            : "a wire type that does not exist",
        );
    }
  }

  /**
   * Moves over `count` bytes.
   *
   * @throws StateFunError `malformed-request` if they reach beyond `end`
   */
  advance(count: number, end: number): void {
    if (this.position + count > end) throw this.error("a field that is cut short");
    this.position += count;
  }

  private skipGroup(field: number, end: number, depth: number): void {
    if (depth > deepestGroup) throw this.error("groups nested too deep");
    while (this.position < end) {
      const tag = this.tag(end);
      if ((tag & 7) === wireType.endGroup) {
        if (tag >>> 3 !== field) throw this.error("the end of another group");
        return;
      }
      this.skip(tag, end, depth);
    }
    throw this.error("a group without an end");
  }

  /** What is wrong, with the place in the bytes. */
  error(problem: string): StateFunError {
    return new StateFunError("malformed-request", `${problem}, at byte ${String(this.position)}`);
  }
}
