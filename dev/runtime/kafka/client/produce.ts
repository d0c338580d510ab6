import type { KafkaProducerSettings } from "../../../module/kafka-settings.js";
import { RuntimeError } from "../../runtime-error.js";
import type { OutgoingRecord, TopicPartition } from "../kafka-connection.js";
import { Partitioner } from "../partitioner.js";
import { apis } from "./apis.js";
import type { Brokers } from "./brokers.js";
import type { BrokerSocket } from "./broker-socket.js";
import { compressions } from "./compression.js";
import { errorCodes } from "./error-codes.js";
import { checkCode, KafkaFailure } from "./kafka-failure.js";
import { placeText, readByTopic } from "./offsets.js";
import type { WireReader } from "./wire-reader.js";
import { WireWriter } from "./wire-writer.js";
import { batchHead } from "./batch-head.js";
import { anonymous, recordOverhead, writeBatch } from "./write-batch.js";
import type { BatchProducer } from "./write-batch.js";

/** Who writes; without an id brokers do not look for repetitions. */
export interface ProducerIdentity {
  readonly id: number;
  readonly epoch: number;
  readonly transactionalId: string | undefined;
}

/** The records of one partition that are to be written, cut into batches. */
export interface PartitionBatches extends TopicPartition {
  readonly batches: readonly (readonly OutgoingRecord[])[];
}

/** Writes batches to the brokers that lead their partitions, numbering the records of each partition. */
export class BatchWriter {
  readonly #brokers: Brokers;
  readonly #settings: KafkaProducerSettings;
  readonly #identity: ProducerIdentity | undefined;
  readonly #partitioner = new Partitioner();
  readonly #sequences = new Map<string, number>();

  constructor(brokers: Brokers, settings: KafkaProducerSettings, identity: ProducerIdentity | undefined) {
    this.#brokers = brokers;
    this.#settings = settings;
    this.#identity = identity;
  }

  /** Cuts records into batches by their partitions, keeping their order. */
  async cut(records: readonly OutgoingRecord[]): Promise<readonly PartitionBatches[]> {
    const { maxRequestBytes, batchBytes } = this.#settings;
    const most = Math.min(maxRequestBytes, batchBytes);
    this.#partitioner.turn();
    const topics = new Map<string, TopicCuts>();
    for (const { topic } of records) {
      if (topics.has(topic)) continue;
      const numbers = await this.#brokers.patiently(() => this.#brokers.partitionsToWrite(topic));
      topics.set(topic, { numbers, cuts: [] });
    }
    for (const record of records) {
      const { numbers, cuts } = topics.get(record.topic) as TopicCuts;
      const index = this.#partitioner.choose(record.key, numbers.length);
      const cut = (cuts[index] ??= new Cut(record.topic, numbers[index] as number, most));
      cut.add(record);
    }
    return [...topics.values()].flatMap(({ cuts }) => cuts.filter((cut) => cut !== undefined));
  }

