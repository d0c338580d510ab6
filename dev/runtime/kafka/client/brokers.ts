import { setTimeout as delay } from "node:timers/promises";
import type { KafkaBroker } from "../../../module/kafka-brokers.js";
import type { TopicPartition } from "../kafka-connection.js";
import { apis } from "./apis.js";
import type { Api } from "./apis.js";
import type { BrokerSocket } from "./broker-socket.js";
import { errorCodes } from "./error-codes.js";
import { checkCode, KafkaFailure } from "./kafka-failure.js";
import { openSocket } from "./open-socket.js";
import type { SocketSettings } from "./open-socket.js";
import type { WireReader } from "./wire-reader.js";
import { WireWriter } from "./wire-writer.js";

/** Requests of different purposes have connections of their own: a fetch that waits for records would hold up others. */
export type Purpose = "control" | "fetch" | "produce";

/** Who coordinates what. The numbers are the protocol's. */
export const coordinatorOf = { group: 0, transaction: 1 } as const;

/** What was told of a topic: the leader of each partition, by number; −1 while it has none. */
interface TopicPicture {
  readonly leaders: ReadonlyMap<number, number>;
  /** When it is asked about anew, although nothing has failed. */
  readonly staleMillis: number;
}

/** When a broker may be tried again, and how long the pause after the next failure is. */
interface Absence {
  readonly untilMillis: number;
  readonly nextPauseMillis: number;
}

/** How long, and how often, a request is repeated. */
export interface Patience {
  readonly limitMillis: number;
  readonly retries: number;
}

/** The brokers of a Kafka cluster: connections to them, and which of them leads what. */
export class Brokers {
  readonly settings: SocketSettings;
  readonly #sockets = new Map<string, Promise<BrokerSocket>>();
  readonly #nodes = new Map<number, KafkaBroker>();
  readonly #topics = new Map<string, TopicPicture>();
  /** Brokers that could not be reached, by the names of the connections. */
  readonly #absent = new Map<string, Absence>();

  constructor(settings: SocketSettings) {
    this.settings = settings;
  }

  /** `host:port` of the brokers that the module names. */
  get addresses(): string {
    return this.settings.brokers.map(({ host, port }) => `${host}:${String(port)}`).join(", ");
  }

