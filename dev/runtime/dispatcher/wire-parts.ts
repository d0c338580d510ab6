import { textFields, varintSize } from "statefun/wire";
import type { Writer } from "statefun/wire";
import type { FunctionAddress } from "../address.js";
import { pooledWriter } from "../pooled-writer.js";

const callerTag = 0x0a;
const argumentTag = 0x12;

/** Serializes an `Address`. */
export function addressBytes({ namespace, name, id }: FunctionAddress): Uint8Array {
  return textFields([0x0a, namespace], [0x12, name], [0x1a, id]);
}

/** Serializes an `Invocation`: `caller` is a serialized `Address`, `argument` a serialized `TypedValue`. */
export function invocationBytes(caller: Uint8Array | undefined, argument: Uint8Array): Uint8Array {
  const callerSize = caller === undefined ? 0 : 1 + varintSize(caller.length) + caller.length;
  const out = pooledWriter(callerSize + 1 + varintSize(argument.length) + argument.length);
  if (caller !== undefined) part(out, callerTag, caller);
  part(out, argumentTag, argument);
  return out.bytes;
}

/** Writes a field that holds a message; the room for it must have been made. */
export function part(out: Writer, tag: number, bytes: Uint8Array): void {
  out.byte(tag);
  out.varint(bytes.length);
  out.copy(bytes);
}

/** The number of bytes of a field that holds a message of `length` bytes, with a tag of one byte. */
export function partSize(length: number): number {
  return 1 + varintSize(length) + length;
}