  /**
   * Writes what {@link cut} made, the batches of a partition one after the other.
   *
   * @throws KafkaFailure if a batch was not acknowledged; none of its partition follows it then
   */
  async write(parts: readonly PartitionBatches[]): Promise<void> {
    const { deliveryTimeoutMillis: limitMillis, retries } = this.#settings;
    const rounds = Math.max(0, ...parts.map(({ batches }) => batches.length));
    for (let round = 0; round < rounds; round += 1) {
      let left = parts.flatMap(({ topic, partition, batches }) => {
        const records = batches[round];
        return records === undefined ? [] : [this.#batch(topic, partition, records)];
      });
      await this.#brokers.patiently(
        async () => {
          const results = await Promise.allSettled(await this.#requests(left));
          const written = results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
          left = left.filter((batch) => !written.includes(batch));
          const failed = results.find((result) => result.status === "rejected");
          if (failed !== undefined) throw failed.reason;
          if (left.length > 0) throw this.#refusal(left[0] as WholeBatch);
        },
        { limitMillis, retries },
      );
    }
  }

  #batch(topic: string, partition: number, records: readonly OutgoingRecord[]): WholeBatch {
    const key = `${topic}/${String(partition)}`;
    const sequence = this.#sequences.get(key) ?? 0;
    // The numbers begin again behind the last one that has 31 bits.
    this.#sequences.set(key, (sequence + records.length) % 2 ** 31);
    const identity = this.#identity;
    const producer: BatchProducer =
      identity === undefined
        ? anonymous
        : {
            id: identity.id,
            epoch: identity.epoch,
            sequence,
            transactional: identity.transactionalId !== undefined,
          };
    const compression = compressions[this.#settings.compression];
    const bytes = writeBatch(records, producer, compression, Date.now());
    return { topic, partition, bytes, errorCode: 0 };
  }

  /** Sends batches, one request a broker; each resolves with those that were taken. */
  async #requests(batches: readonly WholeBatch[]): Promise<readonly Promise<readonly WholeBatch[]>[]> {
    const byLeader = await this.#brokers.byLeader(batches);
    return [...byLeader].map(async ([broker, part]) => {
      const socket = await this.#brokers.socket(broker, "produce");
      const { acks, requestTimeoutMillis } = this.#settings;
      const body = produceRequest(this.#identity?.transactionalId, acks, requestTimeoutMillis, part);
      if (acks === 0) {
        await socket.send(apis.produce, body);
        return part;
      }
      const answer = await socket.request(apis.produce, body, requestTimeoutMillis);
      return this.#taken(part, answer, socket);
    });
  }

  #taken(part: readonly WholeBatch[], answer: WireReader, socket: BrokerSocket): readonly WholeBatch[] {
    const codes = new Map<string, number>();
    readByTopic(answer, (topic) => {
      const partition = answer.int32();
      codes.set(`${topic}/${String(partition)}`, answer.int16());
      answer.int64(); // the offset of the first record
      answer.int64(); // the time the broker gave it
      answer.int64(); // the beginning of the log
    });
    return part.filter((batch) => {
      const code = codes.get(`${batch.topic}/${String(batch.partition)}`) ?? -1;
      batch.errorCode = code;
      if (code === 0 || code === errorCodes.duplicateSequence) return true;
      const what = `Kafka at ${socket.name} does not take records for ${placeText(batch.topic, batch.partition)}`;
      if (code === errorCodes.invalidTopic) throw new RuntimeError("invalid-record", what);
      if (!new KafkaFailure(what, code).retriable) checkCode(code, what);
      this.#brokers.forget([batch.topic]);
      return false;
    });
  }

  #refusal({ topic, partition, errorCode }: WholeBatch): KafkaFailure {
    const what = `Kafka at ${this.#brokers.addresses} does not take records for ${placeText(topic, partition)}`;
    return new KafkaFailure(what, errorCode);
  }
}

/** A batch that is ready to be sent. */
interface WholeBatch extends TopicPartition {
  readonly bytes: Buffer;
  /** What the broker said of it last. */
  errorCode: number;
}

function produceRequest(
  transactionalId: string | undefined,
  acks: number,
  timeoutMillis: number,
  batches: readonly WholeBatch[],
): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  let body = new WireWriter().maybeText(transactionalId).int16(acks).int32(timeoutMillis);
  const topics = new Set(batches.map(({ topic }) => topic));
  body.int32(topics.size);
  for (const topic of topics) {
    const part = batches.filter((batch) => batch.topic === topic);
    body.text(topic).int32(part.length);
    for (const { partition, bytes } of part) {
      parts.push(body.int32(partition).int32(bytes.length).taken(), bytes);
      body = new WireWriter(); // the batch itself is not copied
    }
  }
  return parts;
}

/** The partitions of a topic, and the records for each of them, if there are any. */
interface TopicCuts {
  readonly numbers: readonly number[];
  readonly cuts: (Cut | undefined)[];
}

/** Records of one partition, cut where a batch would become too large. */
class Cut implements PartitionBatches {
  readonly topic: string;
  readonly partition: number;
  readonly batches: OutgoingRecord[][] = [];
  readonly #mostBytes: number;
  #bytes = Infinity;

  constructor(topic: string, partition: number, mostBytes: number) {
    this.topic = topic;
    this.partition = partition;
    this.#mostBytes = mostBytes;
  }

  add(record: OutgoingRecord): void {
    let size = recordOverhead + (record.key?.length ?? 0) + record.value.length;
    for (const { key, value } of record.headers ?? []) {
      size += Buffer.byteLength(key) + (value?.length ?? 0) + recordOverhead;
    }
    if (this.#bytes + size > this.#mostBytes) {
      this.batches.push([]);
      this.#bytes = batchHead.size;
    }
    this.#bytes += size;
    this.batches.at(-1)?.push(record);
  }
}
