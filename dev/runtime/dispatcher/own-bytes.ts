/** A view may keep alive a buffer of this many times its size; beyond, the bytes are copied out of it. */
const mostWaste = 2;

/** The same bytes, without keeping alive a much larger buffer that they may be a view on, such as a whole reply. */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength > bytes.length * mostWaste ? new Uint8Array(bytes) : bytes;
}
