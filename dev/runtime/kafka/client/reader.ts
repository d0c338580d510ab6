import type { KafkaBroker } from "../../../module/kafka-brokers.js";
import type { KafkaConsumerSettings } from "../../../module/kafka-settings.js";
import { Fifo } from "../../fifo.js";
import { RuntimeError } from "../../runtime-error.js";
import type {
  Isolation,
  KafkaReader,
  KafkaRecord,
  PartitionOffset,
  PartitionRecords,
  TopicPartition,
} from "../kafka-connection.js";
import { apis } from "./apis.js";
import type { Brokers } from "./brokers.js";
import { allBatches, committedBatches } from "./committed.js";
import { errorCodes } from "./error-codes.js";
import { fetchRequest, readFetchAnswer } from "./fetch.js";
import type { FetchedPartition } from "./fetch.js";
import { checkCode, KafkaFailure } from "./kafka-failure.js";
import { batchesIn, readRecords } from "./read-batches.js";
import type { Batch } from "./read-batches.js";

/** A partition that is read. */
interface Place {
  readonly topic: string;
  readonly partition: number;
  offset: number;
  /** Behind its last record, as the broker told it last. */
  end: number | undefined;
  /** The offset does not exist; said once, then it waits to be moved. */
  lost: boolean;
}

/** Stands among the names of brokers for any of them, where it is asked who leads what. */
const anyBroker = "";

/** A piece of an answer that nobody has asked for yet. */
interface Piece {
  readonly place: Place;
  /** The batch whose records count; without one there are none. */
  readonly batch: Batch | undefined;
  /** The first offset that was asked for. */
  readonly from: number;
  readonly nextOffset: number;
  readonly outOfRange: boolean;
}

/**
 * Reads partitions from the brokers that lead them: one request at a time each, the next one on its way while what came
 * is worked on, and no more, so that a reader that pauses holds two answers at most. Records are read a batch at a time,
 * when it is their turn: thousands of them that wait would outlive every collection of young garbage.
 */
export class BrokerReader implements KafkaReader {
  readonly #brokers: Brokers;
  readonly #settings: KafkaConsumerSettings;
  readonly #isolation: Isolation;
  readonly #onClose: (reader: BrokerReader) => void;
  readonly #places = new Map<string, Place>();
  /** Brokers that are asked at the moment, or whose answer waits to be taken. */
  readonly #busy = new Set<string>();
  /** Brokers whose last answer was none, or an error. */
  readonly #failing = new Set<string>();
  readonly #pieces = new Fifo<Piece>();
  #failure: RuntimeError | undefined;
  /** A failure was given out, and not yet that it is over. */
  #hasThrown = false;
  #wake: (() => void) | undefined;
  #pumping = false;
  #closed = false;

  constructor(
    brokers: Brokers,
    settings: KafkaConsumerSettings,
    isolation: Isolation,
    onClose: (reader: BrokerReader) => void,
  ) {
    this.#brokers = brokers;
    this.#settings = settings;
    this.#isolation = isolation;
    this.#onClose = onClose;
  }

  get failing(): boolean {
    return this.#failing.size > 0;
  }

  end({ topic, partition }: TopicPartition): number | undefined {
    return this.#places.get(keyOf(topic, partition))?.end;
  }

  seek({ topic, partition, offset }: PartitionOffset): void {
    // A new object: an answer that is under way for the old one does not move it.
    const end = this.end({ topic, partition });
    this.#places.set(keyOf(topic, partition), { topic, partition, offset, end, lost: false });
    void this.#pump();
  }

