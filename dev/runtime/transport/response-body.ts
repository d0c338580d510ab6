/** A buffer that grows from here on, and is never larger than the body turns out to be by more than a factor of two. */
const firstCapacity = 4096;

/** What has come of a body, within a limit. */
export class ResponseBody {
  readonly #maxBytes: number;
  #bytes: Uint8Array;
  #length = 0;

  /** @param expectedBytes - the length announced, which is not believed before the bytes are there */
  constructor(maxBytes: number, expectedBytes = 0) {
    this.#maxBytes = maxBytes;
    this.#bytes = new Uint8Array(Math.min(expectedBytes === 0 ? firstCapacity : expectedBytes, trustedBytes));
  }

  get length(): number {
    return this.#length;
  }

  /** Adds a part of `source`; returns false if that is more than the limit. */
  append(source: Uint8Array, start: number, end: number): boolean {
    const length = this.#length + end - start;
    if (length > this.#maxBytes) return false;
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(length, Math.min(2 * this.#bytes.length, this.#maxBytes)));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(source.subarray(start, end), this.#length);
    this.#length = length;
    return true;
  }

  /** All that has come. */
  taken(): Uint8Array {
    return this.#bytes.length === this.#length ? this.#bytes : this.#bytes.subarray(0, this.#length);
  }
}

/** How much memory the announcement of a length is worth: the body of nearly every answer fits. */
const trustedBytes = 256 * 1024;
