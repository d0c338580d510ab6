import { RuntimeError } from "../runtime-error.js";
import type { KafkaConnection, KafkaProducer, OutgoingRecord } from "./kafka-connection.js";
import { Outages, unheardOutages, type OutageListener } from "./outages.js";

/** Delivers records without transactions. */
export class Plain {
  readonly #connection: KafkaConnection;
  readonly #acknowledgement: "all" | "leader" | "none";
  readonly #outages: Outages<"writing">;
  #producer: KafkaProducer | undefined;

  /** `acks` is Kafka's: −1 all, 1 the leader, 0 none. Then failures are told to `outages`, and not repeated. */
  constructor(connection: KafkaConnection, acks: -1 | 0 | 1, outages?: OutageListener) {
    this.#connection = connection;
    this.#acknowledgement = acks === -1 ? "all" : acks === 1 ? "leader" : "none";
    this.#outages = new Outages("writing", outages ?? unheardOutages);
  }

  async open(): Promise<undefined> {
    if (this.#acknowledgement !== "none") await this.#ready();
  }

  async deliver(records: readonly OutgoingRecord[]): Promise<void> {
    try {
      const producer = await this.#ready();
      await producer.send(records);
      this.#outages.worked("writing");
    } catch (error) {
      if (this.#acknowledgement !== "none" || !(error instanceof RuntimeError)) throw error;
      this.#outages.failed("writing", error);
    }
  }

  async close(): Promise<void> {
    await this.#producer?.close();
    this.#producer = undefined;
  }

  async #ready(): Promise<KafkaProducer> {
    return (this.#producer ??= await this.#connection.producer(this.#acknowledgement));
  }
}
