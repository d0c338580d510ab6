import type { Clock } from "../clock.js";
import { realClock } from "../real-clock.js";
import { RuntimeError } from "../runtime-error.js";
import { offsetAt } from "./in-memory-log.js";
import type { InMemoryLog, InMemoryRecord } from "./in-memory-log.js";
import { InMemoryReader } from "./in-memory-reader.js";
import type {
  KafkaConnection,
  KafkaProducer,
  OffsetQuery,
  OutgoingRecord,
  PartitionOffset,
  TopicPartition,
  TransactionalProducer,
} from "./kafka-connection.js";
import { Partitioner } from "./partitioner.js";
import { topicNameProblem } from "./topic-name.js";

/** A key or a value as it is given: text is UTF-8, `null` is Kafka's. */
export type InMemoryBytes = string | Uint8Array | null;

/** Topics in memory: what is written is there at once, committed, and gone with the process. */
export interface InMemoryKafka extends KafkaConnection {
  /** Gives a topic at least so many partitions; a topic that is used without it has one. */
  createTopic(topic: string, partitions: number): void;
  /**
   * Writes one record, into the partition of its key unless told otherwise; says where it is.
   *
   * @throws RuntimeError `invalid-record` if no topic can have the name; `invalid-argument` if it has no such partition
   */
  produce(topic: string, key: InMemoryBytes, value: InMemoryBytes, partition?: number): PartitionOffset;
  /** All records of a topic, in the order in which they were written. */
  records(topic: string): readonly InMemoryRecord[];
  /** Removes what is before an offset, as a broker does with what is too old. */
  deleteBefore(position: PartitionOffset): void;
}

/** Topics in memory, none at first. The times of records come from `clock`. */
export function inMemoryKafka(clock: Clock = realClock()): InMemoryKafka {
  return new Topics(clock);
}

class Topics implements InMemoryKafka {
  readonly description = "topics in memory";
  readonly #clock: Clock;
  readonly #logs = new Map<string, InMemoryLog[]>();
  readonly #written = new Map<string, InMemoryRecord[]>();
  readonly #groups = new Map<string, Map<string, PartitionOffset>>();
  readonly #readers = new Set<InMemoryReader>();
  readonly #partitioner = new Partitioner();
  /** The newest producer of each transactional id. */
  readonly #producers = new Map<string, TransactionalProducer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  createTopic(topic: string, partitions: number): void {
    const logs = this.#logs.get(topic) ?? [];
    this.#logs.set(topic, logs);
    for (let partition = logs.length; partition < partitions; partition += 1) {
      logs.push({ topic, partition, start: 0, records: [] });
    }
  }

  produce(topic: string, key: InMemoryBytes, value: InMemoryBytes, partition?: number): PartitionOffset {
    const record = { topic, key: bytesOf(key), value: bytesOf(value), headers: [] };
    return this.#append(this.#logFor(record, partition), record);
  }

  records(topic: string): readonly InMemoryRecord[] {
    return this.#written.get(topic) ?? [];
  }

  deleteBefore(position: PartitionOffset): void {
    const log = this.#log(position);
    log.records.splice(0, position.offset - log.start);
    log.start = position.offset;
  }

  partitions(topics: readonly string[]): Promise<ReadonlyMap<string, readonly number[]>> {
    return soon(() => {
      return new Map(topics.map((topic) => [topic, this.#partitionsOf(topic).map((log) => log.partition)]));
    });
  }

  offsets(partitions: readonly TopicPartition[], query: OffsetQuery): Promise<readonly PartitionOffset[]> {
    return soon(() => {
      return partitions.map(({ topic, partition }) => {
        return { topic, partition, offset: offsetAt(this.#log({ topic, partition }), query) };
      });
    });
  }

  reader(): InMemoryReader {
    const reader = new InMemoryReader(
      (partition) => this.#log(partition),
      (closed) => this.#readers.delete(closed),
    );
    this.#readers.add(reader);
    return reader;
  }

  committedOffsets(group: string): Promise<readonly PartitionOffset[]> {
    return Promise.resolve([...(this.#groups.get(group)?.values() ?? [])]);
  }

  commitOffsets(group: string, offsets: readonly PartitionOffset[]): Promise<void> {
    this.#commitOffsets(group, offsets);
    return Promise.resolve();
  }

  producer(): Promise<KafkaProducer> {
    return Promise.resolve({
      send: (records: readonly OutgoingRecord[]) => {
        return soon(() => {
          this.#appendAll(records);
        });
      },
      close: () => Promise.resolve(),
    });
  }

  transactionalProducer(transactionalId: string): Promise<TransactionalProducer> {
    const producer: TransactionalProducer = {
      commit: (records, group, offset) => {
        return soon(() => {
          if (this.#producers.get(transactionalId) !== producer) {
            throw new RuntimeError("io-failed", `a newer producer has taken over ${transactionalId}`);
          }
          this.#appendAll(records);
          this.#commitOffsets(group, [offset]);
        });
      },
      close: () => Promise.resolve(),
    };
    this.#producers.set(transactionalId, producer);
    return Promise.resolve(producer);
  }

  /** The topics outlive what was made from them. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  #commitOffsets(group: string, offsets: readonly PartitionOffset[]): void {
    const committed = this.#groups.get(group) ?? new Map<string, PartitionOffset>();
    this.#groups.set(group, committed);
    for (const { topic, partition, offset } of offsets) {
      committed.set(`${topic}/${String(partition)}`, { topic, partition, offset });
    }
  }

  /** Either all of the records, or none. */
  #appendAll(records: readonly OutgoingRecord[]): void {
    this.#partitioner.turn();
    const logs = records.map((record) => this.#logFor(record));
    records.forEach(({ key, value, headers = [] }, index) => {
      this.#append(logs[index] as InMemoryLog, { key, value, headers });
    });
  }

  #append(log: InMemoryLog, record: Pick<InMemoryRecord, "key" | "value" | "headers">): PartitionOffset {
    const { topic, partition } = log;
    const offset = log.start + log.records.length;
    const { key, value, headers } = record;
    const stored = { topic, partition, offset, key, value, headers, epochMillis: this.#clock.now() };
    log.records.push(stored);
    const written = this.#written.get(topic) ?? [];
    this.#written.set(topic, written);
    written.push(stored);
    for (const reader of this.#readers) reader.wake();
    return { topic, partition, offset };
  }

  #logFor(record: Pick<OutgoingRecord, "topic" | "key">, partition?: number): InMemoryLog {
    const logs = this.#partitionsOf(record.topic);
    const index = partition ?? this.#partitioner.choose(record.key, logs.length);
    return this.#log({ topic: record.topic, partition: index });
  }

  #log({ topic, partition }: TopicPartition): InMemoryLog {
    const log = this.#partitionsOf(topic)[partition];
    if (log !== undefined) return log;
    throw new RuntimeError("invalid-argument", `topic ${topic} has no partition ${String(partition)}`);
  }

  #partitionsOf(topic: string): readonly InMemoryLog[] {
    const problem = topicNameProblem(topic);
    if (problem !== undefined) throw new RuntimeError("invalid-record", problem);
    this.createTopic(topic, 1);
    return this.#logs.get(topic) ?? [];
  }
}

function bytesOf(given: InMemoryBytes): Uint8Array | undefined {
  if (given === null) return undefined;
  return typeof given === "string" ? Buffer.from(given) : given;
}

/** Does something in a later turn, as if it had been asked for over a network; what it throws is a rejection. */
async function soon<T>(work: () => T): Promise<T> {
  await Promise.resolve();
  return work();
}
