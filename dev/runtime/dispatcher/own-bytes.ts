import { Buffer } from "node:buffer";

/** A view may keep alive a buffer of this many times its size; beyond, the bytes are copied out of it. */
const mostWaste = 2;

/** Buffers up to the size of Node's pool are shared by many, so copying out of one would gain nothing. */
const poolBytes = 8192;

/** The same bytes, without keeping alive a much larger buffer that they may be a view on, such as a whole reply. */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  const { byteLength } = bytes.buffer;
  return byteLength > poolBytes && byteLength > bytes.length * mostWaste ? Buffer.from(bytes) : bytes;
}
