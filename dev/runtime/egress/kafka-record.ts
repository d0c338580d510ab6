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

/** Source: KafkaProducerRecord in kafka-egress.proto; GenericKafkaEgressSerializer.java of the cluster. */
function readRecord({ bytes, valueStart, valueEnd: end }: TypedValueView): OutgoingRecord {
  const reader = new Reader(bytes, valueStart);
  let topic = "";
  let key: Uint8Array | undefined;
  let value: Uint8Array = noBytes;
  let headers: KafkaHeader[] | undefined;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === 0x0a) {
      const stop = reader.checkText(end);
      // An empty key is none: the wire does not tell one from the other.
      key = stop === reader.textStart ? undefined : bytes.subarray(reader.textStart, stop);
    } else if (tag === 0x12) value = delimited(reader, end);
    else if (tag === 0x1a) topic = reader.text(end);
    else if (tag === 0x22) (headers ??= []).push(readHeader(reader, reader.delimited(end)));
    else reader.skip(tag, end);
  }
  return headers === undefined ? { topic, key, value } : { topic, key, value, headers };
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
