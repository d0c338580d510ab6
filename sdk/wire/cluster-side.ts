import { Reader } from "./reader.js";
import { readTypedValue, TypedValueView } from "./typed-value-view.js";
import { textBytes } from "./text.js";
import { Writer } from "./writer.js";

// The mirror image of request.ts and response.ts: what a cluster writes and reads. Arguments stay serialized, because
// the cluster repeats them bit for bit, fields that are unknown to it included.

/** An `Address`, decoded. */
export interface WireAddress {
  /** The part of the typename before the slash. */
  /** The part of the typename behind the slash; the wire calls it `type`. */
  readonly namespace: string;
  /** The part of the typename behind the slash; the wire calls it `type`. */
  readonly name: string;
  /** Which instance. */
  readonly id: string;
}

/** A state value that the cluster sends along; without `value` it is registered and holds none. */
export interface WireState {
  /** The name of the state value. */
  readonly name: string;
  /** Its value; left out if it is registered and holds none. */
  readonly value?: { readonly typename: string; readonly bytes: Uint8Array } | undefined;
}

/** One message of a batch; `argument` is a serialized `TypedValue`. */
export interface WireInvocation {
  /** Who sent it; left out for a message from an ingress. */
  readonly caller?: WireAddress | undefined;
  /** The message, a serialized `TypedValue`. */
  readonly argument: Uint8Array;
}

/** What a `ToFunction` says. */
export interface WireBatch {
  /** The address that the batch is for. */
  readonly target: WireAddress;
  /** The registered states of the function. */
  readonly states: readonly WireState[];
  /** The messages, in order of arrival. */
  readonly invocations: readonly WireInvocation[];
}

/** A change of a state value. `type` is the number on the wire: 0 deletes, 1 modifies, others do not exist. */
export interface WireMutation {
  /** The number of the mutation's type: 0 deletes, 1 modifies. */
  readonly type: number;
  /** The name of the state value. */
  readonly name: string;
  /** The new value; `undefined` where the wire has none. */
  readonly value:
    { readonly typename: string; readonly hasValue: boolean; readonly bytes: Uint8Array } | undefined;
}

/** A message to a function. */
export interface WireMessage {
  /** The address it goes to. */
  readonly target: WireAddress;
  /** The message, a serialized `TypedValue`. */
  readonly argument: Uint8Array;
}

/** A delayed message, or the cancellation of one, which has a token and nothing else. */
export interface WireDelayedMessage extends WireMessage {
  /** Whether this cancels a message rather than being one. */
  readonly isCancellation: boolean;
  /** The token; the empty string if there is none. */
  readonly cancellationToken: string;
  /** As on the wire: possibly negative, which a cluster does not survive. */
  readonly delayMillis: bigint;
}

/** A record for an egress. */
export interface WireEgressRecord {
  /** The part of the egress's typename before the slash. */
  /** The part of the egress's typename behind the slash. */
  readonly namespace: string;
  /** The part of the typename behind the slash; the wire calls it `type`. */
  readonly name: string;
  /** The record, a serialized `TypedValue`. */
  readonly argument: Uint8Array;
}

/** A state that the function wants registered. `mode` is the number on the wire: 1 after write, 2 after call. */
export interface WireValueSpec {
  /** The name of the state value. */
  readonly name: string;
  /** The typename of its type. */
  readonly typename: string;
  /** When it expires; `undefined` where the wire does not say. */
  readonly expiration: { readonly mode: number; readonly millis: bigint } | undefined;
}

/** What a `FromFunction` says: the effects of a batch, or the states that are missing to run it. */
export type WireResponse =
  | {
      readonly kind: "result";
      readonly mutations: readonly WireMutation[];
      readonly messages: readonly WireMessage[];
      readonly delayed: readonly WireDelayedMessage[];
      readonly egresses: readonly WireEgressRecord[];
    }
  | { readonly kind: "incomplete"; readonly missing: readonly WireValueSpec[] };

/** The tags and lengths around a typename and a value, and the bytes that say that there is one. */
const typedValueOverhead = 14;

/** Serializes a `TypedValue`; `hasValue` is false where `bytes` is left out. */
export function serializedTypedValue(typename: string, bytes?: Uint8Array): Uint8Array {
  const name = textBytes(typename);
  const out = new Writer(name.length + (bytes?.length ?? 0) + typedValueOverhead);
  field(out, 0x0a, name);
  if (bytes !== undefined) {
    out.reserve(2);
    out.byte(0x10);
    out.byte(1);
    field(out, 0x1a, bytes);
  }
  return out.taken();
}

