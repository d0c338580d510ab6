import { setTimeout as delay } from "node:timers/promises";
import type {
  KafkaConnectionSettings,
  KafkaConsumerSettings,
  KafkaProducerSettings,
} from "../../module/kafka-settings.js";
import { Brokers } from "./client/brokers.js";
import { commitOffsets, fetchCommitted, listOffsets } from "./client/offsets.js";
import { PlainProducer } from "./client/plain-producer.js";
import { BrokerReader } from "./client/reader.js";
import type { SocketSettings } from "./client/open-socket.js";
import { initProducer, TransactionWriter } from "./client/transactions.js";
import { loadZstd } from "./codec/zstd.js";
import type {
  Acknowledgement,
  Isolation,
  KafkaConnection,
  KafkaProducer,
  OffsetQuery,
  PartitionOffset,
  TopicPartition,
  TransactionalProducer,
} from "./kafka-connection.js";

/** Settings of a client: those of `connectionSettings`. What only the other side has, has Kafka's defaults. */
export type KafkaClientSettings = KafkaConnectionSettings &
  Partial<Omit<KafkaConsumerSettings, keyof KafkaConnectionSettings>> &
  Partial<Omit<KafkaProducerSettings, keyof KafkaConnectionSettings>>;

/** How reading and writing are done where a module does not say. */
const defaults = {
  groupId: "",
  isolationLevel: "read_committed",
  fetchMinBytes: 1,
  fetchMaxBytes: 50 * 1024 * 1024,
  fetchMaxWaitMillis: 500,
  maxPartitionFetchBytes: 1024 * 1024,
  partitionDiscoveryMillis: undefined,
  acks: -1,
  compression: "none",
  batchBytes: 512 * 1024,
  maxRequestBytes: 1024 * 1024,
  deliveryTimeoutMillis: 120_000,
  retries: 2 ** 31 - 1,
  idempotent: true,
  transactionTimeoutMillis: undefined,
} as const;

/** Acknowledgements as the protocol numbers them. */
const acksOf = { all: -1, leader: 1, none: 0 } as const satisfies Readonly<Record<Acknowledgement, number>>;

/** A topic that is being created has its partitions within moments. */
const topicLimitMillis = 5_000;

/**
 * A client of real brokers, from Kafka 2.5 on. It connects when it is first used. `addressMap` says where brokers are
 * reached instead of where the module, or they themselves, say that they are: `host:port` to `host:port`.
 */
export function kafkaClient(
  settings: KafkaClientSettings,
  addressMap?: ReadonlyMap<string, string>,
): KafkaConnection {
  return new KafkaClient({ ...defaults, ...settings, addressMap });
}

class KafkaClient implements KafkaConnection {
  readonly description: string;
  readonly #settings: KafkaConsumerSettings & KafkaProducerSettings;
  readonly #brokers: Brokers;
  readonly #readers = new Set<BrokerReader>();

  constructor(settings: KafkaConsumerSettings & KafkaProducerSettings & SocketSettings) {
    this.#settings = settings;
    this.#brokers = new Brokers(settings);
    this.description = this.#brokers.addresses;
  }

  async partitions(topics: readonly string[]): Promise<ReadonlyMap<string, readonly number[]>> {
    const deadline = Date.now() + topicLimitMillis;
    for (;;) {
      const inCreation = await this.#brokers.refresh(topics, false);
      if (inCreation.length === 0 || Date.now() >= deadline) break;
      await delay(this.#settings.retryBackoffMillis);
    }
    return new Map(topics.map((topic) => [topic, this.#brokers.knownPartitions(topic)]));
  }

  offsets(
    partitions: readonly TopicPartition[],
    query: OffsetQuery,
    isolation: Isolation,
  ): Promise<readonly PartitionOffset[]> {
    return listOffsets(this.#brokers, partitions, query, isolation);
  }

  reader(isolation: Isolation): BrokerReader {
    const reader = new BrokerReader(this.#brokers, this.#settings, isolation, (closed) => {
      this.#readers.delete(closed);
    });
    this.#readers.add(reader);
    return reader;
  }

  committedOffsets(group: string): Promise<readonly PartitionOffset[]> {
    return fetchCommitted(this.#brokers, group);
  }

  commitOffsets(group: string, offsets: readonly PartitionOffset[]): Promise<void> {
    return commitOffsets(this.#brokers, group, offsets);
  }

  async producer(acknowledgement: Acknowledgement): Promise<KafkaProducer> {
    const settings = { ...this.#settings, acks: acksOf[acknowledgement] };
    if (settings.compression === "zstd") await loadZstd();
    return new PlainProducer(this.#brokers, settings);
  }

  async transactionalProducer(
    transactionalId: string,
    timeoutMillis: number,
  ): Promise<TransactionalProducer> {
    const identity = await initProducer(this.#brokers, transactionalId, timeoutMillis);
    const settings = { ...this.#settings, acks: acksOf.all };
    if (settings.compression === "zstd") await loadZstd();
    return new TransactionWriter(this.#brokers, settings, transactionalId, identity);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#readers].map((reader) => reader.close()));
    this.#brokers.close();
  }
}
