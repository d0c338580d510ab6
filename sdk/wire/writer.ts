import { textLength, writeText } from "./text.js";

/** The first size of a writer's buffer: a batch of ten ordinary messages. */
const firstCapacity = 2048;

/** Copies of whole arrays below this many bytes are made by a loop; a native copy costs as much as 14 of its turns. */
const shortCopy = 14;

/** The number of bytes of a length or tag as a varint; lengths stay below 2³¹. */
export function varintSize(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5;
}

/** The number of bytes of a string field with a tag of one byte; none for the empty string, as proto3 says. */
export function textFieldSize(length: number): number {
  return length === 0 ? 0 : 1 + varintSize(length) + length;
}

const scratch = new DataView(new ArrayBuffer(8));

/**
 * One growing output buffer. `reserve` makes room for a whole field with everything in it; the writes after it do
 * not check again.
 */
export class Writer {
  /** What has been written, and room behind it. */
  declare bytes: Uint8Array;
  /** How much has been written, in bytes. */
  position = 0;

  /** Makes room for so many bytes, or writes into those given; more room comes when it is needed. */
  constructor(room: number | Uint8Array = firstCapacity) {
    this.bytes = typeof room === "number" ? new Uint8Array(room) : room;
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    const needed = this.position + count;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.position));
    this.bytes = grown;
  }

  /** Writes one byte: a tag, or a bool. */
  byte(value: number): void {
    this.bytes[this.position++] = value;
  }

  /** Writes a non-negative integer up to 2⁵³ as a varint. */
  varint(value: number): void {
    const { bytes } = this;
    let { position } = this;
    let rest = value;
    while (rest >= 0x80) {
      bytes[position++] = (rest % 0x80) | 0x80;
      rest = rest < 0x8000_0000 ? rest >>> 7 : Math.floor(rest / 0x80);
    }
    bytes[position++] = rest;
    this.position = position;
  }

  /** Writes four bytes, little endian. */
  fixed32(value: number): void {
    const { bytes, position } = this;
    bytes[position] = value;
    bytes[position + 1] = value >>> 8;
    bytes[position + 2] = value >>> 16;
    bytes[position + 3] = value >>> 24;
    this.position = position + 4;
  }

  /** Writes the low 64 bits of `value`, little endian. */
  fixed64(value: bigint): void {
    scratch.setBigInt64(0, value, true);
    this.fixed32(scratch.getInt32(0, true));
    this.fixed32(scratch.getInt32(4, true));
  }

  /** Writes a binary32. */
  float(value: number): void {
    scratch.setFloat32(0, value, true);
    this.fixed32(scratch.getInt32(0, true));
  }

  /** Writes a binary64. */
  double(value: number): void {
    scratch.setFloat64(0, value, true);
    this.fixed32(scratch.getInt32(0, true));
    this.fixed32(scratch.getInt32(4, true));
  }

  /** Writes text that takes `length` bytes. */
  text(text: string, length: number): void {
    writeText(this.bytes, this.position, text, length);
    this.position += length;
  }

  /** Writes a string field; nothing for the empty string. `length` is the text's length in bytes. */
  textField(tag: number, text: string, length: number): void {
    if (length === 0) return;
    this.byte(tag);
    this.varint(length);
    this.text(text, length);
  }

  /** Copies all of another array. */
  copy(from: Uint8Array): void {
    const { bytes, position } = this;
    const { length } = from;
    if (length < shortCopy) {
      for (let i = 0; i < length; i++) bytes[position + i] = from[i] as number;
    } else bytes.set(from, position);
    this.position = position + length;
  }

  /** What has been written, in an array of its own. */
  taken(): Uint8Array {
    return this.bytes.slice(0, this.position);
  }
}

/** The bytes of string fields with tags of one byte, in the order given: a constant part, encoded once. */
export function textFields(...fields: readonly (readonly [tag: number, text: string])[]): Uint8Array {
  let size = 0;
  for (const [, text] of fields) size += textFieldSize(textLength(text));
  const writer = new Writer(size);
  for (const [tag, text] of fields) writer.textField(tag, text, textLength(text));
  return writer.bytes;
}
