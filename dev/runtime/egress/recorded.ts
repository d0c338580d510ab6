import { RuntimeError } from "../runtime-error.js";
import {
  kafkaRecordTypename,
  readableValue,
  readTopicRecord,
  typedValueParts,
  type ReadableValue,
} from "../values/readable-value.js";
import type { Egress, OutboxRecord } from "./egress.js";

/** A record that an egress has kept. */
export interface RecordedRecord extends ReadableValue {
  /** Ascends over all records of the runtime, so those of one egress have gaps. */
  readonly sequence: number;
}

/** Which records a reader wants. */
export interface RecordQuery {
  /** Only those with a higher sequence number. */
  readonly after?: number | undefined;
  /** Only those for this topic or stream. */
  readonly topic?: string | undefined;
  /** Only those with this key. */
  readonly key?: string | undefined;
  /** The most records; {@link defaultReadRecords} unless given. */
  readonly limit?: number | undefined;
}

/** How {@link RecordedEgress.next} waits. */
export interface RecordWait {
  /** How long to wait for the first record. */
  readonly waitMillis: number;
  /** Gives up waiting. */
  readonly signal?: AbortSignal | undefined;
}

/** What a reader got. */
export interface RecordedRecords {
  /** The records, in order. */
  readonly records: readonly RecordedRecord[];
  /** Whether none is missing that came after `after`: false if some are no longer kept. */
  readonly complete: boolean;
}

/** Bounds of a {@link RecordedEgress}. */
export interface RecordedOptions {
  /** How many records are kept; {@link defaultKeptRecords} unless given. */
  readonly keptRecords?: number | undefined;
  /** How many bytes of records are kept; {@link defaultKeptBytes} unless given. */
  readonly keptBytes?: number | undefined;
}

/** An egress that keeps its last records in memory and shows them to whoever asks. */
export interface RecordedEgress extends Egress {
  /** What is kept of the records that `query` is for. Does not take them out. */
  read(query?: RecordQuery): RecordedRecords;
  /** As {@link read}; if there is nothing, waits for the first record, or until the time is over. */
  next(query: RecordQuery, wait: RecordWait): Promise<RecordedRecords>;
  /** The serialized `TypedValue` of every record that is kept, in order. */
  arguments(): readonly Uint8Array[];
}

/** More than anyone reads on a terminal, and enough for a reader that comes back once a second. */
const defaultKeptRecords = 10_000;

/** What large records may take of a process that also holds the state. */
const defaultKeptBytes = 64 * 1024 * 1024;

/** The most records of one answer, unless more are asked for. */
const defaultReadRecords = 1_000;

interface Kept {
  readonly sequence: number;
  readonly argument: Uint8Array;
  /** Decoded when somebody first looks. */
  readable: RecordedRecord | undefined;
}

interface Waiter {
  readonly query: RecordQuery;
  wake(): void;
}

/** The egress `id`, kept in memory: for development and tests, and for reading over HTTP. */
export function recordedEgress(id: string, options: RecordedOptions = {}): RecordedEgress {
  return new Recording(id, options);
}

class Recording implements RecordedEgress {
  readonly id: string;
  readonly description: string;
  readonly #keptRecords: number;
  readonly #keptBytes: number;
  readonly #waiters = new Set<Waiter>();
  /** The records that are kept begin at `#first`; what is before is cleared, and removed now and then. */
  #records: (Kept | undefined)[] = [];
  #first = 0;
  #bytes = 0;
  /** The highest sequence number that is no longer kept. */
  #dropped = -1;
  #last: number | undefined;

  constructor(
    id: string,
    { keptRecords = defaultKeptRecords, keptBytes = defaultKeptBytes }: RecordedOptions,
  ) {
    this.id = id;
    this.description = `the last ${String(keptRecords)} records, in memory`;
    this.#keptRecords = keptRecords;
    this.#keptBytes = keptBytes;
  }

  check(argument: Uint8Array): void {
    const { typename, bytes } = typedValueParts(argument);
    if (typename !== kafkaRecordTypename || readTopicRecord(bytes) !== undefined) return;
    throw new RuntimeError(
      "invalid-record",
      `the record for ${this.id} has the typename of a Kafka record, and its bytes are none: a cluster would stop at it`,
      { component: this.id },
    );
  }

  open(): Promise<number | undefined> {
    return Promise.resolve(this.#last);
  }

  deliver(records: readonly OutboxRecord[]): Promise<void> {
    for (const { sequence, argument } of records) {
      if (this.#last !== undefined && sequence <= this.#last) continue;
      this.#last = sequence;
      this.#records.push({ sequence, argument, readable: undefined });
      this.#bytes += argument.length;
      while (this.#length > this.#keptRecords || (this.#bytes > this.#keptBytes && this.#length > 1)) {
        this.#drop();
      }
      if (this.#waiters.size > 0) this.#wake(this.#records.at(-1) as Kept);
    }
    return Promise.resolve();
  }

  close(): Promise<void> {
    for (const waiter of this.#waiters) waiter.wake();
    return Promise.resolve();
  }

  read({ after = -1, topic, key, limit = defaultReadRecords }: RecordQuery = {}): RecordedRecords {
    const records: RecordedRecord[] = [];
    for (let at = this.#indexAfter(after); at < this.#records.length && records.length < limit; at++) {
      const record = readableOf(this.#records[at] as Kept);
      if (matches(record, topic, key)) records.push(record);
    }
    return { records, complete: after >= this.#dropped };
  }

  async next(query: RecordQuery, { waitMillis, signal }: RecordWait): Promise<RecordedRecords> {
    const found = this.read(query);
    if (found.records.length > 0 || waitMillis <= 0 || signal?.aborted === true) return found;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timeout);
        signal?.removeEventListener("abort", wake);
        this.#waiters.delete(waiter);
        resolve();
      };
      const waiter = { query, wake };
      const timeout = setTimeout(wake, waitMillis);
      signal?.addEventListener("abort", wake);
      this.#waiters.add(waiter);
    });
    return this.read(query);
  }

  arguments(): readonly Uint8Array[] {
    return this.#records.slice(this.#first).map((record) => (record as Kept).argument);
  }

  get #length(): number {
    return this.#records.length - this.#first;
  }

  #drop(): void {
    const { sequence, argument } = this.#records[this.#first] as Kept;
    this.#records[this.#first++] = undefined;
    this.#bytes -= argument.length;
    this.#dropped = sequence;
    if (this.#first * 2 < this.#records.length) return;
    this.#records = this.#records.slice(this.#first);
    this.#first = 0;
  }

  #wake(record: Kept): void {
    for (const waiter of this.#waiters) {
      const { after = -1, topic, key } = waiter.query;
      if (record.sequence > after && matches(readableOf(record), topic, key)) waiter.wake();
    }
  }

  /** Where the records with a sequence number above `after` begin. */
  #indexAfter(after: number): number {
    let low = this.#first;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#records[middle] as Kept).sequence <= after) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function readableOf(kept: Kept): RecordedRecord {
  kept.readable ??= { sequence: kept.sequence, ...readableValue(kept.argument) };
  return kept.readable;
}

function matches(record: RecordedRecord, topic: string | undefined, key: string | undefined): boolean {
  return (topic === undefined || record.topic === topic) && (key === undefined || record.key === key);
}
