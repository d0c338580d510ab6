import type { Clock, ScheduledCall } from "../clock.js";
import type { EgressCounters } from "../counters.js";
import type { Egress, OutboxRecord } from "../egress/egress.js";
import type { JournalListener } from "../journal-entry.js";
import { RuntimeError } from "../runtime-error.js";

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
  readonly #delivered: (records: readonly OutboxRecord[]) => void;
  readonly #unusedSequence: () => number;
  readonly #counters: EgressCounters;
  #records: OutboxRecord[] = [];
  #delivering: OutboxRecord[] = [];
  #isOpen = false;
  #running = false;
  #started = false;
  #closed = false;
  #abandoned = false;
  #failures = 0;
  #retry: ScheduledCall | undefined;
  #round: Promise<void> = Promise.resolve();

  /**
   * A lane that does not deliver before it is started.
   *
   * @param delivered - hears of what has arrived
   * @param unusedSequence - the lowest sequence number that the store has not given out
   */
  constructor(
    egress: Egress,
    clock: Clock,
    journal: JournalListener,
    counters: EgressCounters,
    delivered: (records: readonly OutboxRecord[]) => void,
    unusedSequence: () => number,
  ) {
    this.egress = egress;
    this.#clock = clock;
    this.#journal = journal;
    this.#counters = counters;
    this.#delivered = delivered;
    this.#unusedSequence = unusedSequence;
  }

  /** How many records are not delivered yet. */
  get waiting(): number {
    return this.#records.length + this.#delivering.length;
  }

  /** Those records, in order. */
  get records(): readonly OutboxRecord[] {
    return [...this.#delivering, ...this.#records];
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
    await this.egress.deliver(records);
    this.#delivering = [];
    this.#gone(records);
  }

  /** The destination has the records up to `last` from before. */
  #skip(last: number | undefined): void {
    if (last === undefined) return;
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
    this.#delivered(records);
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
    this.#retry = this.#clock.schedule(this.#clock.now() + waitMillis, () => {
      this.#retry = undefined;
      this.#round = this.egress.close().catch(() => undefined); // what is open may be broken
      void this.#round.then(() => {
        this.#next();
      });
    });
  }
}

/** Skipping what such a destination claims to have would lose records. */
function foreignDestination({ id, description }: Egress, last: number, unused: number): RuntimeError {
  return new RuntimeError(
    "io-failed",
    `the egress ${id} (${description}) has record ${String(last)}, and this data folder has not written record ${String(unused)} yet: it was used with another one; use that one again, or give the egress an empty destination`,
    { component: id },
  );
}
