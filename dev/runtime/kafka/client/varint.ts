/** The number of bytes of a varint that counts bytes or records: zigzag, and never less than −1. */
export function varintSize(value: number): number {
  const bits = value < 0 ? -value * 2 - 1 : value * 2;
  return bits < 0x80 ? 1 : bits < 0x4000 ? 2 : bits < 0x20_0000 ? 3 : bits < 0x1000_0000 ? 4 : 5;
}

/** Writes a varint as {@link varintSize} counts it; returns where it ends. */
export function writeVarint(bytes: Uint8Array, value: number, start: number): number {
  let at = start;
  let left = value < 0 ? -value * 2 - 1 : value * 2;
  while (left >= 0x80) {
    bytes[at++] = (left % 0x80) | 0x80;
    left = Math.floor(left / 0x80);
  }
  bytes[at++] = left;
  return at;
}
