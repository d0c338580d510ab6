import type { Clock, ScheduledCall } from "../clock.js";
import type { Isolation, KafkaConnection, KafkaReader, TopicPartition } from "./kafka-connection.js";
import { partitionKey } from "./start-positions.js";

/** How often the ends of partitions are asked for while nothing is fetched: metrics are looked at about as often. */
const askMillis = 5_000;

/** How far a partition is admitted. */
interface Place extends TopicPartition {
  offset: number;
}

/**
 * How many records wait in the partitions that an ingress reads. Answers that bring records tell the ends of partitions,
 * so it costs nothing; only while the ingress pauses, and asks for none, are they asked for by themselves.
 */
export class Lag {
  readonly #connection: KafkaConnection;
  readonly #reader: KafkaReader;
  readonly #isolation: Isolation;
  readonly #clock: Clock;
  readonly #places = new Map<string, Place>();
  /** What was asked for during pauses. */
  readonly #ends = new Map<string, number>();
  #asking: ScheduledCall | undefined;
  #pausing = false;
  #stopped = false;

  constructor(connection: KafkaConnection, reader: KafkaReader, isolation: Isolation, clock: Clock) {
    this.#connection = connection;
    this.#reader = reader;
    this.#isolation = isolation;
    this.#clock = clock;
  }

  /** The records behind those that were admitted; `undefined` as long as no broker has told where a partition ends. */
  get records(): number | undefined {
    let sum: number | undefined;
    for (const [key, place] of this.#places) {
      const end = Math.max(this.#reader.end(place) ?? -1, this.#ends.get(key) ?? -1);
      if (end >= 0) sum = (sum ?? 0) + Math.max(0, end - place.offset);
    }
    return sum;
  }

  /** Where a partition is counted from: whoever reads it moves `offset` on. */
  place({ topic, partition }: TopicPartition): Place {
    const key = partitionKey({ topic, partition });
    let place = this.#places.get(key);
    if (place === undefined) this.#places.set(key, (place = { topic, partition, offset: 0 }));
    return place;
  }

  /** Nothing is fetched until {@link resume}. */
  pause(): void {
    this.#pausing = true;
    if (this.#asking !== undefined || this.#stopped) return;
    this.#asking = this.#clock.schedule(this.#clock.now() + askMillis, () => {
      void this.#ask();
    });
  }

  resume(): void {
    this.#pausing = false; // the call that is scheduled finds it so: pauses may be many and short
  }

  stop(): void {
    this.#stopped = true;
    this.#asking?.cancel();
  }

  async #ask(): Promise<void> {
    const isWanted = this.#pausing && !this.#stopped;
    try {
      const places = [...this.#places.values()];
      const ends = isWanted ? await this.#connection.offsets(places, "latest", this.#isolation) : [];
      for (const end of ends) this.#ends.set(partitionKey(end), end.offset);
    } catch {
      // whoever reads goes on to tell that brokers are away
    }
    this.#asking = undefined;
    if (this.#pausing) this.pause();
  }
}
