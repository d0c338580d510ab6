import type { KafkaIngressSpec } from "../../module/module.js";
import type { Clock, ScheduledCall } from "../clock.js";
import type { IngressGate } from "../ingress/ingress.js";
import { RuntimeError } from "../runtime-error.js";
import { GroupProgress } from "./group-progress.js";
import type {
  Isolation,
  KafkaConnection,
  KafkaReader,
  KafkaRecord,
  PartitionOffset,
  PartitionRecords,
  TopicPartition,
} from "./kafka-connection.js";
import { Lag } from "./lag.js";
import { Outages, type OutageListener, type ReadingWork } from "./outages.js";
import { offsetBytes, readOffset } from "./position.js";
import { Route } from "./routes.js";
import { partitionKey, StartPositions } from "./start-positions.js";

/** How reading is done. */
export interface ReadingOptions {
  readonly clock: Clock;
  readonly isolation: Isolation;
  /** How often new partitions are looked for; `undefined`: never. */
  readonly discoveryMillis: number | undefined;
  readonly outages: OutageListener;
}

/** The pauses after failed reads: a broker that restarts is away for seconds. */
const firstRetryMillis = 100;
const lastRetryMillis = 5_000;

/** Where the store keeps that the ingress has begun once: from then on new partitions are read from their beginning. */
const begunKey = "begun";
const begun = Uint8Array.of(1);

/** A Kafka ingress from a start to its stop. */
export class KafkaReading {
  readonly #spec: KafkaIngressSpec;
  readonly #connection: KafkaConnection;
  readonly #gate: IngressGate;
  readonly #options: ReadingOptions;
  readonly #routes: ReadonlyMap<string, Route>;
  readonly #reader: KafkaReader;
  readonly #starts: StartPositions;
  readonly #progress: GroupProgress;
  readonly #outages: Outages<ReadingWork>;
  readonly #lag: Lag;
  readonly #partitions = new Set<string>();
  #discovery: ScheduledCall | undefined;
  #retry: ScheduledCall | undefined;
  #retryMillis = firstRetryMillis;
  #stopped = false;

  constructor(
    spec: KafkaIngressSpec,
    connection: KafkaConnection,
    gate: IngressGate,
    options: ReadingOptions,
  ) {
    this.#spec = spec;
    this.#connection = connection;
    this.#gate = gate;
    this.#options = options;
    this.#routes = new Map(spec.topics.map((route) => [route.topic, new Route(route)]));
    this.#reader = connection.reader(options.isolation);
    this.#starts = new StartPositions(spec, connection, options.isolation);
    this.#outages = new Outages("reading", options.outages);
    const { clock } = options;
    this.#progress = new GroupProgress(spec, connection, gate, { clock, outages: this.#outages });
    this.#lag = new Lag(connection, this.#reader, options.isolation, clock);
  }

  /** How many records wait behind those that were admitted; `undefined` as long as that is not known. */
  get lag(): number | undefined {
    return this.#lag.records;
  }

