import { Buffer } from "node:buffer";
import { textLength, Writer } from "statefun/wire";

/** The most bytes of a whole number up to 2⁵³ as a varint. */
const longestNumber = 8;

/** Records are written one behind the other into buffers of this size, which a store that keeps them keeps whole. */
const bufferBytes = 8 * 1024;

const out = new Writer(0);

/** Writes the values of a store's tables, one at a time; the mirror image of `RecordReader`. */
export class RecordWriter {
  #start: number;

  /** Makes room for about `capacity` bytes; more comes when it is needed. Ends whatever was being written. */
  constructor(capacity = 64) {
    if (out.bytes.length - out.position < capacity) {
      out.bytes = Buffer.allocUnsafeSlow(Math.max(capacity, bufferBytes));
      out.position = 0;
    }
    this.#start = out.position;
  }

  /** A whole number from 0 to 2⁵³. */
  number(value: number): this {
    this.#reserve(longestNumber);
    out.varint(value);
    return this;
  }

  /** A text. */
  text(text: string): this {
    const length = textLength(text);
    this.#reserve(longestNumber + length);
    out.varint(length);
    out.text(text, length);
    return this;
  }

  /** Bytes. */
  bytes(bytes: Uint8Array): this {
    this.number(bytes.length);
    return this.rest(bytes);
  }

  /** Bytes without their length, which only the last part of a record may be. */
  rest(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    out.copy(bytes);
    return this;
  }

  /** What does not fit takes its record along into a new buffer: those before it stay where they are. */
  #reserve(count: number): void {
    if (out.bytes.length - out.position >= count) return;
    const written = out.bytes.subarray(this.#start, out.position);
    const { length } = written;
    out.bytes = Buffer.allocUnsafeSlow(Math.max(length + count, length * 2, bufferBytes));
    out.bytes.set(written);
    out.position = length;
    this.#start = 0;
  }

  /** What has been written; the writer must not be used again. */
  finished(): Uint8Array {
    return out.bytes.subarray(this.#start, out.position);
  }
}
