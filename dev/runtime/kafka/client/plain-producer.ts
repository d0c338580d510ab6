import type { KafkaProducerSettings } from "../../../module/kafka-settings.js";
import type { KafkaProducer, OutgoingRecord } from "../kafka-connection.js";
import type { Brokers } from "./brokers.js";
import { BatchWriter } from "./produce.js";
import { initProducer } from "./transactions.js";

/** Writes without transactions. */
export class PlainProducer implements KafkaProducer {
  readonly #brokers: Brokers;
  readonly #settings: KafkaProducerSettings;
  #writer: BatchWriter | undefined;

  constructor(brokers: Brokers, settings: KafkaProducerSettings) {
    this.#brokers = brokers;
    this.#settings = settings;
  }

  async send(records: readonly OutgoingRecord[]): Promise<void> {
    const writer = (this.#writer ??= await this.#newWriter());
    try {
      await writer.write(await writer.cut(records));
    } catch (error) {
      this.#writer = undefined; // which records are written is not known: numbering begins again
      throw error;
    }
  }

  close(): Promise<void> {
    this.#writer = undefined;
    return Promise.resolve();
  }

  async #newWriter(): Promise<BatchWriter> {
    const { acks, idempotent } = this.#settings;
    const identity = acks === -1 && idempotent ? await initProducer(this.#brokers, undefined, 0) : undefined;
    return new BatchWriter(this.#brokers, this.#settings, identity);
  }
}
