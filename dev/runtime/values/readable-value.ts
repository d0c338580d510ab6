import { Reader, readTypedValue, TypedValueView } from "statefun/wire";
import { isWrapped, readWrapped, strictText } from "./wrappers.js";

/** The typename of records for Kafka. */
export const kafkaRecordTypename = "type.googleapis.com/io.statefun.sdk.egress.KafkaProducerRecord";

/** The typename of records for Kinesis. */
export const kinesisRecordTypename = "type.googleapis.com/io.statefun.sdk.egress.KinesisEgressRecord";

/** Bytes as people and JSON read them: in exactly one of three ways. */
export interface ReadableBytes {
  /** What JSON, or a value of one of StateFun's own types, says. */
  readonly value?: unknown;
  /** Text that is no JSON. */
  readonly text?: string;
  /** Anything else. */
  readonly base64?: string;
}

/** A typed value as people and JSON read it. */
export interface ReadableValue extends ReadableBytes {
  readonly typename: string;
  /** The topic of a Kafka record, or the stream of a Kinesis record. */
  readonly topic?: string;
  /** The key of a Kafka record that has one, or the partition key of a Kinesis record. */
  readonly key?: string;
}

/** The parts of a record for Kafka or Kinesis. */
export interface TopicRecord {
  /** The topic or stream. */
  readonly topic: string;
  /** The key; the empty string if there is none. */
  readonly key: string;
  /** The bytes of the record's value. */
  readonly value: Uint8Array;
}

/** The typename and bytes of a serialized `TypedValue`. The bytes are a view, empty if there is no value. */
export function typedValueParts(argument: Uint8Array): {
  readonly typename: string;
  readonly bytes: Uint8Array;
} {
  const view = new TypedValueView(argument);
  readTypedValue(new Reader(argument), argument.length, view);
  return { typename: view.typename, bytes: view.value() };
}

/**
 * Reads the bytes of a record for Kafka or Kinesis, whose first three fields are alike.
 *
 * @returns `undefined` if they are no such record
 */
export function readTopicRecord(bytes: Uint8Array): TopicRecord | undefined {
  const reader = new Reader(bytes);
  const end = bytes.length;
  let topic = "";
  let key = "";
  let value = bytes.subarray(0, 0);
  try {
    while (reader.position < end) {
      const tag = reader.tag(end);
      if (tag === 0x0a) key = reader.text(end);
      else if (tag === 0x12) {
        const stop = reader.delimited(end);
        value = bytes.subarray(reader.position, stop);
        reader.position = stop;
      } else if (tag === 0x1a) topic = reader.text(end);
      else reader.skip(tag, end);
    }
  } catch {
    return undefined;
  }
  return { topic, key, value };
}

/** Decodes a serialized `TypedValue` for people, as far as its bytes say what they are. */
export function readableValue(argument: Uint8Array): ReadableValue {
  const { head, bytes } = headAndBytes(argument);
  const { typename } = head;
  if (!isWrapped(typename)) return { ...head, ...readableBytes(bytes) };
  const value = readWrapped(typename, bytes);
  return value === undefined ? { ...head, ...base64(bytes) } : { ...head, value };
}

/**
 * The members of {@link readableValue} as JSON without its braces. JSON in the value is repeated as it is, so that
 * numbers keep their digits; only its line ends become blanks.
 */
export function readableMembers(argument: Uint8Array): string {
  const { head, bytes } = headAndBytes(argument);
  const known = isWrapped(head.typename) ? undefined : readableBytes(bytes);
  if (known === undefined || !("value" in known)) return members(readableValue(argument));
  return `${members(head)},"value":${(strictText(bytes) ?? "").trim().replace(/[\r\n]+/g, " ")}`;
}

function members(of: object): string {
  return JSON.stringify(of).slice(1, -1);
}

/** What stands around a value, and its bytes. */
function headAndBytes(argument: Uint8Array): {
  readonly head: { readonly typename: string; readonly topic?: string; readonly key?: string };
  readonly bytes: Uint8Array;
} {
  const { typename, bytes } = typedValueParts(argument);
  if (typename === kafkaRecordTypename || typename === kinesisRecordTypename) {
    const record = readTopicRecord(bytes);
    if (record !== undefined) {
      const { topic, key, value } = record;
      return { head: { typename, topic, ...(key === "" ? {} : { key }) }, bytes: value };
    }
  }
  return { head: { typename }, bytes };
}

/** Reads bytes of which only they themselves tell what they are. */
export function readableBytes(bytes: Uint8Array): ReadableBytes {
  const text = strictText(bytes);
  if (text === undefined || !isReadable(text)) return base64(bytes);
  if (!jsonStart.test(text)) return { text };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { text };
  }
}

/** Whether people can read a text. */
export function isReadable(text: string): boolean {
  return !unreadable.test(text);
}

/** Control characters that text for people does not have: bytes of a binary format, most likely. */
const unreadable = /[^\P{Cc}\t\n\r]/u;

/** What JSON begins with, after blanks: most text is told apart without the cost of an error. */
const jsonStart = /^\s*[[{"\-\dtfn]/;

function base64(bytes: Uint8Array): ReadableBytes {
  return { base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64") };
}
