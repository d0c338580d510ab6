import { StateFunError } from "../errors.js";
import type { Codec } from "../values/codec.js";
import { describeValue, isBytes, refused } from "../values/codec.js";
import type { Message } from "../values/message.js";
import { ReceivedMessage } from "../values/message.js";
import type { TypedValue } from "../values/typed-value.js";
import { originOf } from "../values/typed-value.js";
import { checkedTextLength, recurringTextLength } from "../wire/text.js";
import type { ValueForm } from "../wire/value-form.js";
import type { Writer } from "../wire/writer.js";
import { textFields, varintSize } from "../wire/writer.js";

/**
 * What the value of an egress record may be: a typed value, whose serialized form is written; text, written as UTF-8;
 * bytes; or a received message, whose bytes are repeated. A bare number is none of these: say which type it is.
 */
export type RecordValue = TypedValue | Message | string | Uint8Array;

/** How bytes were made: by the codec of a typed value, from text, or as they are. */
export type WrittenAs = Codec<unknown> | "text" | "bytes";

/** The value of a record, measured and ready to be written. */
export interface StagedRecordValue {
  readonly form: Pick<ValueForm<unknown>, "write">;
  readonly staged: unknown;
  /** The number of bytes it takes. */
  readonly size: number;
  /** How the bytes were made, for whoever wants to read them again. */
  readonly writtenAs: WrittenAs;
}

const textForm: StagedRecordValue["form"] = {
  write(text, out, size) {
    out.text(text as string, size);
  },
};

const bytesForm: StagedRecordValue["form"] = {
  write(bytes, out) {
    out.copy(bytes as Uint8Array);
  },
};

/** Measures the value of a record. Throws `invalid-argument` or `serialization`. */
export function stagedRecordValue(egress: string, value: unknown): StagedRecordValue {
  if (typeof value === "string") {
    const size = checkedTextLength(value);
    if (size !== -1) return { form: textForm, staged: value, size, writtenAs: "text" };
    throw refused(egress, "the record's value holds half of a surrogate pair, which UTF-8 cannot carry");
  }
  if (isBytes(value)) return stagedBytes(value);
  if (typeof value === "object" && value !== null) {
    const codec = originOf(value) as Codec<unknown> | undefined;
    if (codec !== undefined) {
      const staged = codec.stage((value as TypedValue).value);
      return { form: codec, staged, size: codec.size(staged), writtenAs: codec };
    }
    const { bytes } = value as Partial<Message>;
    if (isBytes(bytes)) return stagedBytes(bytes);
  }
  throw new StateFunError(
    "invalid-argument",
    `the value of a record for ${egress} is ${describeValue(value)}: pass a typed value such as types.long(1n) or Order({…}), text, or a Uint8Array`,
    { typename: egress },
  );
}

function stagedBytes(bytes: Uint8Array): StagedRecordValue {
  return { form: bytesForm, staged: bytes, size: bytes.length, writtenAs: "bytes" };
}

/** Checks a text field of a record and returns its length in bytes. Throws `invalid-argument`. */
export function textField(egress: string, field: string, text: unknown, required: boolean): number {
  if (text === undefined && !required) return 0;
  if (typeof text === "string" && !(required && text === "")) {
    const length = recurringTextLength(text);
    if (length !== -1) return length;
  }
  throw new StateFunError(
    "invalid-argument",
    `a record for ${egress} ${text === undefined || text === "" ? `has no ${field}` : `has ${describeValue(text)} as its ${field}`}: give it ${required ? "non-empty " : ""}text`,
    { typename: egress },
  );
}

/** The number of bytes of the staged value as a field; none for a value of no bytes. */
export function recordValueFieldSize(size: number): number {
  return size === 0 ? 0 : 1 + varintSize(size) + size;
}

/** Writes the staged value as field 2, `value_bytes`. */
export function writeRecordValue({ form, staged, size }: StagedRecordValue, out: Writer): void {
  if (size === 0) return;
  out.byte(0x12);
  out.varint(size);
  form.write(staged, out, size);
}

/** Whether `given` is a received message that holds a whole record already, to be repeated as it is. */
export function isMessageOf(given: object, typename: string): boolean {
  return (
    "hasValue" in given && given instanceof ReceivedMessage && given.typename === typename && given.hasValue
  );
}

/**
 * A text field that hardly ever changes, such as a topic: serialized once, and again only when another text comes.
 * Throws `invalid-argument` for what is not non-empty text.
 */
export class ConstantTextField {
  readonly #tag: number;
  readonly #egress: string;
  readonly #field: string;
  #text: unknown = undefined;
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(tag: number, egress: string, field: string) {
    this.#tag = tag;
    this.#egress = egress;
    this.#field = field;
  }

  serialized(text: unknown): Uint8Array {
    if (text === this.#text && text !== undefined) return this.#bytes;
    textField(this.#egress, this.#field, text, true);
    this.#bytes = textFields([this.#tag, text as string]);
    this.#text = text;
    return this.#bytes;
  }
}
