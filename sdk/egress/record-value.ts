import { StateFunError } from "../errors.js";
import type { Codec } from "../values/codec.js";
import { describeValue, isBytes, refused } from "../values/codec.js";
import type { Message } from "../values/message.js";
import { ReceivedMessage } from "../values/message.js";
import type { TypedValue } from "../values/typed-value.js";
import { originOf } from "../values/typed-value.js";
import { isWellFormed, textLength } from "../wire/text.js";
import type { ValueForm } from "../wire/value-form.js";
import type { Writer } from "../wire/writer.js";
import { varintSize } from "../wire/writer.js";

/**
 * What the value of an egress record may be: a typed value, whose serialized form is written; text, written as UTF-8;
 * bytes; or a received message, whose bytes are repeated. A bare number is none of these: say which type it is.
 */
export type RecordValue = TypedValue | Message | string | Uint8Array;

/** How bytes were made: by the codec of a typed value, from text, or as they are. */
export type WrittenAs = Codec<unknown> | "text" | "bytes";

/** The bytes of a record's value, staged: their form, what is written, and how many bytes it takes. */
export interface StagedRecordValue {
  form: Pick<ValueForm<unknown>, "size" | "write">;
  staged: unknown;
  size: number;
  /** How the bytes were made, for whoever wants to read them again. */
  writtenAs: WrittenAs;
}

const textForm: Pick<ValueForm<unknown>, "size" | "write"> = {
  size: (text) => textLength(text as string),
  write(text, out, size) {
    out.text(text as string, size);
  },
};

const bytesForm: Pick<ValueForm<unknown>, "size" | "write"> = {
  size: (bytes) => (bytes as Uint8Array).length,
  write(bytes, out) {
    out.copy(bytes as Uint8Array);
  },
};

/** Stages the value of a record into `into`. Throws `invalid-argument` or `serialization`. */
export function stageRecordValue(egress: string, value: unknown, into: StagedRecordValue): void {
  if (typeof value === "string") {
    if (!isWellFormed(value)) throw refused(egress, "the record's value holds half of a surrogate pair");
    into.form = textForm;
    into.staged = value;
    into.writtenAs = "text";
  } else if (isBytes(value)) {
    into.form = bytesForm;
    into.staged = value;
    into.writtenAs = "bytes";
  } else {
    stageObject(egress, value, into);
  }
  into.size = into.form.size(into.staged);
}

function stageObject(egress: string, value: unknown, into: StagedRecordValue): void {
  if (typeof value === "object" && value !== null) {
    const codec = originOf(value) as Codec<unknown> | undefined;
    if (codec !== undefined) {
      into.staged = codec.stage((value as TypedValue).value);
      into.form = codec;
      into.writtenAs = codec;
      return;
    }
    const { bytes } = value as Partial<Message>;
    if (isBytes(bytes)) {
      into.form = bytesForm;
      into.staged = bytes;
      into.writtenAs = "bytes";
      return;
    }
  }
  throw new StateFunError(
    "invalid-argument",
    `the value of a record for ${egress} is ${describeValue(value)}: pass a typed value such as types.long(1n) or Order({…}), text, or a Uint8Array`,
    { typename: egress },
  );
}

/** Checks a text field of a record and returns its length in bytes. Throws `invalid-argument`. */
export function textField(egress: string, field: string, text: unknown, required: boolean): number {
  if (text === undefined && !required) return 0;
  if (typeof text === "string" && isWellFormed(text) && !(required && text === "")) return textLength(text);
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

/** A place for one staged value. Records are written at once, so one such place an egress kind is enough. */
export function recordValuePlace(): StagedRecordValue {
  return { form: bytesForm, staged: undefined, size: 0, writtenAs: "bytes" };
}

/** Whether `given` is a received message that holds a whole record already, to be repeated as it is. */
export function isMessageOf(given: unknown, typename: string): boolean {
  return given instanceof ReceivedMessage && given.typename === typename && given.hasValue;
}
