import { KafkaFailure } from "./kafka-failure.js";

const half = 0x1_0000_0000;

/** Reads Kafka's encoding from front to back. */
export class WireReader {
  readonly bytes: Buffer;
  position = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** Passes over `count` bytes; returns where they begin. */
  skip(count: number): number {
    const start = this.position;
    if (start + count > this.bytes.length) throw new KafkaFailure("a broker's answer is cut short");
    this.position = start + count;
    return start;
  }

  int8(): number {
    return this.bytes.readInt8(this.skip(1));
  }

  int16(): number {
    return this.bytes.readInt16BE(this.skip(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.skip(4));
  }

  /** A whole number; those beyond 53 bits lose their last digits. */
  int64(): number {
    const at = this.skip(8);
    return this.bytes.readInt32BE(at) * half + this.bytes.readUInt32BE(at + 4);
  }

  /** Text; null counts as empty. */
  text(): string {
    return this.#utf8(this.int16());
  }

  /** Bytes; null counts as none. They are a view. */
  blob(): Buffer {
    const length = Math.max(0, this.int32());
    const start = this.skip(length);
    return this.bytes.subarray(start, start + length);
  }

  /** A list; null counts as empty. */
  list<T>(read: () => T): T[] {
    return this.#items(this.int32(), read);
  }

  unsignedVarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.bytes[this.skip(1)] as number;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new KafkaFailure("a broker's answer holds a length of more than 32 bits");
  }

  /** Text of the encoding's newer form. */
  compactText(): string {
    return this.#utf8(this.unsignedVarint() - 1);
  }

  /** A list of the newer form. */
  compactList<T>(read: () => T): T[] {
    return this.#items(this.unsignedVarint() - 1, read);
  }

  /** Passes over the fields that a newer broker may add at the end of a structure. */
  tags(): void {
    for (let left = this.unsignedVarint(); left > 0; left -= 1) {
      this.unsignedVarint();
      this.skip(this.unsignedVarint());
    }
  }

  #utf8(length: number): string {
    const count = Math.max(0, length);
    const start = this.skip(count);
    return this.bytes.toString("utf8", start, start + count);
  }

  #items<T>(count: number, read: () => T): T[] {
    const items: T[] = [];
    for (let left = count; left > 0; left -= 1) items.push(read());
    return items;
  }
}
