import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { readBatches, withoutAborted } from "./record-batches.js";
import type { AbortedTransaction, KafkaRecord } from "./record-batches.js";

export interface ReadOptions {
  /** Default `true`: records of aborted transactions are not seen, those of open ones not yet. */
  readonly committedOnly?: boolean;
  /** The most one answer of the broker holds; an answer holds at least one batch, however large. */
  readonly maxFetchBytes?: number;
}

const fetchApi = 1;
/** The oldest version today's brokers speak, and the last one whose encoding is plain. */
const fetchVersion = 4;
const readCommitted = 1;

/** What a broker says of a partition whose creation it has not heard of yet; it is asked again. */
const notLeader = 6;
const defaultMaxFetchBytes = 1024 * 1024;

/** No answer waits longer for records to come: it bounds how long closing a reader takes. */
const maxWaitMillis = 200;

/**
 * Reads a topic from its beginning, straight from a single broker. The client library the tests write with is not
 * used here: when producers interleave, it delivers some records of aborted transactions.
 */
export class TopicReader {
  readonly #socket: Socket;
  readonly #topic: string;
  readonly #options: Required<ReadOptions>;
  readonly #next: Map<number, bigint>;
  readonly #records: KafkaRecord[] = [];
  readonly #loop: Promise<void>;
  #failure: unknown;
  #closed = false;

  private constructor(socket: Socket, topic: string, partitions: readonly number[], options: ReadOptions) {
    this.#socket = socket;
    this.#topic = topic;
    this.#options = { committedOnly: true, maxFetchBytes: defaultMaxFetchBytes, ...options };
    this.#next = new Map(partitions.map((partition) => [partition, 0n]));
    this.#loop = this.#fetchAll();
  }

  static async open(
    address: string,
    topic: string,
    partitions: readonly number[],
    options: ReadOptions,
  ): Promise<TopicReader> {
    const { hostname, port } = new URL(`kafka://${address}`);
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    return new TopicReader(socket, topic, partitions, options);
  }

  /** What has been read so far, in order within a partition. */
  get records(): readonly KafkaRecord[] {
    if (this.#failure !== undefined)
      throw new Error(`reading ${this.#topic} failed`, { cause: this.#failure });
    return this.#records;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#loop;
    this.#socket.destroy();
  }

  async #fetchAll(): Promise<void> {
    try {
      const answers = this.#answers();
      while (!this.#closed) {
        this.#socket.write(this.#request());
        const { value } = await answers.next();
        if (value === undefined) throw new Error("the broker closed the connection");
        this.#take(new Answer(value));
      }
    } catch (error) {
      this.#failure = error;
    }
  }

  /** Each message of the broker, without the length in front of it. */
  async *#answers(): AsyncGenerator<Buffer, undefined> {
    let bytes: Buffer = Buffer.alloc(0);
    for await (const chunk of this.#socket) {
      bytes = Buffer.concat([bytes, chunk as Buffer]);
      while (bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0)) {
        const end = 4 + bytes.readInt32BE(0);
        yield bytes.subarray(4, end);
        bytes = bytes.subarray(end);
      }
    }
    return undefined;
  }

  #request(): Buffer {
    const { committedOnly, maxFetchBytes } = this.#options;
    const body = Buffer.concat([
      int16(fetchApi),
      int16(fetchVersion),
      int32(0), // correlation: one request is open at a time
      text("statefun-test"),
      int32(-1), // a client, not a replica
      int32(maxWaitMillis),
      int32(1), // answer as soon as there is a byte
      int32(maxFetchBytes),
      Buffer.from([committedOnly ? readCommitted : 0]),
      int32(1),
      text(this.#topic),
      int32(this.#next.size),
      ...[...this.#next].flatMap(([partition, offset]) => [
        int32(partition),
        int64(offset),
        int32(maxFetchBytes),
      ]),
    ]);
    return Buffer.concat([int32(body.length), body]);
  }

  #take(answer: Answer): void {
    answer.skip(8); // correlation, throttling
    answer.list(() => {
      answer.text(); // the topic: there is one
      answer.list(() => {
        this.#takePartition(answer);
      });
    });
  }

  #takePartition(answer: Answer): void {
    const partition = answer.int32();
    const error = answer.int16();
    if (error !== 0 && error !== notLeader)
      throw new Error(`the broker answers error ${String(error)} for partition ${String(partition)}`);
    answer.skip(16); // the ends of the partition, with and without open transactions
    const aborted = answer.list((): AbortedTransaction => ({
      producerId: answer.int64(),
      firstOffset: answer.int64(),
    }));
    const batches = readBatches(answer.bytes());
    const from = this.#next.get(partition) ?? 0n;
    for (const { control, records } of this.#options.committedOnly
      ? withoutAborted(batches, aborted)
      : batches) {
      if (control) continue;
      for (const { offset, key, value } of records) {
        if (offset >= from) this.#records.push({ partition, key: key.toString(), value: value.toString() });
      }
    }
    const last = batches.at(-1);
    if (last !== undefined) this.#next.set(partition, last.lastOffset + 1n);
  }
}

/** Reads the broker's encoding from front to back. */
class Answer {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  skip(count: number): number {
    this.#position += count;
    return this.#position - count;
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.skip(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.skip(4));
  }

  int64(): bigint {
    return this.#bytes.readBigInt64BE(this.skip(8));
  }

  text(): string {
    const length = this.int16();
    return this.#bytes.toString("utf8", this.skip(length), this.#position);
  }

  bytes(): Buffer {
    const length = Math.max(0, this.int32());
    return this.#bytes.subarray(this.skip(length), this.#position);
  }

  /** A list may be null, which counts as empty. */
  list<T>(read: () => T): T[] {
    return Array.from({ length: Math.max(0, this.int32()) }, read);
  }
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)]);
}
