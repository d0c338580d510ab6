import { textLength } from "./text.js";
import type { WireHeader } from "./typed-value-view.js";
import type { ValueForm } from "./value-form.js";
import { textFieldSize, varintSize, Writer } from "./writer.js";

/** The first two bytes of a `FromFunction` with a result, and of one with missing states: fields 100 and 101. */
const resultTag = [0xa2, 0x06] as const;
const incompleteTag = [0xaa, 0x06] as const;

/** A specification of a missing state, serialized: see `persistedValueSpec`. */
export type SerializedSpec = Uint8Array;

/** A `TypedValue` that is measured and ready to be written: by the form of its type, or as bytes to be repeated. */
export class Argument {
  /** The form of the type; `undefined` for bytes that are a `TypedValue` already. */
  declare readonly form: ValueForm<unknown> | undefined;
  /** The value as its type staged it, or the bytes to be repeated. */
  declare readonly staged: unknown;
  /** The headers to be written with it. */
  declare readonly headers: readonly WireHeader[] | undefined;
  /** The number of bytes of the value alone. */
  declare readonly valueSize: number;
  /** The number of bytes of the whole `TypedValue`. */
  declare readonly size: number;

  /** Use `of` or `copied`. */
  constructor(
    form: ValueForm<unknown> | undefined,
    staged: unknown,
    valueSize: number,
    size: number,
    headers: readonly WireHeader[] | undefined,
  ) {
    this.form = form;
    this.staged = staged;
    this.valueSize = valueSize;
    this.size = size;
    this.headers = headers;
  }

  /** A value that its type has staged. */
  static of<S>(form: ValueForm<S>, staged: S, headers: readonly WireHeader[] | undefined): Argument {
    const valueSize = form.size(staged);
    const fieldSize = valueSize === 0 ? 0 : 1 + varintSize(valueSize) + valueSize;
    const size = form.head.length + fieldSize + (headers === undefined ? 0 : headersSize(headers));
    return new Argument(form, staged, valueSize, size, headers);
  }

  /** A serialized `TypedValue`, to be repeated bit for bit. */
  static copied(bytes: Uint8Array): Argument {
    return new Argument(undefined, bytes, 0, bytes.length, undefined);
  }

  /** Writes the length and the bytes of the `TypedValue`. */
  writeTo(out: Writer): void {
    const { form, valueSize } = this;
    out.varint(this.size);
    if (form === undefined) {
      out.copy(this.staged as Uint8Array);
      return;
    }
    out.copy(form.head);
    if (valueSize !== 0) {
      out.byte(0x1a);
      out.varint(valueSize);
      form.write(this.staged, out, valueSize);
    }
    if (this.headers !== undefined) writeHeaders(out, this.headers);
  }
}

/**
 * The effects of one batch, written as they happen. Each of the four lists of an `InvocationResponse` has a buffer of
 * its own, because the answer holds them one behind the other.
 */
export class ResponseWriter {
  readonly #messages = new Writer();
  readonly #delayed = new Writer();
  readonly #egresses = new Writer();
  readonly #mutations = new Writer();

  /** Adds a message to the function whose `namespace` and `type` fields are `target`. */
  message(target: Uint8Array, id: string, idLength: number, argument: Argument): void {
    const addressSize = target.length + textFieldSize(idLength);
    const size = 1 + varintSize(addressSize) + addressSize + 1 + varintSize(argument.size) + argument.size;
    const out = this.#messages;
    out.reserve(size + 6);
    out.byte(0x12);
    out.varint(size);
    out.byte(0x0a);
    writeAddress(out, target, addressSize, id, idLength);
    out.byte(0x12);
    argument.writeTo(out);
  }

