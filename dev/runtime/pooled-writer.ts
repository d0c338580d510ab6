import { Buffer } from "node:buffer";
import { Writer } from "statefun/wire";

/**
 * A writer with room for `capacity` bytes of Node's pool: an array of its own costs several times as much, and the
 * collector more again. What is written shares its buffer with others of its size.
 */
export function pooledWriter(capacity: number): Writer {
  return new Writer(Buffer.allocUnsafe(capacity));
}
