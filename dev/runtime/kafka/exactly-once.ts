import type { OutboxRecord } from "../egress/egress.js";
import type { KafkaConnection, OutgoingRecord, TransactionalProducer } from "./kafka-connection.js";

/**
 * Delivers each record once. A transaction holds, beside the records, the sequence number that comes next, as the offset
 * of a consumer group that exists for nothing else. After a crash, or when the outcome of a transaction is not known, a
 * new producer of the same transactional id ends what was open; then the group says what is delivered.
 */
export class ExactlyOnce {
  readonly #connection: KafkaConnection;
  /** The transactional id, and the group. */
  readonly #name: string;
  readonly #timeoutMillis: number;
  #producer: TransactionalProducer | undefined;
  #delivered: number | undefined;

  constructor(connection: KafkaConnection, egressId: string, identity: string, timeoutMillis: number) {
    this.#connection = connection;
    this.#name = `statefun-${identity}-${egressId}`;
    this.#timeoutMillis = timeoutMillis;
  }

  /** The last sequence number that is delivered, after shutting out whoever delivered before. */
  async open(): Promise<number | undefined> {
    await this.#ready();
    return this.#delivered;
  }

  async deliver(records: readonly OutgoingRecord[], outbox: readonly OutboxRecord[]): Promise<void> {
    const producer = await this.#ready();
    const delivered = this.#delivered ?? -1;
    const skipped = outbox.findIndex(({ sequence }) => sequence > delivered);
    const last = outbox.at(-1)?.sequence;
    const rest = records.slice(skipped);
    const [first] = rest;
    if (skipped < 0 || first === undefined || last === undefined) return;
    try {
      // The broker wants a topic that exists; the highest offset of any counts.
      await producer.commit(rest, this.#name, { topic: first.topic, partition: 0, offset: last + 1 });
      this.#delivered = last;
    } catch (error) {
      this.#producer = undefined;
      await producer.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#producer?.close();
    this.#producer = undefined;
  }

  async #ready(): Promise<TransactionalProducer> {
    if (this.#producer !== undefined) return this.#producer;
    const producer = await this.#connection.transactionalProducer(this.#name, this.#timeoutMillis);
    try {
      const committed = await this.#connection.committedOffsets(this.#name);
      const next = committed.reduce((highest, { offset }) => Math.max(highest, offset), 0);
      this.#delivered = next === 0 ? undefined : next - 1;
    } catch (error) {
      await producer.close();
      throw error;
    }
    this.#producer = producer;
    return producer;
  }
}
