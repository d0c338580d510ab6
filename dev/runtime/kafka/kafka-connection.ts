/** A topic's partition. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A place in a partition. Offsets are whole numbers below 2⁵³, which no broker reaches. */
export interface PartitionOffset extends TopicPartition {
  readonly offset: number;
}

/** A header of a record; `undefined` is a null header. */
export interface KafkaHeader {
  readonly key: string;
  readonly value: Uint8Array | undefined;
}

/** A record as it was read; `undefined` is Kafka's null. */
export interface KafkaRecord {
  readonly offset: number;
  readonly key: Uint8Array | undefined;
  readonly value: Uint8Array | undefined;
}

/** A record to be written; its partition follows from its key, as Kafka's own clients choose it. */
export interface OutgoingRecord {
  readonly topic: string;
  /** Left out: no key, and any partition. */
  readonly key?: Uint8Array | undefined;
  readonly value: Uint8Array;
  readonly headers?: readonly KafkaHeader[] | undefined;
}

/** Where to look in a partition: its ends, or the first record that is not older than a time. */
export type OffsetQuery = "earliest" | "latest" | { readonly epochMillis: number };

/** What one partition had to give. */
export interface PartitionRecords extends TopicPartition {
  /** In order; none if there were only records that do not count, or `outOfRange` is true. */
  readonly records: readonly KafkaRecord[];
  /** Where reading goes on: possibly behind records that do not count, such as those of aborted transactions. */
  readonly nextOffset: number;
  /** The partition does not have the offset that was asked for; it is not read until {@link KafkaReader.seek}. */
  readonly outOfRange: boolean;
}

/** Reads partitions, each in order from its offset on. */
export interface KafkaReader {
  /** Whether a broker that it reads from could not be reached, or refused, when it was asked last. */
  readonly failing: boolean;
  /** The offset behind the last record of a partition that can be read, as heard last; `undefined` if nothing was. */
  end(partition: TopicPartition): number | undefined;
  /** Adds a partition, or moves in one that is read already. */
  seek(position: PartitionOffset): void;
  /**
   * What has come since the last call. Waits until there is something; resolves with nothing once the reader is closed,
   * or once it works again after it has thrown. Not called again before it has settled; what it gave is not given again.
   *
   * @throws RuntimeError `io-failed` if the brokers cannot be reached, or refuse; calling again tries again
   */
  next(): Promise<readonly PartitionRecords[]>;
  /** Stops; a `next` that waits resolves. */
  close(): Promise<void>;
}

/** Which records are seen: those of committed transactions and of none, or also those of open and aborted ones. */
export type Isolation = "read-committed" | "read-uncommitted";

/** Writes records without transactions. */
export interface KafkaProducer {
  /**
   * Writes records, those of a partition in order; resolves once the brokers have acknowledged them.
   *
   * @throws RuntimeError `io-failed` if some were not acknowledged; `invalid-record` if Kafka can never take them
   */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  close(): Promise<void>;
}

/** Writes records in transactions. Only the newest producer of a transactional id can. */
export interface TransactionalProducer {
  /**
   * Writes all of `records` and moves the group to `offset`, all or nothing; resolves once that is committed.
   *
   * @throws RuntimeError `io-failed` if it is not committed, or not known to be: a new producer knows; `invalid-record`
   * if Kafka can never take the records, and nothing was written
   */
  commit(records: readonly OutgoingRecord[], group: string, offset: PartitionOffset): Promise<void>;
  close(): Promise<void>;
}

/** How many brokers must have a record before it counts as written: all that are in sync, the leader, or nobody. */
export type Acknowledgement = "all" | "leader" | "none";

/** What the runtime asks of Kafka. There are two: a client of real brokers, and topics in memory. */
export interface KafkaConnection {
  /** For people: the addresses of the brokers, or that there are none. */
  readonly description: string;

  /**
   * The numbers of the partitions of each topic, ascending; none for a topic that does not exist.
   *
   * @throws RuntimeError `io-failed` if no broker can be reached, here as in every other method
   */
  partitions(topics: readonly string[]): Promise<ReadonlyMap<string, readonly number[]>>;

  /** The offset at each partition's `query`; its latest one if nothing is as young as a time. */
  offsets(
    partitions: readonly TopicPartition[],
    query: OffsetQuery,
    isolation: Isolation,
  ): Promise<readonly PartitionOffset[]>;

  /** Begins to read; partitions are added by {@link KafkaReader.seek}. */
  reader(isolation: Isolation): KafkaReader;

  /** The offsets that a group has committed: each is the one to read next. Waits for transactions that may change them. */
  committedOffsets(group: string): Promise<readonly PartitionOffset[]>;

  /** Commits offsets for a group that has no members. */
  commitOffsets(group: string, offsets: readonly PartitionOffset[]): Promise<void>;

  /** A producer without transactions. */
  producer(acknowledgement: Acknowledgement): Promise<KafkaProducer>;

  /**
   * A producer with transactions. Ends what an earlier one of the same id left open, and shuts it out.
   *
   * @throws RuntimeError `io-failed` also if the brokers allow no transaction to take so long
   */
  transactionalProducer(transactionalId: string, timeoutMillis: number): Promise<TransactionalProducer>;

  /** Lets go of everything that was made from it; it may be used again. */
  close(): Promise<void>;
}
