/**
 * A second decoder of StateFun's messages, with the codec's rules and none of its cleverness: every message is taken
 * apart into a list of its fields, and every question is answered by looking through that list. Slow on purpose.
 */

/** An `Address`. */
export interface Address {
  readonly namespace: string;
  readonly name: string;
  readonly id: string;
}

/** One header; `value` is `undefined` for a null header. */
export interface Header {
  readonly key: string;
  readonly value: Uint8Array | undefined;
}

/** A `TypedValue`. */
export interface TypedValue {
  readonly typename: string;
  readonly hasValue: boolean;
  readonly value: Uint8Array;
  readonly headers: readonly Header[];
}

/** A `PersistedValue`. */
export interface State {
  readonly name: string;
  readonly value: TypedValue | undefined;
}

/** An `Invocation` of a `ToFunction`. */
export interface Invocation {
  readonly caller: Address | undefined;
  readonly argument: TypedValue | undefined;
}

/** A `ToFunction`, as every decoder but the codec gives it. */
export interface Request<I extends Invocation = Invocation> {
  readonly target: Address | undefined;
  readonly states: readonly State[];
  readonly invocations: readonly I[];
}

/** An `Invocation` with the argument as it stands in the request; of several, one behind the other. */
export interface SerializedInvocation extends Invocation {
  readonly argumentBytes: Uint8Array;
}

/** Which rule bytes break. */
export type Rule =
  | "cut short"
  | "beyond the end"
  | "more than ten bytes"
  | "more than 32 bits"
  | "field zero"
  | "wire type"
  | "group end"
  | "group depth"
  | "not UTF-8"
  | "foreign wire type";

/** Thrown for bytes that break a rule. */
export class RuleBroken extends Error {
  readonly rule: Rule;

  constructor(rule: Rule) {
    super(rule);
    this.rule = rule;
  }
}

/** A field as it stands: a number for varints, bytes for everything else. Groups have no content. */
interface Field {
  readonly number: number;
  readonly wireType: number;
  readonly value: bigint;
  readonly bytes: Uint8Array;
}

const none = new Uint8Array(0);

/** How deep groups may be nested. */
const deepestGroup = 100;

/** Takes bytes apart into the fields of one message, of which the groups are checked and dropped. */
export function fieldsOf(bytes: Uint8Array): readonly Field[] {
  const fields: Field[] = [];
  const rest = new Bytes(bytes);
  while (!rest.isEmpty) fields.push(oneField(rest, 0));
  return fields;
}

function oneField(rest: Bytes, depth: number): Field {
  const tag = rest.varint32();
  const number = Number(tag >> 3n);
  const wireType = Number(tag & 7n);
  if (number === 0) throw new RuleBroken("field zero");
  switch (wireType) {
    case 0:
      return { number, wireType, value: rest.varint(), bytes: none };
    case 1:
      return { number, wireType, value: 0n, bytes: rest.next(8, "cut short") };
    case 2:
      return { number, wireType, value: 0n, bytes: rest.next(Number(rest.varint32()), "beyond the end") };
    case 3:
      return group(rest, number, depth + 1);
    case 5:
      return { number, wireType, value: 0n, bytes: rest.next(4, "cut short") };
    default:
      return { number, wireType: endGroup(wireType, depth), value: 0n, bytes: none };
  }
}

function group(rest: Bytes, number: number, depth: number): Field {
  if (depth > deepestGroup) throw new RuleBroken("group depth");
  for (;;) {
    const field = oneField(rest, depth);
    if (field.wireType !== 4) continue;
    if (field.number !== number) throw new RuleBroken("group end");
    return { number, wireType: 3, value: 0n, bytes: none };
  }
}

/** Wire type 4 ends a group, and is nothing outside of one; 6 and 7 are nothing anywhere. */
function endGroup(wireType: number, depth: number): 4 {
  if (wireType !== 4) throw new RuleBroken("wire type");
  if (depth === 0) throw new RuleBroken("group end");
  return 4;
}

/** Bytes that are taken from the front. */
class Bytes {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isEmpty(): boolean {
    return this.#position === this.#bytes.length;
  }