  /** Adds a message that is sent after `delayMillis`; an empty token names nothing. */
  delayedMessage(
    target: Uint8Array,
    id: string,
    idLength: number,
    argument: Argument,
    { delayMillis, token }: { readonly delayMillis: number; readonly token: string },
  ): void {
    const addressSize = target.length + textFieldSize(idLength);
    const tokenLength = textLength(token);
    const size =
      (delayMillis === 0 ? 0 : 1 + longVarintSize(delayMillis)) +
      (1 + varintSize(addressSize) + addressSize) +
      (1 + varintSize(argument.size) + argument.size) +
      textFieldSize(tokenLength);
    const out = this.#delayed;
    out.reserve(size + 6);
    out.byte(0x1a);
    out.varint(size);
    if (delayMillis !== 0) {
      out.byte(0x08);
      out.varint(delayMillis);
    }
    out.byte(0x12);
    writeAddress(out, target, addressSize, id, idLength);
    out.byte(0x1a);
    argument.writeTo(out);
    out.textField(0x5a, token, tokenLength);
  }

  /** Adds the cancellation of the delayed message that `token` names. */
  cancellation(token: string): void {
    const length = textLength(token);
    const size = 2 + textFieldSize(length);
    const out = this.#delayed;
    out.reserve(size + 6);
    out.byte(0x1a);
    out.varint(size);
    out.byte(0x50);
    out.byte(1);
    out.textField(0x5a, token, length);
  }

