import { setTimeout as delay } from "node:timers/promises";
import type { KafkaBroker } from "../../../module/kafka-brokers.js";
import type { KafkaProducerSettings } from "../../../module/kafka-settings.js";
import type {
  OutgoingRecord,
  PartitionOffset,
  TopicPartition,
  TransactionalProducer,
} from "../kafka-connection.js";
import { apis } from "./apis.js";
import type { Api } from "./apis.js";
import type { Brokers } from "./brokers.js";
import { errorCodes } from "./error-codes.js";
import { checkCode, KafkaFailure } from "./kafka-failure.js";
import { placeText, readByTopic, writeByTopic } from "./offsets.js";
import { BatchWriter } from "./produce.js";
import type { ProducerIdentity } from "./produce.js";
import type { WireReader } from "./wire-reader.js";
import { WireWriter } from "./wire-writer.js";

/**
 * How soon it is asked again whether the transaction before is completed: brokers write its markers after they have
 * answered, which takes a few milliseconds.
 */
const completionPollMillis = 2;

/**
 * Gets a producer id. With a transactional id, what an earlier producer left open is ended first.
 *
 * @throws KafkaFailure if the broker refuses, for example a time-out that is too long
 */
export async function initProducer(
  brokers: Brokers,
  transactionalId: string | undefined,
  timeoutMillis: number,
): Promise<ProducerIdentity> {
  const body = new WireWriter().maybeText(transactionalId).int32(timeoutMillis).taken();
  return brokers.patiently(async () => {
    const answer =
      transactionalId === undefined
        ? await brokers.askAny(apis.initProducerId, body)
        : await brokers.ask(
            await brokers.coordinator("transaction", transactionalId),
            "produce",
            apis.initProducerId,
            body,
          );
    answer.int32(); // throttling
    const code = answer.int16();
    const longer = code === errorCodes.invalidTransactionTimeout;
    const what = `Kafka at ${brokers.addresses} gives no producer id`;
    checkCode(code, longer ? `${what} for a transactionTimeout of ${String(timeoutMillis)} ms` : what);
    return { id: answer.int64(), epoch: answer.int16(), transactionalId };
  });
}

/** Writes in transactions, one after the other. Any failure is the last thing it does. */
export class TransactionWriter implements TransactionalProducer {
  readonly #brokers: Brokers;
  readonly #settings: KafkaProducerSettings;
  readonly #transactionalId: string;
  readonly #identity: ProducerIdentity;
  readonly #writer: BatchWriter;
  #coordinator: KafkaBroker | undefined;
  #groupCoordinator: KafkaBroker | undefined;
  #failure: Error | undefined;

  constructor(
    brokers: Brokers,
    settings: KafkaProducerSettings,
    transactionalId: string,
    identity: ProducerIdentity,
  ) {
    this.#brokers = brokers;
    this.#settings = settings;
    this.#transactionalId = transactionalId;
    this.#identity = identity;
    this.#writer = new BatchWriter(brokers, settings, identity);
  }

  async commit(records: readonly OutgoingRecord[], group: string, offset: PartitionOffset): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      const parts = await this.#writer.cut(records);
      this.#coordinator ??= await this.#brokers.patiently(() => {
        return this.#brokers.coordinator("transaction", this.#transactionalId);
      });
      // One after the other: brokers check each with the coordinator, and turn one of two that meet there away.
      await this.#addPartitions(parts);
      await this.#addGroup(group);
      await this.#writer.write(parts);
      await this.#commitOffset(group, offset);
      await this.#end();
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }

  close(): Promise<void> {
    this.#failure ??= new KafkaFailure(`the producer of ${this.#transactionalId} was closed`);
    return Promise.resolve();
  }

  async #addPartitions(partitions: readonly TopicPartition[]): Promise<void> {
    let left = partitions;
    await this.#whenCompleted(async () => {
      const body = this.#head();
      writeByTopic(body, left, ({ partition }) => {
        body.int32(partition);
      });
      const answer = await this.#ask(apis.addPartitionsToTxn, body);
      const codes = new Map<string, number>();
      readByTopic(answer, (topic) => {
        codes.set(placeText(topic, answer.int32()), answer.int16());
      });
      left = left.filter(({ topic, partition }) => codes.get(placeText(topic, partition)) !== 0);
      const [first] = left;
      if (first === undefined) return;
      const place = placeText(first.topic, first.partition);
      checkCode(codes.get(place) ?? -1, this.#refuses(`to add ${place}`));
    });
  }

  async #addGroup(group: string): Promise<void> {
    await this.#whenCompleted(async () => {
      const answer = await this.#ask(apis.addOffsetsToTxn, this.#head().text(group));
      checkCode(answer.int16(), this.#refuses(`to add group ${group}`));
    });
  }

  async #commitOffset(group: string, offset: PartitionOffset): Promise<void> {
    const { id, epoch } = this.#identity;
    await this.#brokers.patiently(async () => {
      const body = new WireWriter().text(this.#transactionalId).text(group).int64(id).int16(epoch);
      writeByTopic(body, [offset], (place) => {
        body.int32(place.partition).int64(place.offset).int32(-1).text(""); // no epoch of a leader, no metadata
      });
      const coordinator = this.#groupCoordinator ?? (await this.#brokers.coordinator("group", group));
      this.#groupCoordinator = undefined; // until it has taken the offset
      const answer = await this.#brokers.ask(coordinator, "control", apis.txnOffsetCommit, body.taken());
      answer.int32(); // throttling
      readByTopic(answer, () => {
        answer.int32(); // the partition
        checkCode(answer.int16(), this.#refuses(`to move group ${group}`));
      });
      this.#groupCoordinator = coordinator;
    });
  }

  async #end(): Promise<void> {
    const answer = await this.#ask(apis.endTxn, this.#head().bool(true));
    checkCode(answer.int16(), this.#refuses("to commit"));
  }

  /** What requests about a transaction begin with. */
  #head(): WireWriter {
    const { id, epoch } = this.#identity;
    return new WireWriter().text(this.#transactionalId).int64(id).int16(epoch);
  }

  /** Asks the coordinator; the answer is read up to behind the throttling. */
  async #ask(api: Api, body: WireWriter): Promise<WireReader> {
    const coordinator = this.#coordinator;
    if (coordinator === undefined) throw new KafkaFailure(this.#refuses("everything, having no coordinator"));
    const answer = await this.#brokers.ask(coordinator, "produce", api, body.taken());
    answer.int32();
    return answer;
  }

  /** Does something again while the transaction before is being completed. */
  async #whenCompleted(attempt: () => Promise<void>): Promise<void> {
    const deadline = Date.now() + this.#settings.requestTimeoutMillis;
    for (;;) {
      try {
        await attempt();
        return;
      } catch (error) {
        const isWaiting = error instanceof KafkaFailure && error.retriable;
        if (!isWaiting || Date.now() >= deadline) throw error;
      }
      await delay(completionPollMillis);
    }
  }

  #refuses(what: string): string {
    return `Kafka at ${this.#brokers.addresses} refuses ${what} in a transaction of ${this.#transactionalId}`;
  }
}
