/** The constants of murmur2, as Kafka's own clients have them. */
const murmurSeed = 0x9747b28c;
const murmurFactor = 0x5bd1e995;

/** The 32-bit hash by which Kafka's own clients choose a partition. */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  const whole = length & ~3;
  let hash = murmurSeed ^ length;
  for (let i = 0; i < whole; i += 4) {
    let part =
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24);
    part = Math.imul(part, murmurFactor);
    part ^= part >>> 24;
    hash = Math.imul(hash, murmurFactor) ^ Math.imul(part, murmurFactor);
  }
  const left = length - whole;
  if (left === 3) hash ^= (bytes[whole + 2] as number) << 16;
  if (left >= 2) hash ^= (bytes[whole + 1] as number) << 8;
  if (left >= 1) hash = Math.imul(hash ^ (bytes[whole] as number), murmurFactor);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, murmurFactor);
  return hash ^ (hash >>> 15);
}

/** Chooses partitions as Kafka's own clients do: by the key; without one, the same for a while, then the next. */
export class Partitioner {
  #turn = 0;

  /** Lets records without a key go to the next partition from here on. */
  turn(): void {
    this.#turn += 1;
  }

  /** An index below `count`, which is at least 1. */
  choose(key: Uint8Array | undefined, count: number): number {
    return (key === undefined ? this.#turn : murmur2(key) & 0x7fffffff) % count;
  }
}
