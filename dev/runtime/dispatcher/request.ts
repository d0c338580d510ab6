import { varintSize } from "statefun/wire";
import type { Writer } from "statefun/wire";
import { pooledWriter } from "../pooled-writer.js";
import type { RegisteredState } from "./function-type.js";
import type { Mailbox } from "./mailbox.js";
import type { StateValues } from "./state-cache.js";
import { part, partSize } from "./wire-parts.js";

const targetTag = 0x0a;
const stateTag = 0x12;
const invocationTag = 0x1a;
const stateValueTag = 0x12;
const bytesTag = 0x1a;

/**
 * Serializes the `ToFunction` for the batch of a mailbox, with every registered state. Messages are copied as they
 * came: what is unknown to us in them stays.
 *
 * Source: ToFunction in request-reply.proto.
 */
export function requestBytes(mailbox: Mailbox, values: StateValues): Uint8Array {
  const { registered } = mailbox.type;
  const batch = mailbox.batch ?? [];
  const target = mailbox.bytes;
  let size = partSize(target.length);
  for (const state of registered.values()) size += partSize(stateSize(state, values[state.index]?.bytes));
  for (const { invocation } of batch) size += partSize(invocation.length);

  const out = pooledWriter(2 + varintSize(size) + size);
  out.byte(0xa2);
  out.byte(0x06);
  out.varint(size);
  part(out, targetTag, target);
  for (const state of registered.values()) writeState(out, state, values[state.index]?.bytes);
  for (const { invocation } of batch) part(out, invocationTag, invocation);
  return out.bytes;
}

function stateSize(state: RegisteredState, bytes: Uint8Array | undefined): number {
  return state.nameField.length + (bytes === undefined ? 0 : partSize(valueSize(state, bytes)));
}

function valueSize(state: RegisteredState, bytes: Uint8Array): number {
  return state.valueHead.length + (bytes.length === 0 ? 0 : partSize(bytes.length));
}

function writeState(out: Writer, state: RegisteredState, bytes: Uint8Array | undefined): void {
  out.byte(stateTag);
  out.varint(stateSize(state, bytes));
  out.copy(state.nameField);
  if (bytes === undefined) return;
  out.byte(stateValueTag);
  out.varint(valueSize(state, bytes));
  out.copy(state.valueHead);
  if (bytes.length > 0) part(out, bytesTag, bytes);
}
