import type { Writer } from "statefun/wire";
import { textLength } from "statefun/wire";
import { pooledWriter } from "../pooled-writer.js";

/** The most bytes of a whole number up to 2⁵³ as a varint. */
const longestNumber = 8;

/** Writes the values of a store's tables; the mirror image of `RecordReader`. */
export class RecordWriter {
  readonly #out: Writer;

  /** Makes room for about `capacity` bytes; more comes when it is needed. */
  constructor(capacity = 64) {
    this.#out = pooledWriter(capacity);
  }

  /** A whole number from 0 to 2⁵³. */
  number(value: number): this {
    this.#out.reserve(longestNumber);
    this.#out.varint(value);
    return this;
  }

  /** A text. */
  text(text: string): this {
    const length = textLength(text);
    this.#out.reserve(longestNumber + length);
    this.#out.varint(length);
    this.#out.text(text, length);
    return this;
  }

  /** Bytes. */
  bytes(bytes: Uint8Array): this {
    this.number(bytes.length);
    return this.rest(bytes);
  }

  /** Bytes without their length, which only the last part of a record may be. */
  rest(bytes: Uint8Array): this {
    this.#out.reserve(bytes.length);
    this.#out.copy(bytes);
    return this;
  }

  /** What has been written; the writer must not be used again. */
  finished(): Uint8Array {
    return this.#out.bytes.subarray(0, this.#out.position);
  }
}
