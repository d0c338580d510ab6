import type { Clock, ScheduledCall } from "../clock.js";
import type { EgressCounters } from "../counters.js";
import type { Egress, OutboxRecord } from "../egress/egress.js";
import type { JournalListener } from "../journal-entry.js";
import { RuntimeError } from "../runtime-error.js";
import type { WaitingRecord } from "../runtime-view.js";

/** The most records delivered together: a Kafka transaction costs milliseconds, which many records should share. */
const mostRecords = 5000;

/** After a failure the lane waits this long, then twice as long each time, up to the longest wait. */
const firstWaitMillis = 100;
const longestWaitMillis = 10_000;

/** The records of one egress, delivered in order, one delivery after the other. */
export class OutboxLane {
  readonly egress: Egress;
  readonly #clock: Clock;
  readonly #journal: JournalListener;
  readonly #done: (records: readonly OutboxRecord[]) => void;
  readonly #unusedSequence: () => number;
  readonly #counters: EgressCounters;
  #records: OutboxRecord[] = [];
  #delivering: OutboxRecord[] = [];
  #isOpen = false;
  #running = false;
  #started = false;
  #closed = false;
  #abandoned = false;
  /** Up to this sequence number records may have arrived, though nobody has told. */
  #doubtfulUntil: number;
  #failures = 0;
  #retry: ScheduledCall | undefined;
  #round: Promise<void> = Promise.resolve();

  /**
   * A lane that does not deliver before it is started.
   *
   * @param done - hears of what has arrived or was dropped
   * @param unusedSequence - the lowest sequence number that the store has not given out
   */
  constructor(
    egress: Egress,
    clock: Clock,
    journal: JournalListener,
    counters: EgressCounters,
    done: (records: readonly OutboxRecord[]) => void,
    unusedSequence: () => number,
  ) {
    this.egress = egress;
    this.#clock = clock;
    this.#journal = journal;
    this.#counters = counters;
    this.#done = done;
    this.#unusedSequence = unusedSequence;
    this.#doubtfulUntil = unusedSequence() - 1; // what is from before may have been on its way
  }

  /** How many records are not delivered yet. */
  get waiting(): number {
    return this.#records.length + this.#delivering.length;
  }

