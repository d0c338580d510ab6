import { Reader } from "statefun/wire";
import type { FunctionAddress } from "../address.js";

/**
 * Takes a serialized `Invocation` apart: who sent it, and the serialized `TypedValue`.
 *
 * @throws StateFunError `malformed-request` if it is none
 */
export function messageOf(invocation: Uint8Array): {
  readonly caller: FunctionAddress | undefined;
  readonly argument: Uint8Array;
} {
  const reader = new Reader(invocation);
  let caller: FunctionAddress | undefined;
  let argument = new Uint8Array(0);
  while (reader.position < invocation.length) {
    const tag = reader.tag(invocation.length);
    const end = reader.delimited(invocation.length);
    if (tag === 0x0a) caller = readAddress(reader, end);
    else argument = invocation.subarray(reader.position, end) as Uint8Array<ArrayBuffer>;
    reader.position = end;
  }
  return { caller, argument };
}

function readAddress(reader: Reader, end: number): FunctionAddress {
  const address = { namespace: "", name: "", id: "" };
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === 0x0a) address.namespace = reader.text(end);
    else if (tag === 0x12) address.name = reader.text(end);
    else if (tag === 0x1a) address.id = reader.text(end);
    else reader.skip(tag, end);
  }
  return address;
}
