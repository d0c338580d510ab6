import { io } from "statefun/proto";
import { serializedTypedValue, textBytes } from "statefun/wire";
import type { OutboxRecord } from "../../../../dev/runtime/egress/egress.js";
import { kafkaRecordTypename } from "../../../../dev/runtime/values/readable-value.js";

/** A committed record with text of a type of the user's own. */
export function textRecord(sequence: number, text: string, typename = "example/text"): OutboxRecord {
  return { sequence, argument: serializedTypedValue(typename, textBytes(text)) };
}

/** A committed record for Kafka. */
export function kafkaRecord(sequence: number, topic: string, key: string, text: string): OutboxRecord {
  const record = { topic, key, valueBytes: textBytes(text) };
  const bytes = io.statefun.sdk.egress.KafkaProducerRecord.encode(record).finish();
  return { sequence, argument: serializedTypedValue(kafkaRecordTypename, bytes) };
}

/** Many records with their sequence numbers as text. */
export function numbered(from: number, to: number): OutboxRecord[] {
  return Array.from({ length: to - from }, (_, at) => textRecord(from + at, `text ${String(from + at)}`));
}
