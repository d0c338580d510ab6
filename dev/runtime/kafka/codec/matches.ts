/** How many four-byte places the table of a search remembers: as many as the first-level cache holds well. */
const tableBits = 14;

/** What multiplies four bytes into a place of the table, as both formats' own programs do. */
const hashFactor = 0x9e3779b1;

/** Matches reach no further back than a copy's offset of 16 bits can say. */
const farthest = 65_535;

/** The place where each four bytes were seen last; filled anew for each search. */
const table = new Int32Array(1 << tableBits);

/** Hears of literals, bytes `literalStart` to `start`, and the match behind them: `length` bytes from `distance` back. */
export type MatchListener = (literalStart: number, start: number, length: number, distance: number) => void;

/**
 * Looks for repetitions of at least four bytes, greedily, as the fast modes of Snappy and LZ4 do. No match begins at
 * `matchLimit` or later, none reaches `end`; what is left behind the last match is for the caller to write.
 *
 * @returns where that begins
 */
export function eachMatch(
  bytes: Uint8Array,
  begin: number,
  matchLimit: number,
  end: number,
  found: MatchListener,
): number {
  table.fill(-1);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let literalStart = begin;
  let at = begin;
  let misses = 0;
  while (at < matchLimit) {
    const four = view.getInt32(at, true);
    const place = Math.imul(four, hashFactor) >>> (32 - tableBits);
    const candidate = table[place] as number;
    table[place] = at;
    if (candidate < begin || at - candidate > farthest || view.getInt32(candidate, true) !== four) {
      at += 1 + (misses++ >>> 6); // where nothing repeats, ever larger steps
      continue;
    }
    misses = 0;
    let length = 4;
    while (at + length < end && bytes[candidate + length] === bytes[at + length]) length += 1;
    found(literalStart, at, length, at - candidate);
    at += length;
    literalStart = at;
  }
  return literalStart;
}
