import type { KafkaIngressSpec } from "../../module/module.js";
import { RuntimeError } from "../runtime-error.js";
import type {
  Isolation,
  KafkaConnection,
  OffsetQuery,
  PartitionOffset,
  TopicPartition,
} from "./kafka-connection.js";

/** Where a Kafka ingress begins in the partitions that it has not read from before. */
export class StartPositions {
  readonly #spec: KafkaIngressSpec;
  readonly #connection: KafkaConnection;
  readonly #isolation: Isolation;

  constructor(spec: KafkaIngressSpec, connection: KafkaConnection, isolation: Isolation) {
    this.#spec = spec;
    this.#connection = connection;
    this.#isolation = isolation;
  }

  /**
   * As the module's `startupPosition` says.
   *
   * @throws RuntimeError `io-failed` if the brokers cannot say, or have no offset where the module wants no other
   */
  first(partitions: readonly TopicPartition[]): Promise<readonly PartitionOffset[]> {
    const { startupPosition } = this.#spec;
    switch (startupPosition.type) {
      case "earliest":
      case "latest":
        return this.#at(partitions, startupPosition.type);
      case "date":
        return this.#at(partitions, { epochMillis: startupPosition.epochMillis });
      case "group-offsets":
        return this.#asTheGroup(partitions, []);
      case "specific-offsets":
        return this.#asTheGroup(
          partitions,
          startupPosition.offsets.map(({ topic, partition, offset }) => {
            return { topic, partition, offset: Number(offset) };
          }),
        );
    }
  }

  /** The beginning: of partitions that came after the ingress had begun, so that nothing of them is missed. */
  earliest(partitions: readonly TopicPartition[]): Promise<readonly PartitionOffset[]> {
    return this.#at(partitions, "earliest");
  }

  /**
   * Where to go on if `partitions` have no offset to begin at; `why` is a clause that says so.
   *
   * @throws RuntimeError `io-failed` if the module wants no other offset, or the brokers cannot say
   */
  async reset(partitions: readonly TopicPartition[], why: string): Promise<readonly PartitionOffset[]> {
    const { id, autoOffsetReset } = this.#spec;
    const [first] = partitions;
    if (first === undefined) return [];
    if (autoOffsetReset !== "none") return this.#at(partitions, autoOffsetReset);
    throw new RuntimeError(
      "io-failed",
      `Kafka ingress ${id}: ${why} in partition ${String(first.partition)} of topic ${first.topic}, and auto.offset.reset is none; set autoOffsetResetPosition to earliest or latest`,
      { component: id },
    );
  }

  /** The offsets given, then those that the group has committed, then those of {@link reset}. */
  async #asTheGroup(
    partitions: readonly TopicPartition[],
    given: readonly PartitionOffset[],
  ): Promise<readonly PartitionOffset[]> {
    const { consumerGroupId } = this.#spec;
    const known = new Map<string, PartitionOffset>();
    if (partitions.some((partition) => !given.some((position) => isSame(position, partition)))) {
      const committed = await this.#connection.committedOffsets(consumerGroupId);
      for (const position of committed) known.set(partitionKey(position), position);
    }
    for (const position of given) known.set(partitionKey(position), position);
    const missing = partitions.filter((partition) => !known.has(partitionKey(partition)));
    const why = `group ${consumerGroupId} has committed no offset`;
    for (const position of await this.reset(missing, why)) known.set(partitionKey(position), position);
    return partitions.flatMap((partition) => known.get(partitionKey(partition)) ?? []);
  }

  #at(partitions: readonly TopicPartition[], query: OffsetQuery): Promise<readonly PartitionOffset[]> {
    return this.#connection.offsets(partitions, query, this.#isolation);
  }
}

/** A text that names a partition, and no other. */
export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${topic}/${String(partition)}`;
}

function isSame(one: TopicPartition, other: TopicPartition): boolean {
  return one.topic === other.topic && one.partition === other.partition;
}
