import { Reader, readTypedValue, TypedValueView } from "statefun/wire";
import type { KafkaHeader, OutgoingRecord } from "../kafka/kafka-connection.js";

/** The typename of the records that a Kafka egress takes. */
export const kafkaRecordTypename = "type.googleapis.com/io.statefun.sdk.egress.KafkaProducerRecord";

const noBytes = new Uint8Array(0);

/** What a `TypedValue` for a Kafka egress holds; without `record` it has another typename. */
export interface KafkaArgument {
  readonly typename: string;
  readonly record: OutgoingRecord | undefined;
}

/**
 * Reads the record in a serialized `TypedValue`. Its bytes are views.
 *
 * @throws StateFunError `malformed-request` if the bytes are no record
 */
export function readKafkaArgument(argument: Uint8Array): KafkaArgument {
  const view = new TypedValueView(argument);
  readTypedValue(new Reader(argument), argument.length, view);
  const { typename } = view;
  return { typename, record: typename === kafkaRecordTypename ? readRecord(view) : undefined };
}

/**
 * Reads no more than what a record says of its topic, and checks all of it, as {@link readKafkaArgument} does: nothing is
 * kept of the rest.
 *
 * @throws StateFunError `malformed-request` if the bytes are no record
 */
export function readKafkaTopic(argument: Uint8Array): { readonly typename: string; readonly topic: string } {
  const view = new TypedValueView(argument);
  readTypedValue(new Reader(argument), argument.length, view);
  const { typename } = view;
  return { typename, topic: typename === kafkaRecordTypename ? readFields(view, undefined) : "" };
}

/** The parts of a record beside its topic. */
interface Parts {
  key: Uint8Array | undefined;
  value: Uint8Array;
  headers: KafkaHeader[] | undefined;
}

function readRecord(view: TypedValueView): OutgoingRecord {
  const parts: Parts = { key: undefined, value: noBytes, headers: undefined };
  const topic = readFields(view, parts);
  const { key, value, headers } = parts;
  return headers === undefined ? { topic, key, value } : { topic, key, value, headers };
}

/** Source: KafkaProducerRecord in kafka-egress.proto; GenericKafkaEgressSerializer.java of the cluster. */
function readFields({ bytes, valueStart, valueEnd: end }: TypedValueView, parts: Parts | undefined): string {
  const reader = new Reader(bytes, valueStart);
  let topic = "";
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === 0x0a) {
      const stop = reader.checkText(end);
      // An empty key is none: the wire does not tell one from the other.
      if (parts !== undefined) {
        parts.key = stop === reader.textStart ? undefined : bytes.subarray(reader.textStart, stop);
      }
    } else if (tag === 0x12) {
      if (parts === undefined) reader.position = reader.delimited(end);
      else parts.value = delimited(reader, end);
    } else if (tag === 0x1a) topic = readTopic(reader, end);
    else if (tag === 0x22) {
      const header = readHeader(reader, reader.delimited(end));
      if (parts !== undefined) (parts.headers ??= []).push(header);
    } else reader.skip(tag, end);
  }
  return topic;
}

/** The last topic that was read: mostly the next record is for the same one. */
let lastTopic = "";

function readTopic(reader: Reader, end: number): string {
  const { bytes, position: start } = reader;
  const stop = reader.delimited(end);
  if (isText(lastTopic, bytes, reader.position, stop)) {
    reader.position = stop;
    return lastTopic;
  }
  reader.position = start;
  lastTopic = reader.text(end);
  return lastTopic;
}

/** Whether bytes are an ASCII text; another text than ASCII is never found to be the same. */
function isText(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte !== text.charCodeAt(at - start) || byte > 0x7f) return false;
  }
  return true;
}

function readHeader(reader: Reader, end: number): KafkaHeader {
  let key = "";
  let value: Uint8Array = noBytes;
  let hasValue = false;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === 0x0a) key = reader.text(end);
    else if (tag === 0x12) value = delimited(reader, end);
    else if (tag === 0x18) hasValue = reader.bool(end);
    else reader.skip(tag, end);
  }
  return { key, value: hasValue ? value : undefined };
}

function delimited(reader: Reader, end: number): Uint8Array {
  const stop = reader.delimited(end);
  const bytes = reader.bytes.subarray(reader.position, stop);
  reader.position = stop;
  return bytes;
}
