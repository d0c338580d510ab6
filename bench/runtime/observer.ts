import { setTimeout as delay } from "node:timers/promises";
import { connectionSettings } from "../../dev/module/kafka-settings.js";
import { readModule } from "../../dev/module/read-module.js";
import { kafkaClient } from "../../dev/runtime/kafka/kafka-client.js";
import type {
  KafkaConnection,
  KafkaReader,
  KafkaRecord,
  PartitionRecords,
} from "../../dev/runtime/kafka/kafka-connection.js";
import { RuntimeError } from "../../dev/runtime/runtime-error.js";
import { greetingsTopic } from "./greeter.js";

/** Longer than Flink takes for the longest row on a machine that is busy with other things. */
const limitMillis = 300_000;

/** Before a broker that did not answer is asked again. */
const againMillis = 100;

interface Waiting {
  readonly count: number;
  readonly resolve: (millis: number) => void;
  readonly reject: (error: Error) => void;
}

/** Connects to the broker that a module names. */
export function connectionOf(module: string): KafkaConnection {
  const [ingress] = readModule(module).ingresses;
  if (ingress === undefined || !("consumerGroupId" in ingress))
    throw new Error("the module has no Kafka ingress");
  return kafkaClient(connectionSettings(ingress));
}

/**
 * Reads the greetings that are committed from now on, and checks that the visits of each address are 1, 2, 3 and so on,
 * and that each record is greeted once.
 */
export class Observer {
  readonly #connection: KafkaConnection;
  readonly #reader: KafkaReader;
  readonly #visits = new Map<string, number>();
  readonly #greeted = new Set<string>();
  /** When paced records were due, by number. */
  #due: ReadonlyMap<string, number> = new Map();
  #waiting: Waiting[] = [];
  #count = 0;
  #error: Error | undefined;
  #closed = false;
  /** How long paced records took from when they were due until their greeting was seen. */
  readonly latencies: number[] = [];

  private constructor(connection: KafkaConnection, reader: KafkaReader) {
    this.#connection = connection;
    this.#reader = reader;
  }

  /** Begins at the end of the greetings. */
  static async open(module: string): Promise<Observer> {
    const connection = connectionOf(module);
    const partition = { topic: greetingsTopic, partition: 0 };
    const [end] = await connection.offsets([partition], "latest", "read-committed");
    const reader = connection.reader("read-committed");
    reader.seek({ ...partition, offset: end?.offset ?? 0 });
    const observer = new Observer(connection, reader);
    void observer.#read();
    return observer;
  }

  /** From now on, the greetings of these are timed. */
  time(due: ReadonlyMap<string, number>): void {
    this.#due = due;
  }

  /**
   * Resolves once so many greetings have been seen, with the time at which they were.
   *
   * @throws Error if one is wrong, or they do not come
   */
  async until(count: number): Promise<number> {
    if (this.#error !== undefined) throw this.#error;
    if (this.#count >= count) return performance.now();
    return new Promise((resolve, reject) => {
      const patience = setTimeout(() => {
        this.#fail(
          new Error(`${this.#count.toString()} greetings of ${count.toString()} have come, and no more do`),
        );
      }, limitMillis);
      const settled = (): void => {
        clearTimeout(patience);
      };
      this.#waiting.push({
        count,
        resolve: (millis) => {
          settled();
          resolve(millis);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#reader.close();
    await this.#connection.close();
    this.#fail(new Error("the observer is closed"));
  }

  async #read(): Promise<void> {
    try {
      while (!this.#closed) {
        const found = await this.#next();
        const millis = performance.now();
        for (const { records } of found) for (const record of records) this.#take(record, millis);
        this.#tell(millis);
      }
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** A broker that gets no time to answer is asked again; whoever waits has a limit. */
  async #next(): Promise<readonly PartitionRecords[]> {
    try {
      return await this.#reader.next();
    } catch (error) {
      if (!(error instanceof RuntimeError) || error.code !== "io-failed") throw error;
      await delay(againMillis);
      return [];
    }
  }

  #take({ key, value }: KafkaRecord, millis: number): void {
    const id = Buffer.from(key ?? []).toString("latin1");
    const [visits = "", number = ""] = Buffer.from(value ?? [])
      .toString("latin1")
      .split(" ");
    const expected = (this.#visits.get(id) ?? 0) + 1;
    if (Number(visits) !== expected) {
      throw new Error(`${id} is greeted for visit ${visits} where ${expected.toString()} comes next`);
    }
    if (this.#greeted.has(number)) throw new Error(`record ${number} is greeted twice`);
    this.#visits.set(id, expected);
    this.#greeted.add(number);
    this.#count++;
    const due = this.#due.get(number);
    if (due !== undefined) this.latencies.push(millis - due);
  }

  #tell(millis: number): void {
    const done = this.#waiting.filter(({ count }) => this.#count >= count);
    this.#waiting = this.#waiting.filter(({ count }) => this.#count < count);
    for (const { resolve } of done) resolve(millis);
  }

  #fail(error: Error): void {
    this.#error ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
