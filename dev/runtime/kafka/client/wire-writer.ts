/** The first size of a buffer: most requests but those with records fit. */
const firstCapacity = 512;

const half = 0x1_0000_0000;

/** Writes Kafka's encoding into one growing buffer. */
export class WireWriter {
  #bytes = Buffer.allocUnsafe(firstCapacity);
  #at = 0;

  int8(value: number): this {
    const at = this.#room(1);
    this.#bytes.writeInt8(value, at);
    return this;
  }

  bool(value: boolean): this {
    return this.int8(value ? 1 : 0);
  }

  int16(value: number): this {
    const at = this.#room(2);
    this.#bytes.writeInt16BE(value, at);
    return this;
  }

  int32(value: number): this {
    const at = this.#room(4);
    this.#bytes.writeInt32BE(value, at);
    return this;
  }

  /** A whole number of fewer than 53 bits. */
  int64(value: number): this {
    const at = this.#room(8);
    writeInt64(this.#bytes, value, at);
    return this;
  }

  text(value: string): this {
    const bytes = Buffer.from(value);
    return this.int16(bytes.length).raw(bytes);
  }

  /** Text, or null. */
  maybeText(value: string | undefined): this {
    return value === undefined ? this.int16(-1) : this.text(value);
  }

  blob(value: Uint8Array): this {
    return this.int32(value.length).raw(value);
  }

  list<T>(items: readonly T[], write: (item: T) => void): this {
    this.int32(items.length);
    items.forEach(write);
    return this;
  }

  unsignedVarint(value: number): this {
    let left = value;
    while (left >= 0x80) {
      this.int8(((left & 0x7f) | 0x80) - 0x100);
      left >>>= 7;
    }
    return this.int8(left);
  }

  /** Text of the encoding's newer form. */
  compactText(value: string): this {
    const bytes = Buffer.from(value);
    return this.unsignedVarint(bytes.length + 1).raw(bytes);
  }

  /** The end of a structure of the newer form: no further fields. */
  noTags(): this {
    return this.int8(0);
  }

  raw(bytes: Uint8Array): this {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** What was written. */
  taken(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  #room(count: number): number {
    const at = this.#at;
    this.#at = at + count;
    if (this.#at > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#at, this.#bytes.length * 2));
      this.#bytes.copy(grown, 0, 0, at);
      this.#bytes = grown;
    }
    return at;
  }
}

/** Writes a whole number of fewer than 53 bits as 64. */
export function writeInt64(bytes: Buffer, value: number, at: number): void {
  const high = Math.floor(value / half);
  bytes.writeInt32BE(high, at);
  bytes.writeUInt32BE(value - high * half, at + 4);
}
