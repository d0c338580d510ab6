import { Buffer } from "node:buffer";
import { RuntimeError } from "../runtime-error.js";

/** Reads the values of a store's tables: whole numbers as varints, text and bytes with their length in front. */
export class RecordReader {
  readonly #bytes: Buffer;
  #position = 0;

  /** Reads `bytes` from the start. */
  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Whether everything has been read. */
  get done(): boolean {
    return this.#position >= this.#bytes.length;
  }

  /**
   * A whole number that is not negative.
   *
   * @throws RuntimeError `store-damaged` if the record is cut short
   */
  number(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#bytes[this.#position++];
      if (byte === undefined || scale > 2 ** 52) throw damaged();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  }

  /**
   * A whole number that is not negative and below `limit`.
   *
   * @throws RuntimeError `store-damaged` if it is not, or the record is cut short
   */
  numberBelow(limit: number): number {
    const value = this.number();
    if (value >= limit) throw damaged();
    return value;
  }

  /**
   * A text.
   *
   * @throws RuntimeError `store-damaged` if the record is cut short
   */
  text(): string {
    const { start, end } = this.#part();
    return this.#bytes.toString("utf8", start, end);
  }

  /**
   * Bytes, as a view on the record.
   *
   * @throws RuntimeError `store-damaged` if the record is cut short
   */
  bytes(): Uint8Array {
    const { start, end } = this.#part();
    return this.#bytes.subarray(start, end);
  }

  /** Whatever is left, as a view on the record. */
  rest(): Uint8Array {
    const rest = this.#bytes.subarray(this.#position);
    this.#position = this.#bytes.length;
    return rest;
  }

  #part(): { readonly start: number; readonly end: number } {
    const length = this.number();
    const start = this.#position;
    const end = start + length;
    if (end > this.#bytes.length) throw damaged();
    this.#position = end;
    return { start, end };
  }
}

function damaged(): RuntimeError {
  return new RuntimeError(
    "store-damaged",
    "a record in the store is cut short; restore the data folder from an export, or start with an empty one",
  );
}