  async next(): Promise<readonly PartitionRecords[]> {
    for (;;) {
      if (this.#closed) return [];
      const piece = this.#pieces.shift();
      if (piece !== undefined) {
        if (this.#pieces.size === 0) void this.#pump();
        if (this.#isBack) this.#hasThrown = false;
        if (this.#placeOf(piece.place) !== piece.place) continue; // it was moved meanwhile
        return [this.#recordsOf(piece)];
      }
      const failure = this.#failure;
      if (failure !== undefined) {
        this.#failure = undefined;
        this.#hasThrown = true;
        throw failure;
      }
      if (this.#isBack) {
        this.#hasThrown = false;
        return [];
      }
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      void this.#pump();
      await woken;
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#onClose(this);
    this.#awake();
    return Promise.resolve();
  }

  get #isBack(): boolean {
    return this.#hasThrown && !this.failing;
  }

  #awake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  /** Asks every broker that leads partitions and is not asked already, unless what came before is not taken yet. */
  async #pump(): Promise<void> {
    if (this.#pumping || this.#closed || this.#pieces.size > 0 || this.#failure !== undefined) return;
    this.#pumping = true;
    try {
      const wanted = [...this.#places.values()].filter(({ lost }) => !lost);
      const leaderless: KafkaFailure[] = [];
      const parts = await this.#brokers.byLeader(wanted, (failure) => leaderless.push(failure));
      const names = new Set([...parts.keys()].map(nameOf));
      for (const name of this.#failing) if (!names.has(name)) this.#failing.delete(name); // it leads nothing now
      for (const [broker, places] of parts) {
        const name = nameOf(broker);
        if (this.#busy.has(name)) continue;
        this.#busy.add(name);
        void this.#fetch(broker, name, places);
      }
      const [first] = leaderless;
      if (first !== undefined) this.#fail(first, anyBroker);
    } catch (error) {
      this.#fail(error, anyBroker);
    } finally {
      this.#pumping = false;
    }
  }

  async #fetch(broker: KafkaBroker, name: string, places: readonly Place[]): Promise<void> {
    try {
      const socket = await this.#brokers.socket(broker, "fetch");
      const body = fetchRequest(places, this.#isolation, this.#settings);
      const { requestTimeoutMillis, fetchMaxWaitMillis } = this.#settings;
      const answer = await socket.request(apis.fetch, [body], requestTimeoutMillis + fetchMaxWaitMillis);
      const { errorCode, partitions } = readFetchAnswer(answer);
      checkCode(errorCode, `reading from Kafka at ${name} failed`);
      this.#failing.delete(name);
      const asked = new Map(places.map((place) => [keyOf(place.topic, place.partition), place]));
      for (const fetched of partitions) this.#take(fetched, asked, name);
    } catch (error) {
      this.#fail(error, name);
    } finally {
      this.#busy.delete(name);
    }
    if (this.#pieces.size > 0 || this.#isBack) this.#awake();
    else void this.#pump();
  }

  #take(fetched: FetchedPartition, asked: ReadonlyMap<string, Place>, name: string): void {
    const { topic, partition, errorCode, aborted, bytes } = fetched;
    const key = keyOf(topic, partition);
    const place = asked.get(key);
    if (place === undefined || this.#places.get(key) !== place) return; // it was moved meanwhile
    const { offset: from } = place;
    if (errorCode === errorCodes.offsetOutOfRange) {
      place.lost = true;
      this.#pieces.push({ place, batch: undefined, from, nextOffset: from, outOfRange: true });
      return;
    }
    if (errorCode !== 0) {
      this.#brokers.forget([topic]);
      this.#fail(new KafkaFailure(`reading ${placeText(place, name)} failed`, errorCode), name);
      return;
    }
    place.end = this.#isolation === "read-committed" ? fetched.committedEnd : fetched.end;
    const batches = batchesIn(bytes, placeText(place, name));
    const last = batches.at(-1);
    if (last === undefined) return;
    const counted =
      this.#isolation === "read-committed" ? committedBatches(batches, aborted) : allBatches(batches);
    for (const batch of counted) {
      this.#pieces.push({ place, batch, from, nextOffset: batch.lastOffset + 1, outOfRange: false });
    }
    place.offset = last.lastOffset + 1;
    if (counted.at(-1) !== last) {
      this.#pieces.push({ place, batch: undefined, from, nextOffset: place.offset, outOfRange: false });
    }
    // The next request asks for the others first: none waits for ever behind one that fills every answer.
    this.#places.delete(key);
    this.#places.set(key, place);
  }

  #placeOf({ topic, partition }: TopicPartition): Place | undefined {
    return this.#places.get(keyOf(topic, partition));
  }

  /** @throws KafkaFailure if the records do not fit their batch, which is then asked for again */
  #recordsOf({ place, batch, from, nextOffset, outOfRange }: Piece): PartitionRecords {
    const { topic, partition } = place;
    const records: KafkaRecord[] = [];
    try {
      if (batch !== undefined) readRecords(batch, from, records, placeText(place, this.#brokers.addresses));
    } catch (error) {
      this.seek({ topic, partition, offset: Math.max(from, batch?.baseOffset ?? from) });
      throw error;
    }
    return { topic, partition, records, nextOffset, outOfRange };
  }

  #fail(error: unknown, broker: string): void {
    if (this.#closed) return;
    this.#failing.add(broker);
    this.#failure =
      error instanceof RuntimeError
        ? error
        : new KafkaFailure(
            `reading from Kafka at ${this.#brokers.addresses} failed: ${String(error)}`,
            0,
            error,
          );
    this.#brokers.forget([...this.#places.values()].map(({ topic }) => topic));
    this.#awake();
  }
}

function nameOf({ host, port }: KafkaBroker): string {
  return `${host}:${String(port)}`;
}

function placeText({ topic, partition }: TopicPartition, broker: string): string {
  return `partition ${String(partition)} of topic ${topic} at Kafka ${broker}`;
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${String(partition)}`;
}
