import { eachMatch } from "./matches.js";

// LZ4 in its frame format, as Kafka uses it. Checksums are passed over: a record batch has one of its own.

const magic = 0x184d2204;

/** The frame's head: blocks that do not refer to each other, of at most 64 KiB, no checksums; and the head's own. */
const frameHead = Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82);
const blockBytes = 64 * 1024;

/** The format wants the last bytes of a block to be literal, and no match to begin shortly before them. */
const lastLiterals = 5;
const matchMargin = 12;

/** A block that is not smaller when compressed is stored as it is, and says so in this bit of its size. */
const storedBit = 0x8000_0000;

const flags = {
  independent: 0x20,
  blockChecksum: 0x10,
  contentSize: 0x08,
  contentChecksum: 0x04,
  dictionary: 0x01,
};

/** The largest blocks that a frame may announce, by the number in its head. */
const largestBlocks: Readonly<Record<number, number>> = { 4: 1 << 16, 5: 1 << 18, 6: 1 << 20, 7: 1 << 22 };

/** Compresses bytes into one frame. */
export function compressLz4(plain: Uint8Array): Buffer {
  const parts: Uint8Array[] = [frameHead];
  for (let start = 0; start < plain.length; start += blockBytes) {
    const block = plain.subarray(start, start + blockBytes);
    const smaller = compressedBlock(block);
    const stored = smaller.length >= block.length;
    const size = Buffer.allocUnsafe(4);
    size.writeUInt32LE(stored ? block.length + storedBit : smaller.length);
    parts.push(size, stored ? block : smaller);
  }
  parts.push(Buffer.alloc(4)); // the end
  return Buffer.concat(parts);
}

/**
 * The bytes that were compressed.
 *
 * @throws RangeError if the bytes are damaged, or refer to a dictionary
 */
export function decompressLz4(compressed: Uint8Array): Buffer {
  const bytes = Buffer.from(compressed.buffer, compressed.byteOffset, compressed.length);
  if (bytes.length < 7 || bytes.readUInt32LE(0) !== magic) throw damaged();
  const flag = bytes[4] as number;
  const largest = largestBlocks[((bytes[5] as number) >>> 4) & 7];
  if (flag >>> 6 !== 1 || largest === undefined || flag & flags.dictionary) throw damaged();
  let at = 7 + (flag & flags.contentSize ? 8 : 0);
  let out = Buffer.allocUnsafe(Math.max(largest, bytes.length * 4));
  let written = 0;
  for (;;) {
    const size = bytes.readUInt32LE(at);
    at += 4;
    if (size === 0) return out.subarray(0, written);
    const length = size % storedBit;
    const end = at + length;
    if (end > bytes.length) throw damaged();
    if (out.length - written < largest) out = Buffer.concat([out], out.length * 2 + largest);
    if (size >= storedBit) written += bytes.copy(out, written, at, end);
    else {
      const first = flag & flags.independent ? written : 0;
      written = plainBlock(bytes, at, end, out, written, first);
    }
    at = end + (flag & flags.blockChecksum ? 4 : 0);
  }
}

function compressedBlock(plain: Uint8Array): Uint8Array {
  const out = new Uint8Array(plain.length + Math.ceil(plain.length / 255) + 16);
  let at = 0;
  const more = (count: number): void => {
    let left = count;
    for (; left >= 255; left -= 255) out[at++] = 255;
    out[at++] = left;
  };
  const literals = (start: number, end: number, matchNibble: number): void => {
    const count = end - start;
    out[at++] = (Math.min(count, 15) << 4) | matchNibble;
    if (count >= 15) more(count - 15);
    out.set(plain.subarray(start, end), at);
    at += count;
  };
  const end = plain.length - lastLiterals;
  const rest = eachMatch(
    plain,
    0,
    plain.length - matchMargin,
    end,
    (literalStart, start, length, distance) => {
      literals(literalStart, start, Math.min(length - 4, 15));
      out[at++] = distance & 0xff;
      out[at++] = distance >>> 8;
      if (length - 4 >= 15) more(length - 4 - 15);
    },
  );
  literals(rest, plain.length, 0);
  return out.subarray(0, at);
}

/** Writes what a block says behind `written`, copying from `first` on at the earliest; returns where that ends. */
function plainBlock(
  bytes: Buffer,
  start: number,
  end: number,
  out: Buffer,
  written: number,
  first: number,
): number {
  let at = start;
  let to = written;
  const more = (nibble: number): number => {
    let count = nibble;
    if (nibble < 15) return count;
    for (;;) {
      const byte = bytes[at++];
      if (byte === undefined || at > end) throw damaged();
      count += byte;
      if (byte < 255) return count;
    }
  };
  while (at < end) {
    const token = bytes[at++] as number;
    const literals = more(token >>> 4);
    if (at + literals > end || to + literals > out.length) throw damaged();
    bytes.copy(out, to, at, at + literals);
    at += literals;
    to += literals;
    if (at >= end) return to; // the last sequence has no match
    const distance = (bytes[at] as number) + (bytes[at + 1] as number) * 256;
    at += 2;
    const length = more(token & 15) + 4;
    if (distance === 0 || to - distance < first || to + length > out.length) throw damaged();
    for (const stop = to + length; to < stop; to += 1) out[to] = out[to - distance] as number;
  }
  return to;
}

function damaged(): RangeError {
  return new RangeError("bytes compressed with LZ4 are damaged");
}