  /** Those records, in order. */
  get records(): readonly OutboxRecord[] {
    return [...this.#delivering, ...this.#records];
  }

  /** Whether the destination may have a record that waits, or a part of it. */
  mayHaveArrived({ sequence }: OutboxRecord): boolean {
    return sequence <= this.#doubtfulUntil;
  }

  /**
   * Drops a record for good, once no delivery of it is under way, and goes on at once with those behind it.
   *
   * @returns `undefined` if no record with that number waits (then): it may have arrived meanwhile
   */
  async drop(sequence: number): Promise<WaitingRecord | undefined> {
    const isIt = (record: OutboxRecord): boolean => record.sequence === sequence;
    while (this.#running && this.#delivering.some(isIt)) await this.#round;
    const record = this.#delivering.find(isIt) ?? this.#records.find(isIt);
    if (record === undefined || this.#closed) return undefined;
    const mayHaveArrived = this.mayHaveArrived(record);
    if (this.#delivering.some(isIt)) this.#delivering = this.#delivering.filter((one) => one !== record);
    else this.#records = this.#records.filter((one) => one !== record);
    this.#counters.dropped++;
    this.#counters.waiting = this.waiting;
    this.#done([record]);
    this.#journal({ kind: "egress-dropped", egress: this.egress.id, ...record, mayHaveArrived });
    this.#tryNow();
    return { ...record, mayHaveArrived };
  }

  /** Adds a durable record. */
  add(record: OutboxRecord): void {
    this.#records.push(record);
    this.#counters.waiting = this.waiting;
    if (!this.#running) this.#next();
  }

  /** Connects, and begins to deliver. */
  start(): void {
    this.#started = true;
    this.#next();
  }

  /** Stops for good, after the delivery under way. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#retry?.cancel();
    await this.#round;
    await this.egress.close();
  }

  /** As if the process had died: what becomes of a delivery under way is not heard of any more. */
  abandon(): void {
    this.#closed = true;
    this.#abandoned = true;
    this.#retry?.cancel();
  }

  #next(): void {
    if (!this.#started || this.#closed || this.#running || this.#retry !== undefined) return;
    if (this.#isOpen && this.waiting === 0) return;
    this.#running = true;
    this.#round = this.#deliver().then(
      () => {
        this.#running = false;
        if (this.#failures > 0) this.#journal({ kind: "egress-recovered", egress: this.egress.id });
        this.#failures = 0;
        this.#next();
      },
      (error: unknown) => {
        this.#running = false;
        this.#failed(error);
      },
    );
  }

  async #deliver(): Promise<void> {
    if (!this.#isOpen) {
      const unused = this.#unusedSequence();
      const last = await this.egress.open();
      if (last !== undefined && last >= unused) throw foreignDestination(this.egress, last, unused);
      this.#skip(last);
      this.#isOpen = true;
      if (this.#closed) return;
    }
    if (this.#delivering.length === 0) {
      this.#delivering =
        this.#records.length <= mostRecords ? this.#records : this.#records.slice(0, mostRecords);
      this.#records = this.#records.length <= mostRecords ? [] : this.#records.slice(mostRecords);
    }
    const records = this.#delivering;
    if (records.length === 0) return;
    this.#doubtfulUntil = Math.max(this.#doubtfulUntil, records.at(-1)?.sequence ?? 0);
    await this.egress.deliver(records);
    this.#delivering = [];
    this.#gone(records);
  }

  /** The destination has the records up to `last` from before. */
  #skip(last: number | undefined): void {
    if (last === undefined) return;
    this.#doubtfulUntil = last;
    const all = [...this.#delivering, ...this.#records];
    const known = all.filter(({ sequence }) => sequence <= last);
    this.#delivering = [];
    this.#records = all.filter(({ sequence }) => sequence > last);
    if (known.length > 0) this.#gone(known);
  }

  #gone(records: readonly OutboxRecord[]): void {
    if (this.#abandoned) return;
    this.#counters.records += records.length;
    this.#counters.waiting = this.waiting;
    this.#done(records);
    for (const { sequence, argument } of records) {
      this.#journal({ kind: "delivered", egress: this.egress.id, sequence, argument });
    }
  }

  /** Tries again later: from the connection on, since nobody knows what has become of it. */
  #failed(cause: unknown): void {
    if (this.#closed) return;
    const { id } = this.egress;
    const error =
      cause instanceof RuntimeError
        ? cause
        : new RuntimeError("io-failed", `the egress ${id} could not deliver: ${String(cause)}`, {
            cause,
            component: id,
          });
    this.#isOpen = false;
    this.#counters.failures++;
    this.#journal({ kind: "egress-failed", egress: id, error });
    const waitMillis = Math.min(firstWaitMillis * 2 ** this.#failures++, longestWaitMillis);
    this.#retry = this.#clock.schedule(this.#clock.now() + waitMillis, this.#again);
  }

  /** What failed is not waited for any longer: what it failed for is gone. */
  #tryNow(): void {
    if (this.#retry === undefined) return;
    this.#retry.cancel();
    this.#again();
  }

  /** Whatever comes while the egress closes waits for that: it is opened when it is closed, and not before. */
  readonly #again = (): void => {
    this.#retry = undefined;
    this.#running = true;
    const closed = this.egress.close().catch(() => undefined); // what is open may be broken
    this.#round = closed.then(() => {
      this.#running = false;
      this.#next();
    });
  };
}

/** Skipping what such a destination claims to have would lose records. */
function foreignDestination({ id, description }: Egress, last: number, unused: number): RuntimeError {
  return new RuntimeError(
    "io-failed",
    `the egress ${id} (${description}) has record ${String(last)}, and this data folder has not written record ${String(unused)} yet: it was used with another one; use that one again, or give the egress an empty destination`,
    { component: id },
  );
}
