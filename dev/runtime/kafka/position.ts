/** The most that the lower half of an offset holds. */
const half = 0x1_0000_0000;

/** An offset as the store keeps it: eight bytes, big endian. */
export function offsetBytes(offset: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const high = Math.floor(offset / half);
  const low = offset % half;
  bytes[0] = high >>> 24;
  bytes[1] = high >>> 16;
  bytes[2] = high >>> 8;
  bytes[3] = high;
  bytes[4] = low >>> 24;
  bytes[5] = low >>> 16;
  bytes[6] = low >>> 8;
  bytes[7] = low;
  return bytes;
}

/** Reads what {@link offsetBytes} wrote. */
export function readOffset(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(0) * half + view.getUint32(4);
}
