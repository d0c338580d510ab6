import { eachMatch } from "./matches.js";

// Snappy as Java's library frames it, which is how Kafka's own clients write it; others write it without a frame.

/** The frame's first bytes: a name, its version, and the oldest version that can read it. */
const frameHead = Uint8Array.of(0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1);

/** How many of them make the name. */
const frameName = 8;

/** How much of the input makes one block, as in Java's library. */
const blockBytes = 32 * 1024;

/** The longest copy of one element. */
const longestCopy = 64;

/** Compresses bytes, in frames. */
export function compressSnappy(plain: Uint8Array): Buffer {
  const parts: Uint8Array[] = [frameHead];
  for (let start = 0; start < plain.length; start += blockBytes) {
    const block = compressedBlock(plain.subarray(start, start + blockBytes));
    const size = Buffer.allocUnsafe(4);
    size.writeInt32BE(block.length);
    parts.push(size, block);
  }
  return Buffer.concat(parts);
}

/**
 * The bytes that were compressed, with frames or without.
 *
 * @throws RangeError if the bytes are damaged
 */
export function decompressSnappy(compressed: Uint8Array): Buffer {
  const bytes = Buffer.from(compressed.buffer, compressed.byteOffset, compressed.length);
  if (!bytes.subarray(0, frameName).equals(frameHead.subarray(0, frameName))) return plainBlock(bytes);
  const blocks: Buffer[] = [];
  for (let at = frameHead.length; at < bytes.length;) {
    const end = at + 4 + bytes.readInt32BE(at);
    if (end < at + 4 || end > bytes.length) throw damaged();
    blocks.push(plainBlock(bytes.subarray(at + 4, end)));
    at = end;
  }
  return Buffer.concat(blocks);
}

function compressedBlock(plain: Uint8Array): Uint8Array {
  // At worst all is literal: its bytes, and a few for each of the lengths.
  const out = new Uint8Array(32 + plain.length + Math.ceil(plain.length / 6));
  let at = 0;
  let length = plain.length;
  for (; length >= 0x80; length >>>= 7) out[at++] = (length & 0x7f) | 0x80;
  out[at++] = length;
  const literal = (start: number, end: number): void => {
    const count = end - start;
    if (count === 0) return;
    if (count <= 60) out[at++] = (count - 1) << 2;
    else {
      out[at++] = 61 << 2; // the length in two bytes
      out[at++] = (count - 1) & 0xff;
      out[at++] = (count - 1) >>> 8;
    }
    out.set(plain.subarray(start, end), at);
    at += count;
  };
  const rest = eachMatch(
    plain,
    0,
    plain.length - 4,
    plain.length,
    (literalStart, start, matched, distance) => {
      literal(literalStart, start);
      for (let left = matched; left > 0; left -= longestCopy) {
        out[at++] = ((Math.min(left, longestCopy) - 1) << 2) | 2; // a copy whose offset takes two bytes
        out[at++] = distance & 0xff;
        out[at++] = distance >>> 8;
      }
    },
  );
  literal(rest, plain.length);
  return out.subarray(0, at);
}

function plainBlock(block: Buffer): Buffer {
  let at = 0;
  const byte = (): number => {
    const value = block[at++];
    if (value === undefined) throw damaged();
    return value;
  };
  const number = (count: number): number => {
    let value = 0;
    for (let index = 0; index < count; index += 1) value += byte() * 256 ** index;
    return value;
  };
  let size = 0;
  for (let shift = 0, more = true; more; shift += 7) {
    const part = byte();
    size += (part & 0x7f) * 2 ** shift;
    more = part >= 0x80;
  }
  if (size > block.length * longestCopy) throw damaged(); // no element says more than a copy of three bytes
  const out = Buffer.allocUnsafe(size);
  let written = 0;
  while (at < block.length) {
    const tag = byte();
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >>> 2;
      const count = (short < 60 ? short : number(short - 59)) + 1;
      if (at + count > block.length || written + count > size) throw damaged();
      block.copy(out, written, at, at + count);
      at += count;
      written += count;
      continue;
    }
    const count = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    const distance = kind === 1 ? ((tag >>> 5) << 8) + byte() : number(kind === 2 ? 2 : 4);
    if (distance === 0 || distance > written || written + count > size) throw damaged();
    for (const end = written + count; written < end; written += 1)
      out[written] = out[written - distance] as number;
  }
  if (written !== size) throw damaged();
  return out;
}

function damaged(): RangeError {
  return new RangeError("bytes compressed with Snappy are damaged");
}
