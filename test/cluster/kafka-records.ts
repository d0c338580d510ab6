import { randomUUID } from "node:crypto";
import { Kafka, logLevel } from "kafkajs";
import type { Admin, Producer } from "kafkajs";
import type { KafkaRecord } from "./record-batches.js";
import { TopicReader } from "./topic-reader.js";
import type { ReadOptions } from "./topic-reader.js";

/** A record to write; without a partition it goes where its key belongs. */
export type NewRecord = Omit<KafkaRecord, "partition"> & Partial<KafkaRecord>;

/** Writes and reads the records of one broker: the only file of the tests that knows the Kafka client. */
export class KafkaRecords {
  readonly #address: string;
  readonly #kafka: Kafka;
  readonly #producers: Producer[] = [];
  readonly #readers: TopicReader[] = [];
  #plainProducer: Promise<Producer> | undefined;

  constructor(address: string) {
    this.#address = address;
    this.#kafka = new Kafka({ clientId: "statefun-test", brokers: [address], logLevel: logLevel.NOTHING });
  }

  /** Writes records outside any transaction. */
  async send(topic: string, records: readonly NewRecord[]): Promise<void> {
    this.#plainProducer ??= this.#connected(this.#kafka.producer());
    await (await this.#plainProducer).send({ topic, messages: [...records] });
  }

  /** Writes one record outside any transaction; null is Kafka's null. */
  async sendBytes(topic: string, key: Uint8Array | null, value: Uint8Array | null): Promise<void> {
    this.#plainProducer ??= this.#connected(this.#kafka.producer());
    const message = { key: key && Buffer.from(key), value: value && Buffer.from(value) };
    await (await this.#plainProducer).send({ topic, messages: [message] });
  }

  /** A producer whose records all belong to transactions. */
  transactionalProducer(): Promise<Producer> {
    const producer = this.#kafka.producer({
      transactionalId: randomUUID(),
      idempotent: true,
      maxInFlightRequests: 1,
    });
    return this.#connected(producer);
  }

  /** Starts to read a topic from its beginning. */
  async read(topic: string, options: ReadOptions = {}): Promise<TopicReader> {
    const reader = await TopicReader.open(this.#address, topic, await this.#partitions(topic), options);
    this.#readers.push(reader);
    return reader;
  }

  /**
   * Writes a record to the end of each partition, and returns a question: has the reader come to all of them? If so,
   * it has seen all that it will ever see of what was written before this call.
   */
  async markEnds(topic: string, reader: TopicReader): Promise<() => boolean> {
    const partitions = await this.#partitions(topic);
    const key = `${endOfPartition}${randomUUID()}`;
    await this.send(
      topic,
      partitions.map((partition) => ({ partition, key, value: "" })),
    );
    return () => reader.records.filter((record) => record.key === key).length === partitions.length;
  }

  /**
   * Asks how far a topic is to be read, and returns a question: has the consumer group come as far? Flink commits a
   * group's offsets with the checkpoint that covers them, so everything before has then passed through its job.
   */
  async markConsumed(topic: string, groupId: string): Promise<() => Promise<boolean>> {
    const ends = await this.#asAdmin((admin) => admin.fetchTopicOffsets(topic));
    return async () => {
      const [group] = await this.#asAdmin((admin) => admin.fetchOffsets({ groupId, topics: [topic] }));
      const committed = new Map(
        group?.partitions.map(({ partition, offset }) => [partition, Number(offset)]),
      );
      // Of a partition that holds nothing, no offset is ever committed.
      return ends.every(
        ({ partition, offset }) => Number(offset) <= Math.max(0, committed.get(partition) ?? 0),
      );
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#readers.map((reader) => reader.close()), ...this.#producers.map(disconnect)]);
  }

  async #partitions(topic: string): Promise<readonly number[]> {
    const { topics } = await this.#asAdmin((admin) => admin.fetchTopicMetadata({ topics: [topic] }));
    return (topics[0]?.partitions ?? []).map(({ partitionId }) => partitionId);
  }

  async #asAdmin<T>(ask: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = this.#kafka.admin();
    await admin.connect();
    try {
      return await ask(admin);
    } finally {
      await admin.disconnect();
    }
  }

  async #connected(producer: Producer): Promise<Producer> {
    this.#producers.push(producer);
    await producer.connect();
    return producer;
  }
}

const endOfPartition = "end-of-partition-";

/** The records without those {@link KafkaRecords.markEnds} wrote. */
export function withoutMarks(records: readonly KafkaRecord[]): readonly KafkaRecord[] {
  return records.filter(({ key }) => !key.startsWith(endOfPartition));
}

function disconnect(producer: Producer): Promise<void> {
  return producer.disconnect();
}