  /**
   * Makes durable where each partition begins, and begins.
   *
   * @throws RuntimeError `io-failed` if the brokers cannot be reached or a topic does not exist
   */
  async start(): Promise<void> {
    try {
      const partitions = await this.#allPartitions();
      const hasBegun = this.#gate.position(begunKey) !== undefined;
      await this.#begin(partitions, (missing) => {
        return hasBegun ? this.#starts.earliest(missing) : this.#starts.first(missing);
      });
      if (!hasBegun) this.#gate.admit({ messages: [], position: { key: begunKey, value: begun } });
      await this.#gate.durable();
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#discoverLater();
    void this.#run();
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#discovery?.cancel();
    this.#retry?.cancel();
    this.#lag.stop();
    await this.#reader.close();
    await this.#progress.stop();
  }

  async #allPartitions(): Promise<readonly TopicPartition[]> {
    const { id, topics } = this.#spec;
    const found = await this.#connection.partitions(topics.map(({ topic }) => topic));
    return topics.flatMap(({ topic }) => {
      const numbers = found.get(topic) ?? [];
      if (numbers.length > 0) return numbers.map((partition) => ({ topic, partition }));
      throw new RuntimeError(
        "io-failed",
        `Kafka ingress ${id}: ${this.#connection.description} has no topic ${topic}; create it`,
        { component: id },
      );
    });
  }

  /** Reads partitions from their stored positions; of those that have none, `starts` says the first. */
  async #begin(
    partitions: readonly TopicPartition[],
    starts: (missing: readonly TopicPartition[]) => Promise<readonly PartitionOffset[]>,
  ): Promise<void> {
    const missing: TopicPartition[] = [];
    for (const partition of partitions) {
      const stored = this.#gate.position(partitionKey(partition));
      if (stored === undefined) missing.push(partition);
      else this.#seek({ ...partition, offset: readOffset(stored) });
    }
    if (missing.length === 0) return;
    for (const position of await starts(missing)) {
      if (this.#stopped) return;
      this.#moveTo(position);
      this.#seek(position);
    }
  }

  #seek(position: PartitionOffset): void {
    this.#partitions.add(partitionKey(position));
    this.#lag.place(position).offset = position.offset;
    this.#reader.seek(position);
  }

  /** Notes a position that no record stands for. */
  #moveTo(position: PartitionOffset): void {
    const key = partitionKey(position);
    this.#gate.admit({ messages: [], position: { key, value: offsetBytes(position.offset) } });
    this.#progress.reached(key, position);
  }

  async #run(): Promise<void> {
    while (!this.#isStopped()) {
      try {
        const found = await this.#reader.next();
        if (!this.#reader.failing) {
          this.#retryMillis = firstRetryMillis;
          this.#outages.worked("reading");
        }
        for (const part of found) {
          if (this.#isStopped()) return;
          if (part.outOfRange) await this.#resetIn(part);
          else await this.#admitAll(part);
        }
      } catch (error) {
        if (this.#isStopped()) return;
        if (!isIoFailed(error)) {
          this.#fail(error);
          return;
        }
        this.#outages.failed("reading", error);
        await this.#pause();
      }
    }
  }

  /** A look that the compiler does not take for granted after the last one: others change it meanwhile. */
  #isStopped(): boolean {
    return this.#stopped;
  }

  async #admitAll(part: PartitionRecords): Promise<void> {
    const { topic, partition, records, nextOffset } = part;
    const route = this.#routes.get(topic);
    if (route === undefined) return;
    const key = partitionKey(part);
    const place = this.#lag.place(part);
    let next = -1;
    for (const record of records) {
      while (this.#gate.paused) {
        if (next >= 0) place.offset = next;
        this.#lag.pause();
        await this.#gate.whenOpen();
        this.#lag.resume();
        if (this.#isStopped()) return;
      }
      if (record.key === undefined || record.value === undefined) {
        this.#refuse(part, record);
        return;
      }
      next = record.offset + 1;
      this.#gate.admit({
        messages: route.messages(record.key, record.value),
        position: { key, value: offsetBytes(next) },
      });
    }
    if (next >= 0) this.#progress.reached(key, { topic, partition, offset: next });
    place.offset = nextOffset;
    if (next !== nextOffset) this.#moveTo({ topic, partition, offset: nextOffset });
  }

  #refuse({ topic, partition }: TopicPartition, { offset, key }: KafkaRecord): void {
    const { id } = this.#spec;
    const lack =
      key === undefined
        ? "has no key, which would be the id of the address; write records with a key"
        : "has no value (it is a tombstone); an empty value would be taken";
    this.#fail(
      new RuntimeError(
        "invalid-input",
        `Kafka ingress ${id}: the record at offset ${String(offset)} of partition ${String(partition)} of topic ${topic} ${lack}. Every restart comes back to it, as on a cluster: skip it by a new startup position and an empty data folder, or delete it from the topic`,
        { component: id },
      ),
    );
  }

  async #resetIn({ topic, partition, nextOffset }: PartitionRecords): Promise<void> {
    let positions: readonly PartitionOffset[];
    try {
      const why = `offset ${String(nextOffset)} does not exist`;
      positions = await this.#starts.reset([{ topic, partition }], why);
    } catch (error) {
      // Where no other offset is wanted, asking again would not help.
      if (!isIoFailed(error) || this.#spec.autoOffsetReset === "none") this.#fail(error);
      else {
        this.#outages.failed("reading", error);
        await this.#pause();
        this.#reader.seek({ topic, partition, offset: nextOffset }); // and be told again
      }
      return;
    }
    if (this.#isStopped()) return;
    for (const position of positions) {
      this.#moveTo(position);
      this.#seek(position);
    }
  }

  #fail(error: unknown): void {
    if (this.#stopped) return;
    const { id } = this.#spec;
    const known =
      error instanceof RuntimeError
        ? error
        : new RuntimeError("io-failed", `Kafka ingress ${id}: reading failed`, {
            cause: error,
            component: id,
          });
    void this.stop().catch(() => undefined);
    if (known.code !== "closed") this.#gate.fail(known); // then the runtime has ended already
  }

  #pause(): Promise<void> {
    const { clock } = this.#options;
    const until = clock.now() + this.#retryMillis;
    this.#retryMillis = Math.min(lastRetryMillis, this.#retryMillis * 2);
    return new Promise((resolve) => {
      this.#retry = clock.schedule(until, resolve);
    });
  }

  #discoverLater(): void {
    const { clock, discoveryMillis } = this.#options;
    if (discoveryMillis === undefined || this.#stopped) return;
    this.#discovery = clock.schedule(clock.now() + discoveryMillis, () => {
      void this.#discover();
    });
  }

  /** Nothing that was there before is missed: a new partition is read from its beginning. */
  async #discover(): Promise<void> {
    try {
      const partitions = await this.#allPartitions();
      const fresh = partitions.filter((partition) => !this.#partitions.has(partitionKey(partition)));
      if (!this.#stopped) await this.#begin(fresh, (missing) => this.#starts.earliest(missing));
      this.#outages.worked("looking for partitions");
    } catch (error) {
      if (!this.#stopped && error instanceof RuntimeError)
        this.#outages.failed("looking for partitions", error);
    }
    this.#discoverLater();
  }
}

function isIoFailed(error: unknown): error is RuntimeError {
  return error instanceof RuntimeError && error.code === "io-failed";
}