  next(count: number, rule: Rule): Uint8Array {
    if (count > this.#bytes.length - this.#position) throw new RuleBroken(rule);
    this.#position += count;
    return this.#bytes.subarray(this.#position - count, this.#position);
  }

  /** A varint of at most ten bytes, of which 64 bits count. */
  varint(): bigint {
    let value = 0n;
    for (let i = 0n; i < 10n; i++) {
      const byte = this.next(1, "cut short")[0] as number;
      value |= BigInt(byte & 0x7f) << (7n * i);
      if (byte < 0x80) return value;
    }
    throw new RuleBroken("more than ten bytes");
  }

  /** A tag or a length: a varint of at most five bytes and 32 bits. */
  varint32(): bigint {
    const start = this.#position;
    const value = this.varint();
    if (value >= 1n << 32n || this.#position - start > 5) throw new RuleBroken("more than 32 bits");
    return value;
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text in bytes. Throws where they are not UTF-8. */
export function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new RuleBroken("not UTF-8");
  }
}

/** The last one of a text field, each of which must be text. */
export function text(fields: readonly Field[], number: number): string {
  return delimited(fields, number).map(textOf).at(-1) ?? "";
}

/** The last one of a field of bytes. */
export function bytes(fields: readonly Field[], number: number): Uint8Array {
  return delimited(fields, number).at(-1) ?? none;
}

/** The last one of a number field, as 64 signed bits. */
export function int64(fields: readonly Field[], number: number): bigint {
  return BigInt.asIntN(64, varints(fields, number).at(-1) ?? 0n);
}

/** The last one of an enum field. */
export function int32(fields: readonly Field[], number: number): number {
  return Number(BigInt.asIntN(32, varints(fields, number).at(-1) ?? 0n));
}

/** The last one of a bool field. */
export function bool(fields: readonly Field[], number: number): boolean {
  return (varints(fields, number).at(-1) ?? 0n) !== 0n;
}

/** A message field: of several, their merge, which is what their bytes say one behind the other. */
export function message<T>(
  fields: readonly Field[],
  number: number,
  decode: (bytes: Uint8Array) => T,
): T | undefined {
  const parts = delimited(fields, number);
  const decoded = parts.map(decode);
  return parts.length > 1 ? decode(joined(parts)) : decoded[0];
}

/** A repeated message field. */
export function messages<T>(fields: readonly Field[], number: number, decode: (bytes: Uint8Array) => T): T[] {
  return delimited(fields, number).map(decode);
}

/** The occurrences of a field with a length; with another wire type it is a field that nobody knows. */
export function delimited(fields: readonly Field[], number: number): readonly Uint8Array[] {
  return fields
    .filter((field) => field.number === number && field.wireType === 2)
    .map((field) => field.bytes);
}

function varints(fields: readonly Field[], number: number): readonly bigint[] {
  return fields
    .filter((field) => field.number === number && field.wireType === 0)
    .map((field) => field.value);
}

/** Bytes one behind the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length < 2) return parts[0] ?? none;
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Decodes a `ToFunction`. Throws {@link RuleBroken}. */
export function decodeRequest(bytes: Uint8Array): Request<SerializedInvocation> {
  const nobody = { target: undefined, states: [], invocations: [] };
  return message(fieldsOf(bytes), 100, decodeBatch) ?? nobody;
}

function decodeBatch(bytes: Uint8Array): Request<SerializedInvocation> {
  const fields = fieldsOf(bytes);
  return {
    target: message(fields, 1, decodeAddress),
    states: messages(fields, 2, decodeState),
    invocations: messages(fields, 3, decodeInvocation),
  };
}

/** Decodes an `Address`. */
export function decodeAddress(bytes: Uint8Array): Address {
  const fields = fieldsOf(bytes);
  return { namespace: text(fields, 1), name: text(fields, 2), id: text(fields, 3) };
}

/** Decodes a `TypedValue`. */
export function decodeTypedValue(given: Uint8Array): TypedValue {
  const fields = fieldsOf(given);
  return {
    typename: text(fields, 1),
    hasValue: bool(fields, 2),
    value: bytes(fields, 3),
    headers: messages(fields, 4, decodeHeader),
  };
}

function decodeHeader(given: Uint8Array): Header {
  const fields = fieldsOf(given);
  const header = { key: text(fields, 1), value: bytes(fields, 2) };
  return bool(fields, 3) ? header : { ...header, value: undefined };
}

function decodeState(bytes: Uint8Array): State {
  const fields = fieldsOf(bytes);
  return { name: text(fields, 1), value: message(fields, 2, decodeTypedValue) };
}

function decodeInvocation(bytes: Uint8Array): SerializedInvocation {
  const fields = fieldsOf(bytes);
  return {
    caller: message(fields, 1, decodeAddress),
    argument: message(fields, 2, decodeTypedValue),
    argumentBytes: joined(delimited(fields, 2)),
  };
}
