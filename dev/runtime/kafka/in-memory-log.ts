import type { KafkaHeader, OffsetQuery, PartitionOffset, TopicPartition } from "./kafka-connection.js";

/** A record of a topic in memory; `undefined` is Kafka's null. */
export interface InMemoryRecord extends PartitionOffset {
  readonly key: Uint8Array | undefined;
  readonly value: Uint8Array | undefined;
  readonly headers: readonly KafkaHeader[];
  /** When it was written, in milliseconds since the epoch. */
  readonly epochMillis: number;
}

/** The records of one partition; the first one has the offset `start`. */
export interface InMemoryLog extends TopicPartition {
  start: number;
  readonly records: InMemoryRecord[];
}

/** The offset that a query finds. */
export function offsetAt({ start, records }: InMemoryLog, query: OffsetQuery): number {
  if (query === "earliest") return start;
  if (query === "latest") return start + records.length;
  const index = records.findIndex((record) => record.epochMillis >= query.epochMillis);
  return start + (index < 0 ? records.length : index);
}