  /** Adds a record for the egress whose `egress_namespace` and `egress_type` fields are `egress`. */
  egressRecord(egress: Uint8Array, argument: Argument): void {
    writeEntry(this.#egresses, 0x22, egress, argument);
  }

  /** Adds the new value of the state whose `mutation_type` and `state_name` fields are `modify`. */
  modification(modify: Uint8Array, argument: Argument): void {
    writeEntry(this.#mutations, 0x0a, modify, argument);
  }

  /** Adds the removal of the state whose `state_name` field is `name`. DELETE is the default of the enum. */
  removal(name: Uint8Array): void {
    const out = this.#mutations;
    out.reserve(name.length + 6);
    out.byte(0x0a);
    out.varint(name.length);
    out.copy(name);
  }

  /** The finished `FromFunction`; the writer is empty afterwards. */
  taken(): Uint8Array {
    const size =
      this.#mutations.position + this.#messages.position + this.#delayed.position + this.#egresses.position;
    const answer = space(2 + varintSize(size) + size);
    let at = writeHead(answer, resultTag, size);
    at = moved(this.#mutations, answer, at);
    at = moved(this.#messages, answer, at);
    at = moved(this.#delayed, answer, at);
    moved(this.#egresses, answer, at);
    return answer;
  }

  /** Forgets what has been written. */
  clear(): void {
    this.#mutations.position = 0;
    this.#messages.position = 0;
    this.#delayed.position = 0;
    this.#egresses.position = 0;
  }

  /** The number of bytes that the buffers hold on to. */
  get capacity(): number {
    return (
      this.#mutations.bytes.length +
      this.#messages.bytes.length +
      this.#delayed.bytes.length +
      this.#egresses.bytes.length
    );
  }
}

/** Writes a list entry that is two constant fields and, as field 3, a `TypedValue`. */
function writeEntry(out: Writer, tag: number, fields: Uint8Array, argument: Argument): void {
  const size = fields.length + 1 + varintSize(argument.size) + argument.size;
  out.reserve(size + 6);
  out.byte(tag);
  out.varint(size);
  out.copy(fields);
  out.byte(0x1a);
  argument.writeTo(out);
}

/** Moves what a list holds to the answer, and returns where the next list goes. */
function moved(list: Writer, answer: Uint8Array, at: number): number {
  const { position } = list;
  if (position === 0) return at;
  copyInto(answer, at, list.bytes, position);
  list.position = 0;
  return at + position;
}

function writeAddress(out: Writer, target: Uint8Array, size: number, id: string, idLength: number): void {
  out.varint(size);
  out.copy(target);
  out.textField(0x1a, id, idLength);
}

/** The number of bytes of a varint up to 2⁵³. */
function longVarintSize(value: number): number {
  return value < 0x1000_0000 ? varintSize(value) : 1 + longVarintSize(Math.floor(value / 0x80));
}

/** The number of bytes of header fields; the tag is the same in `TypedValue` and `KafkaProducerRecord`. */
export function headersSize(headers: readonly WireHeader[]): number {
  let size = 0;
  for (const header of headers) {
    const headerSize = oneHeaderSize(header);
    size += 1 + varintSize(headerSize) + headerSize;
  }
  return size;
}

function oneHeaderSize({ key, value }: WireHeader): number {
  return textFieldSize(textLength(key)) + (value === undefined ? 0 : 2 + textFieldSize(value.length));
}

/** Writes header fields: field 4, of a key, a value and whether there is a value. */
export function writeHeaders(out: Writer, headers: readonly WireHeader[]): void {
  for (const header of headers) {
    const { key, value } = header;
    out.byte(0x22);
    out.varint(oneHeaderSize(header));
    out.textField(0x0a, key, textLength(key));
    if (value === undefined) continue;
    if (value.length > 0) {
      out.byte(0x12);
      out.varint(value.length);
      out.copy(value);
    }
    out.byte(0x18);
    out.byte(1);
  }
}

/** The serialized `FromFunction` that asks for states. */
export function incompleteResponse(missing: readonly SerializedSpec[]): Uint8Array {
  const list = new Writer();
  for (const spec of missing) {
    list.reserve(spec.length + 6);
    list.byte(0x0a);
    list.varint(spec.length);
    list.copy(spec);
  }
  const size = list.position;
  const answer = new Uint8Array(2 + varintSize(size) + size);
  copyInto(answer, writeHead(answer, incompleteTag, size), list.bytes, size);
  return answer;
}

/** How a state expires, with the numbers that the wire uses. */
export interface WireExpiration {
  /** What starts the time anew. */
  readonly mode: "after-write" | "after-call";
  /** The time, in milliseconds. */
  readonly millis: number;
}

/** A serialized `PersistedValueSpec`. */
export function persistedValueSpec(
  name: string,
  typename: string,
  expiration: WireExpiration | undefined,
): SerializedSpec {
  const nameLength = textLength(name);
  const typenameLength = textLength(typename);
  const expirationSize = expiration === undefined ? 0 : 3 + longVarintSize(expiration.millis);
  const out = new Writer();
  out.reserve(textFieldSize(nameLength) + textFieldSize(typenameLength) + 2 + expirationSize);
  out.textField(0x0a, name, nameLength);
  if (expiration !== undefined) {
    out.byte(0x12);
    out.varint(expirationSize);
    out.byte(0x08);
    out.byte(expiration.mode === "after-write" ? 1 : 2);
    out.byte(0x10);
    out.varint(expiration.millis);
  }
  out.textField(0x1a, typename, typenameLength);
  return out.taken();
}

function writeHead(answer: Uint8Array, tag: readonly [number, number], size: number): number {
  answer[0] = tag[0];
  answer[1] = tag[1];
  let at = 2;
  let rest = size;
  for (; rest >= 0x80; rest >>>= 7) answer[at++] = (rest & 0x7f) | 0x80;
  answer[at++] = rest;
  return at;
}

/** Copies of part of an array below this many bytes are made by a loop: a native copy needs a view of it first. */
const shortPart = 36;

function copyInto(answer: Uint8Array, at: number, from: Uint8Array, length: number): void {
  if (length < shortPart) {
    for (let i = 0; i < length; i++) answer[at + i] = from[i] as number;
  } else answer.set(new Uint8Array(from.buffer, from.byteOffset, length), at);
}

/** The size of the piece of memory that small answers are cut from, and what counts as small. */
const slabSize = 64 * 1024;
const smallAnswer = 4 * 1024;

let slab = new ArrayBuffer(0);
let slabUsed = 0;

/**
 * Memory for one answer. Small ones share a slab, as Node's own buffers do, because a byte array with memory of its
 * own costs twenty times a view.
 */
function space(size: number): Uint8Array {
  if (size > smallAnswer) return new Uint8Array(size);
  if (slabUsed + size > slab.byteLength) {
    slab = new ArrayBuffer(slabSize);
    slabUsed = 0;
  }
  const start = slabUsed;
  slabUsed += size;
  return new Uint8Array(slab, start, size);
}
