import { connectionSettings } from "../../dev/module/kafka-settings.js";
import { createMissingTopics } from "../../dev/cluster/kafka.js";
import { kafkaClient } from "../../dev/runtime/kafka/kafka-client.js";
import type {
  KafkaConnection,
  KafkaReader,
  TopicPartition,
} from "../../dev/runtime/kafka/kafka-connection.js";
import { realClock } from "../../dev/runtime/real-clock.js";
import { EmbeddedJob } from "../scenarios/embedded-job.js";
import { compared } from "../scenarios/expectations.js";
import type { CommittedRecord, Comparison, Leniency } from "../scenarios/expectations.js";
import { realPassage } from "../scenarios/passage.js";
import { replay } from "../scenarios/replay.js";
import type { Topics } from "../scenarios/replay.js";
import type { Scenario } from "../scenarios/scenario.js";
import { ScriptedFunction } from "../scenarios/scripted-function.js";
import type { Stores } from "../scenarios/stores.js";
import { KafkaRecords } from "./kafka-records.js";

/** So long nothing must happen for everything to have come to rest, in milliseconds: a broker answers sooner. */
const restMillis = 500;

/** How long a reader may need to the end of a topic of some records. */
const endLimitMillis = 60_000;

/**
 * Replays a scenario against the embedded runtime with a real broker and the machine's clock, and compares.
 *
 * @throws Error if something that a step waits for never happens
 */
export async function replayedOnBroker(
  scenario: Scenario,
  address: string,
  stores: Stores,
  leniency: Leniency = {},
): Promise<Comparison> {
  for (const [topic, partitions] of Object.entries(scenario.topics)) {
    await createMissingTopics(address, [topic], partitions);
  }
  let lastActivity = performance.now();
  const touch = (): void => {
    lastActivity = performance.now();
  };
  const clock = realClock();
  const passage = realPassage();
  const script = new ScriptedFunction({ port: 0 }, scenario.functions, clock, touch);
  const job = new EmbeddedJob({
    ...{ scenario, clock, stores, onActivity: touch, arrived: () => script.requests.length },
    settle: async () => {
      const atRest = (): boolean =>
        performance.now() - lastActivity > restMillis && job.moving() === undefined;
      if (!(await passage.until({ holds: atRest }, 60_000))) throw new Error("It never came to rest.");
    },
    module: () =>
      scenario.module
        .replaceAll("${FUNCTIONS}", `http://127.0.0.1:${String(script.server.port)}`)
        .replaceAll("${KAFKA}", address),
  });
  const topics = new BrokerTopics(address);
  try {
    const seen = await replay(scenario, { script, topics, job, passage });
    return compared(scenario.expect, seen, leniency);
  } finally {
    await job.close();
    await script.close();
    await topics.close();
    stores.remove();
  }
}

/** Topics of a real broker: written with one client, and read with another. */
class BrokerTopics implements Topics {
  readonly #records: KafkaRecords;
  readonly #connection: KafkaConnection;
  readonly #readers = new Map<string, CommittedReader>();

  constructor(address: string) {
    this.#records = new KafkaRecords(address);
    this.#connection = kafkaClient(
      connectionSettings({
        ...{ kind: "kafka", id: "test/reader", address, consumerGroupId: "test", topics: [], properties: {} },
        ...{ autoOffsetReset: "earliest", startupPosition: { type: "earliest" } },
      }),
    );
  }

  async produce(topic: string, key: Uint8Array | null, value: Uint8Array | null): Promise<void> {
    await this.#records.sendBytes(topic, key, value);
  }

  async committed(topic: string): Promise<readonly CommittedRecord[]> {
    return (await this.#reader(topic)).records;
  }

  async allCommitted(topic: string): Promise<readonly CommittedRecord[]> {
    const reader = await this.#reader(topic);
    const ends = await this.#connection.offsets(reader.partitions, "latest", "read-committed");
    const holds = (): boolean => ends.every(({ partition, offset }) => reader.next(partition) >= offset);
    if (!(await realPassage().until({ holds }, endLimitMillis))) throw new Error(`${topic} has no end.`);
    return reader.records;
  }

  async #reader(topic: string): Promise<CommittedReader> {
    let reader = this.#readers.get(topic);
    if (reader === undefined) {
      const partitions = (await this.#connection.partitions([topic])).get(topic) ?? [];
      reader = new CommittedReader(this.#connection.reader("read-committed"), topic, partitions);
      this.#readers.set(topic, reader);
    }
    return reader;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#readers.values()].map((reader) => reader.close()));
    await this.#connection.close();
    await this.#records.close();
  }
}

/** Reads a topic from its beginning, for as long as it is open. */
class CommittedReader {
  readonly #reader: KafkaReader;
  readonly #loop: Promise<void>;
  readonly #found: CommittedRecord[] = [];
  readonly #next = new Map<number, number>();
  readonly partitions: readonly TopicPartition[];
  #failure: unknown;
  #closed = false;

  constructor(reader: KafkaReader, topic: string, partitions: readonly number[]) {
    this.#reader = reader;
    this.partitions = partitions.map((partition) => ({ topic, partition }));
    for (const partition of partitions) reader.seek({ topic, partition, offset: 0 });
    this.#loop = this.#read().catch((error: unknown) => {
      this.#failure = error;
    });
  }

  /** The offset that is read next. */
  next(partition: number): number {
    return this.#next.get(partition) ?? 0;
  }

  /** What has been found so far. */
  get records(): readonly CommittedRecord[] {
    if (this.#failure !== undefined) throw new Error("Reading the topic failed.", { cause: this.#failure });
    return this.#found;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#reader.close();
    await this.#loop;
  }

  async #read(): Promise<void> {
    while (!this.#closed) {
      for (const { records, partition, nextOffset } of await this.#reader.next()) {
        this.#next.set(partition, nextOffset);
        for (const { key = null, value = new Uint8Array(0) } of records) this.#found.push({ key, value });
      }
    }
  }
}
