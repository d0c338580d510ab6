/** Chunks are put together where there are so many … */
const mostChunks = 64;
/** … and they are shorter than this on average: what a chunk costs beside its bytes, some hundred of them, is then paid once. */
const shortChunkBytes = 512;

/**
 * The chunks of a body, in order, on any host. It takes about as much memory as their bytes, also for a client that sends
 * millions of chunks of one byte.
 */
export class BodyChunks {
  #chunks: Uint8Array[] = [];
  #size = 0;

  /** The number of bytes so far. */
  get size(): number {
    return this.#size;
  }

  add(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#size += chunk.length;
    this.#chunks.push(chunk);
    if (this.#chunks.length >= mostChunks && this.#chunks.length * shortChunkBytes > this.#size) {
      this.#chunks = [joined(this.#chunks, this.#size)];
    }
  }

  /** The whole body; one that came in one chunk is that chunk, not a copy. */
  bytes(): Uint8Array {
    const [first = new Uint8Array(0)] = this.#chunks;
    return this.#chunks.length > 1 ? joined(this.#chunks, this.#size) : first;
  }

  /** Forgets the bytes, and keeps counting. */
  clear(): void {
    this.#chunks = [];
  }
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
