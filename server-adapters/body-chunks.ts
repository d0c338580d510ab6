/** Chunks are put together where there are so many … */
const mostChunks = 64;
/** … and they are shorter than this on average: what a chunk costs beside its bytes, some hundred of them, is then paid once. */
const shortChunkBytes = 512;

/**
 * The chunks of a body, in order. It takes about as much memory as their bytes, also for a client that sends millions of
 * chunks of one byte.
 */
export class BodyChunks {
  #chunks: Buffer[] = [];
  #size = 0;

  /** The number of bytes so far. */
  get size(): number {
    return this.#size;
  }

  add(chunk: Buffer): void {
    this.#size += chunk.length;
    this.#chunks.push(chunk);
    if (this.#chunks.length >= mostChunks && this.#chunks.length * shortChunkBytes > this.#size) {
      this.#chunks = [Buffer.concat(this.#chunks, this.#size)];
    }
  }

  /** The whole body; one that came in one chunk is that chunk, not a copy. */
  bytes(): Uint8Array {
    const [first = new Uint8Array(0)] = this.#chunks;
    return this.#chunks.length > 1 ? Buffer.concat(this.#chunks, this.#size) : first;
  }

  /** Forgets the bytes, and keeps counting. */
  clear(): void {
    this.#chunks = [];
  }
}