/** Serializes a `ToFunction`. */
export function serializedBatch({ target, states, invocations }: WireBatch): Uint8Array {
  const batch = new Writer();
  message(batch, 0x0a, serializedAddress(target));
  for (const state of states) {
    const out = new Writer();
    field(out, 0x0a, textBytes(state.name));
    if (state.value !== undefined) {
      message(out, 0x12, serializedTypedValue(state.value.typename, state.value.bytes));
    }
    message(batch, 0x12, out.taken());
  }
  for (const { caller, argument } of invocations) {
    const out = new Writer();
    if (caller !== undefined) message(out, 0x0a, serializedAddress(caller));
    message(out, 0x12, argument);
    message(batch, 0x1a, out.taken());
  }
  const body = batch.taken();
  const request = new Writer();
  request.reserve(body.length + 7);
  request.byte(0xa2);
  request.byte(0x06);
  request.varint(body.length);
  request.copy(body);
  return request.taken();
}

function serializedAddress({ namespace, name, id }: WireAddress): Uint8Array {
  const out = new Writer();
  field(out, 0x0a, textBytes(namespace));
  field(out, 0x12, textBytes(name));
  field(out, 0x1a, textBytes(id));
  return out.taken();
}

/** Writes a field of bytes or text; nothing if it is empty, as proto3 says. */
function field(out: Writer, tag: number, bytes: Uint8Array): void {
  if (bytes.length > 0) message(out, tag, bytes);
}

/** Writes a field that holds a message, which is there even if it is empty. */
function message(out: Writer, tag: number, bytes: Uint8Array): void {
  out.reserve(bytes.length + 6);
  out.byte(tag);
  out.varint(bytes.length);
  out.copy(bytes);
}

/**
 * Reads a `FromFunction`. One without a result and without missing states, such as no bytes at all, is a result
 * without effects.
 *
 * @throws StateFunError `malformed-request` if the bytes are cut short or cannot be a `FromFunction`
 *
 * Source: FromFunction in request-reply.proto.
 */
export function readResponse(bytes: Uint8Array): WireResponse {
  const reader = new Reader(bytes);
  const end = bytes.length;
  let result = emptyResult();
  let incomplete: WireValueSpec[] | undefined;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === resultField) {
      if (incomplete !== undefined) result = emptyResult(); // of two arms of a oneof, the last one counts
      incomplete = undefined;
      readResult(reader, reader.delimited(end), result);
    } else if (tag === incompleteField) {
      incomplete ??= [];
      readMissing(reader, reader.delimited(end), incomplete);
    } else {
      reader.skip(tag, end);
    }
  }
  if (incomplete !== undefined) return { kind: "incomplete", missing: incomplete };
  return { kind: "result", ...result };
}

const resultField = (100 << 3) | 2;
const incompleteField = (101 << 3) | 2;

interface Result {
  readonly mutations: WireMutation[];
  readonly messages: WireMessage[];
  readonly delayed: WireDelayedMessage[];
  readonly egresses: WireEgressRecord[];
}

function emptyResult(): Result {
  return { mutations: [], messages: [], delayed: [], egresses: [] };
}

/** Calls `read` for each field up to `end`; a field that it does not know, for which it returns false, is skipped. */
function eachField(reader: Reader, end: number, read: (tag: number) => boolean): void {
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (!read(tag)) reader.skip(tag, end);
  }
}

function readResult(reader: Reader, end: number, result: Result): void {
  eachField(reader, end, (tag) => {
    if (tag === 0x0a) result.mutations.push(readMutation(reader, reader.delimited(end)));
    else if (tag === 0x12) result.messages.push(readMessage(reader, reader.delimited(end)));
    else if (tag === 0x1a) result.delayed.push(readDelayed(reader, reader.delimited(end)));
    else if (tag === 0x22) result.egresses.push(readEgressRecord(reader, reader.delimited(end)));
    else return false;
    return true;
  });
}