  /** A connection to a broker, made if there is none. */
  async socket(broker: KafkaBroker, purpose: Purpose): Promise<BrokerSocket> {
    const key = `${purpose} ${broker.host}:${String(broker.port)}`;
    const held = this.#sockets.get(key);
    if (held !== undefined) {
      const socket = await held;
      if (!socket.isClosed) return socket;
      if (this.#sockets.get(key) === held) this.#sockets.delete(key);
      return this.socket(broker, purpose); // which another caller may have made meanwhile
    }
    const opening = this.#open(broker, key);
    this.#sockets.set(key, opening);
    opening.catch(() => {
      if (this.#sockets.get(key) === opening) this.#sockets.delete(key);
    });
    return opening;
  }

  /** Connects, after a pause if the last attempt failed a moment ago. */
  async #open(broker: KafkaBroker, key: string): Promise<BrokerSocket> {
    const { reconnectBackoffMillis, reconnectBackoffMaxMillis } = this.settings;
    const absence = this.#absent.get(key);
    const pauseMillis = (absence?.untilMillis ?? 0) - Date.now();
    if (pauseMillis > 0) await delay(pauseMillis);
    try {
      const socket = await openSocket(broker, this.settings);
      this.#absent.delete(key);
      return socket;
    } catch (error) {
      const pause = Math.min(absence?.nextPauseMillis ?? reconnectBackoffMillis, reconnectBackoffMaxMillis);
      this.#absent.set(key, { untilMillis: Date.now() + pause, nextPauseMillis: pause * 2 });
      throw error;
    }
  }

  /** Asks one broker, in the ordinary time. */
  async ask(broker: KafkaBroker, purpose: Purpose, api: Api, body: Uint8Array): Promise<WireReader> {
    const socket = await this.socket(broker, purpose);
    return socket.request(api, [body], this.settings.requestTimeoutMillis);
  }

  /** Asks whichever broker answers first of those that are known. */
  async askAny(api: Api, body: Uint8Array): Promise<WireReader> {
    let failure: unknown = new KafkaFailure("no broker is known");
    for (const broker of [...this.#nodes.values(), ...this.settings.brokers]) {
      try {
        return await this.ask(broker, "control", api, body);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  /** Does something again while brokers say that it may help; unless told otherwise as long as one request may take. */
  async patiently<T>(attempt: () => Promise<T>, patience?: Patience): Promise<T> {
    const { limitMillis = this.settings.requestTimeoutMillis, retries = Infinity } = patience ?? {};
    const deadline = Date.now() + limitMillis;
    for (let repeated = 0; ; repeated += 1) {
      try {
        return await attempt();
      } catch (error) {
        const mayHelp = error instanceof KafkaFailure && error.retriable;
        if (!mayHelp || repeated >= retries || Date.now() >= deadline) throw error;
      }
      await delay(this.settings.retryBackoffMillis);
    }
  }

  /**
   * Asks anew about topics. With `mayCreate` brokers create those that do not exist, if they are set up to; a topic
   * that does not exist has no partitions. Returns those that are being created.
   */
  async refresh(topics: readonly string[], mayCreate: boolean): Promise<readonly string[]> {
    const body = new WireWriter();
    body.list(topics, (topic) => body.text(topic)).bool(mayCreate);
    const answer = await this.askAny(apis.metadata, body.taken());
    answer.int32(); // throttling
    answer.list(() => {
      const node = answer.int32();
      const broker = { host: answer.text(), port: answer.int32() };
      const known = this.#nodes.get(node);
      // The same object while it is the same broker: what is grouped by brokers stays together.
      if (known?.host !== broker.host || known.port !== broker.port) this.#nodes.set(node, broker);
      answer.text(); // rack
    });
    answer.text(); // the cluster's id
    answer.int32(); // the controller
    const inCreation: string[] = [];
    answer.list(() => {
      const code = answer.int16();
      const topic = answer.text();
      answer.int8(); // whether it is one of Kafka's own
      const leaders = new Map(answer.list(() => readPartition(answer)));
      this.#topics.set(topic, { leaders, staleMillis: Date.now() + this.settings.metadataMaxAgeMillis });
      if (code === errorCodes.leaderNotAvailable) inCreation.push(topic);
      else if (code !== errorCodes.unknownTopicOrPartition) {
        checkCode(code, `Kafka at ${this.addresses} has no topic ${JSON.stringify(topic)} for this client`);
      }
    });
    return inCreation;
  }

  /** The numbers of a topic's partitions, ascending; none if that is not known, or not any more. */
  knownPartitions(topic: string): readonly number[] {
    return [...this.#leaders(topic).keys()].sort((one, other) => one - other);
  }

  /** The numbers of a topic's partitions, to write to it. */
  async partitionsToWrite(topic: string): Promise<readonly number[]> {
    const known = this.knownPartitions(topic);
    if (known.length > 0) return known;
    await this.refresh([topic], true);
    const found = this.knownPartitions(topic);
    if (found.length > 0) return found;
    throw new KafkaFailure(
      `Kafka at ${this.addresses} cannot take records for topic ${topic}`,
      errorCodes.unknownTopicOrPartition,
    );
  }

  /**
   * The broker that leads a partition.
   *
   * @throws KafkaFailure that may be tried again if it has none
   */
  async leader({ topic, partition }: TopicPartition): Promise<KafkaBroker> {
    const known = this.#leaderOf(topic, partition);
    if (known !== undefined) return known;
    await this.refresh([topic], false);
    const found = this.#leaderOf(topic, partition);
    if (found !== undefined) return found;
    throw new KafkaFailure(
      `partition ${String(partition)} of topic ${topic} at Kafka ${this.addresses} cannot be used`,
      this.#leaders(topic).has(partition)
        ? errorCodes.leaderNotAvailable
        : errorCodes.unknownTopicOrPartition,
    );
  }

  /** Forgets who leads the partitions of topics, so that it is asked anew. */
  forget(topics: Iterable<string>): void {
    for (const topic of topics) this.#topics.delete(topic);
  }

  /**
   * Partitions by the broker that leads them.
   *
   * @param leaderless - hears of those that have none, which are left out; without it they are an error
   */
  async byLeader<T extends TopicPartition>(
    partitions: readonly T[],
    leaderless?: (failure: KafkaFailure) => void,
  ): Promise<ReadonlyMap<KafkaBroker, T[]>> {
    const parts = new Map<KafkaBroker, T[]>();
    for (const each of partitions) {
      let broker: KafkaBroker;
      try {
        broker = await this.leader(each);
      } catch (error) {
        const hasNone = error instanceof KafkaFailure && error.errorCode === errorCodes.leaderNotAvailable;
        if (!hasNone || leaderless === undefined) throw error;
        leaderless(error);
        continue;
      }
      const part = parts.get(broker);
      if (part === undefined) parts.set(broker, [each]);
      else part.push(each);
    }
    return parts;
  }

  /** The broker that coordinates a group or a transactional id. */
  async coordinator(kind: keyof typeof coordinatorOf, key: string): Promise<KafkaBroker> {
    const body = new WireWriter().text(key).int8(coordinatorOf[kind]).taken();
    const answer = await this.askAny(apis.findCoordinator, body);
    answer.int32(); // throttling
    const code = answer.int16();
    answer.text(); // the same in words
    checkCode(code, `Kafka at ${this.addresses} has no coordinator for the ${kind} ${key}`);
    answer.int32(); // its number
    return { host: answer.text(), port: answer.int32() };
  }

  /** Closes all connections; new ones are made when they are needed. */
  close(): void {
    for (const socket of this.#sockets.values()) {
      socket.then(
        (open) => {
          open.close();
        },
        () => undefined,
      );
    }
    this.#sockets.clear();
  }

  #leaderOf(topic: string, partition: number): KafkaBroker | undefined {
    const node = this.#leaders(topic).get(partition);
    return node === undefined ? undefined : this.#nodes.get(node);
  }

  #leaders(topic: string): ReadonlyMap<number, number> {
    const picture = this.#topics.get(topic);
    return picture === undefined || Date.now() > picture.staleMillis ? nothingKnown : picture.leaders;
  }
}

const nothingKnown: ReadonlyMap<number, number> = new Map();

/** A partition's number and its leader. */
function readPartition(answer: WireReader): readonly [number, number] {
  answer.int16(); // an error, such as that a replica is missing: the leader tells enough
  const partition = answer.int32();
  const leader = answer.int32();
  answer.list(() => answer.int32()); // replicas
  answer.list(() => answer.int32()); // those in sync
  return [partition, leader];
}
