import { Reader } from "./reader.js";
import { readText } from "./text.js";
import { readTypedValue, TypedValueView } from "./typed-value-view.js";

const noBytes = new Uint8Array(0);

/** An `Address` where it stands in a request; its id is decoded when asked for, since many functions never ask. */
export class AddressView {
  /** The part of the typename before the slash. */
  namespace = "";
  /** The part of the typename behind the slash; the wire calls it `type`. */
  name = "";
  /** The bytes of the request, and where the id begins and ends in them; checked to be UTF-8. */
  bytes: Uint8Array = noBytes;
  /** Where the id begins in `bytes`. */
  idStart = 0;
  /** Where the id ends in `bytes`. */
  idEnd = 0;
  #id: string | undefined;

  /** Which instance. */
  get id(): string {
    return (this.#id ??= readText(this.bytes, this.idStart, this.idEnd) ?? "");
  }

  /** Whether all three parts are empty, which is how some clusters write "no caller". */
  get isEmpty(): boolean {
    return this.namespace === "" && this.name === "" && this.idStart === this.idEnd;
  }
}

/** A `PersistedValue` where it stands in a request: a state name and the value that the cluster holds, if any. */
export class StateView extends TypedValueView {
  /** The name of the state value. */
  name = "";
}

/** An `Invocation` where it stands in a request: a message, and where its caller is written. */
export class InvocationView extends TypedValueView {
  /** Where the caller's `Address` begins; `callerEnd` is zero if there is none. */
  callerStart = 0;
  /** Where the caller ends. */
  callerEnd = 0;

  /**
   * Decodes the caller's address. `undefined` for a message from an ingress.
   *
   * @throws StateFunError `malformed-request` if the bytes have been changed since they were read
   */
  caller(): AddressView | undefined {
    if (this.callerEnd === 0) return undefined;
    const caller = new AddressView();
    readAddress(new Reader(this.bytes, this.callerStart), this.callerEnd, caller);
    return caller.isEmpty ? undefined : caller;
  }
}

/** A decoded `ToFunction`: one batch, as views on its bytes. */
export interface RequestView {
  /** The address that the batch is for. */
  readonly target: AddressView;
  /** The states that the cluster knows of, in the order of the request. */
  readonly states: readonly StateView[];
  /** The messages, in order of arrival. */
  readonly invocations: readonly InvocationView[];
}

/**
 * Reads a `ToFunction`, checking all of it in one pass and decoding only names and the target.
 *
 * As proto3 asks, unknown fields are passed over, the last of several scalars wins, and messages that occur more than
 * once are merged.
 *
 * @returns the batch, or `undefined` if the bytes hold no target, which no cluster sends
 * @throws StateFunError `malformed-request` if the bytes are cut short or cannot be a `ToFunction`
 *
 * Source: ToFunction in request-reply.proto.
 */
export function readRequest(bytes: Uint8Array): RequestView | undefined {
  const reader = new Reader(bytes);
  const batch = new BatchView();
  const end = bytes.length;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === invocationBatch) readBatch(reader, reader.delimited(end), batch);
    else reader.skip(tag, end);
  }
  return batch.hasTarget ? batch : undefined;
}

/** The tag of field 100 of `ToFunction`, the bytes A2 06. */
const invocationBatch = (100 << 3) | 2;

const noStates: StateView[] = [];
const noInvocations: InvocationView[] = [];

/** Adds to a list. A first element makes an array of just that size, where `push` would make room for 17. */
function appended<T>(list: T[], element: T): T[] {
  if (list.length === 0) return [element];
  list.push(element);
  return list;
}

class BatchView implements RequestView {
  readonly target = new AddressView();
  states: StateView[] = noStates;
  invocations: InvocationView[] = noInvocations;
  hasTarget = false;
}

function readBatch(reader: Reader, end: number, batch: BatchView): void {
  while (reader.position < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case 0x0a:
        readAddress(reader, reader.delimited(end), batch.target);
        batch.hasTarget = true;
        break;
      case 0x12:
        batch.states = appended(batch.states, readState(reader, reader.delimited(end)));
        break;
      case 0x1a:
        batch.invocations = appended(batch.invocations, readInvocation(reader, reader.delimited(end)));
        break;
      default:
        reader.skip(tag, end);
    }
  }
}

function readAddress(reader: Reader, end: number, address: AddressView): void {
  while (reader.position < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case 0x0a:
        address.namespace = reader.name(end);
        break;
      case 0x12:
        address.name = reader.name(end);
        break;
      case 0x1a:
        address.idEnd = reader.checkText(end);
        address.idStart = reader.textStart;
        address.bytes = reader.bytes;
        break;
      default:
        reader.skip(tag, end);
    }
  }
}

/** Passes over an `Address`, checking it as `readAddress` would. */
function checkAddress(reader: Reader, end: number): void {
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === 0x0a || tag === 0x12 || tag === 0x1a) reader.checkText(end);
    else reader.skip(tag, end);
  }
}

function readState(reader: Reader, end: number): StateView {
  const state = new StateView(reader.bytes);
  while (reader.position < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case 0x0a:
        state.name = reader.name(end);
        break;
      case 0x12:
        readTypedValue(reader, reader.delimited(end), state);
        break;
      default:
        reader.skip(tag, end);
    }
  }
  return state;
}

function readInvocation(reader: Reader, end: number): InvocationView {
  const invocation = new InvocationView(reader.bytes);
  const start = reader.position;
  let callers = 0;
  let messages = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case 0x0a: {
        const stop = reader.delimited(end);
        callers++;
        invocation.callerStart = reader.position;
        invocation.callerEnd = stop;
        checkAddress(reader, stop);
        break;
      }
      case 0x12: {
        const stop = reader.delimited(end);
        messages++;
        invocation.start = reader.position;
        invocation.end = stop;
        readTypedValue(reader, stop, invocation);
        break;
      }
      default:
        reader.skip(tag, end);
    }
  }
  return callers > 1 || messages > 1 ? mergedInvocation(reader.bytes, start, end) : invocation;
}

/**
 * Reads an invocation whose caller or message occurs more than once, which no cluster sends. Messages put one behind
 * the other are their merge, so the parts are joined and read again.
 */
function mergedInvocation(bytes: Uint8Array, start: number, end: number): InvocationView {
  const caller = joinedField(bytes, start, end, 0x0a);
  const message = joinedField(bytes, start, end, 0x12);
  const joined = new Uint8Array(caller.length + message.length);
  joined.set(caller);
  joined.set(message, caller.length);

  const invocation = new InvocationView(joined);
  invocation.callerEnd = caller.length;
  invocation.start = caller.length;
  invocation.end = joined.length;
  readTypedValue(new Reader(joined, caller.length), joined.length, invocation);
  return invocation;
}

function joinedField(bytes: Uint8Array, start: number, end: number, wanted: number): Uint8Array {
  const reader = new Reader(bytes, start);
  const joined = new Uint8Array(end - start); // all parts together are shorter than the message they are in
  let length = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag !== wanted) {
      reader.skip(tag, end);
      continue;
    }
    const stop = reader.delimited(end);
    joined.set(bytes.subarray(reader.position, stop), length);
    length += stop - reader.position;
    reader.position = stop;
  }
  return joined.subarray(0, length);
}