function readMutation(reader: Reader, end: number): WireMutation {
  let type = 0;
  let name = "";
  let view: TypedValueView | undefined;
  eachField(reader, end, (tag) => {
    if (tag === 0x08) type = reader.int32(end);
    else if (tag === 0x12) name = reader.text(end);
    else if (tag === 0x1a) {
      view ??= new TypedValueView(reader.bytes);
      readTypedValue(reader, reader.delimited(end), view);
    } else return false;
    return true;
  });
  if (view === undefined) return { type, name, value: undefined };
  const { typename, hasValue } = view;
  return { type, name, value: { typename, hasValue, bytes: view.value() } };
}

function readMessage(reader: Reader, end: number): WireMessage {
  const target = { namespace: "", name: "", id: "" };
  const argument = new Parts(reader);
  eachField(reader, end, (tag) => {
    if (tag === 0x0a) readAddress(reader, reader.delimited(end), target);
    else if (tag === 0x12) argument.take(reader.delimited(end));
    else return false;
    return true;
  });
  return { target, argument: argument.joined };
}

function readDelayed(reader: Reader, end: number): WireDelayedMessage {
  const target = { namespace: "", name: "", id: "" };
  const argument = new Parts(reader);
  let isCancellation = false;
  let cancellationToken = "";
  let delayMillis = 0n;
  eachField(reader, end, (tag) => {
    if (tag === 0x08) delayMillis = reader.int64(end);
    else if (tag === 0x12) readAddress(reader, reader.delimited(end), target);
    else if (tag === 0x1a) argument.take(reader.delimited(end));
    else if (tag === 0x50) isCancellation = reader.bool(end);
    else if (tag === 0x5a) cancellationToken = reader.text(end);
    else return false;
    return true;
  });
  return { isCancellation, cancellationToken, delayMillis, target, argument: argument.joined };
}

function readEgressRecord(reader: Reader, end: number): WireEgressRecord {
  let namespace = "";
  let name = "";
  const argument = new Parts(reader);
  eachField(reader, end, (tag) => {
    if (tag === 0x0a) namespace = reader.text(end);
    else if (tag === 0x12) name = reader.text(end);
    else if (tag === 0x1a) argument.take(reader.delimited(end));
    else return false;
    return true;
  });
  return { namespace, name, argument: argument.joined };
}

function readAddress(
  reader: Reader,
  end: number,
  address: { namespace: string; name: string; id: string },
): void {
  eachField(reader, end, (tag) => {
    if (tag === 0x0a) address.namespace = reader.text(end);
    else if (tag === 0x12) address.name = reader.text(end);
    else if (tag === 0x1a) address.id = reader.text(end);
    else return false;
    return true;
  });
}

function readMissing(reader: Reader, end: number, missing: WireValueSpec[]): void {
  eachField(reader, end, (tag) => {
    if (tag !== 0x0a) return false;
    missing.push(readValueSpec(reader, reader.delimited(end)));
    return true;
  });
}

function readValueSpec(reader: Reader, end: number): WireValueSpec {
  let name = "";
  let typename = "";
  let expiration: { mode: number; millis: bigint } | undefined;
  eachField(reader, end, (tag) => {
    if (tag === 0x0a) name = reader.text(end);
    else if (tag === 0x1a) typename = reader.text(end);
    else if (tag === 0x12)
      readExpiration(reader, reader.delimited(end), (expiration ??= { mode: 0, millis: 0n }));
    else return false;
    return true;
  });
  return { name, typename, expiration };
}

function readExpiration(reader: Reader, end: number, expiration: { mode: number; millis: bigint }): void {
  eachField(reader, end, (tag) => {
    if (tag === 0x08) expiration.mode = reader.int32(end);
    else if (tag === 0x10) expiration.millis = reader.int64(end);
    else return false;
    return true;
  });
}

/** A message field that is kept serialized: its bytes, or several of them joined, which is how proto3 merges. */
class Parts {
  readonly #reader: Reader;
  joined: Uint8Array = new Uint8Array(0);

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** Takes the bytes up to `stop`, checking that they are a `TypedValue`. */
  take(stop: number): void {
    const { bytes, position } = this.#reader;
    const part = bytes.subarray(position, stop);
    readTypedValue(this.#reader, stop, new TypedValueView(bytes));
    if (this.joined.length === 0) {
      this.joined = part;
      return;
    }
    const both = new Uint8Array(this.joined.length + part.length);
    both.set(this.joined);
    both.set(part, this.joined.length);
    this.joined = both;
  }
}
