import type { Clock } from "../clock.js";
import type { Counters } from "../counters.js";
import type { Egress, OutboxRecord } from "../egress/egress.js";
import type { JournalListener } from "../journal-entry.js";
import { RuntimeError } from "../runtime-error.js";
import type { WaitingRecord } from "../runtime-view.js";
import { ownBytes } from "./own-bytes.js";
import { OutboxLane } from "./outbox-lane.js";
import type { Tables } from "./tables.js";

interface Added {
  readonly lane: OutboxLane;
  readonly record: OutboxRecord;
}

/** What an {@link Outbox} works with. */
export interface OutboxParts {
  readonly egresses: readonly Egress[];
  /** The egress for an id that is not among them. */
  readonly standIn: ((id: string) => Egress | undefined) | undefined;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly journal: JournalListener;
  /** Something was delivered, so its removal has to be committed. */
  readonly changed: () => void;
}

/** What egresses deliver: records wait here until they are durable, and until their destination has them. */
export class Outbox {
  readonly #tables: Tables;
  readonly #parts: OutboxParts;
  readonly #lanes = new Map<string, OutboxLane>();
  /** The numbers of records whose egress the module does not have any more. */
  readonly #stranded = new Map<string, Set<number>>();
  #started = false;
  #added: Added[] = [];
  #committing: Added[] = [];

  /** An outbox that delivers nothing before it is started. */
  constructor(tables: Tables, parts: OutboxParts) {
    this.#tables = tables;
    this.#parts = parts;
    for (const egress of parts.egresses) {
      if (this.#lanes.has(egress.id)) {
        throw new RuntimeError("invalid-argument", `the egress ${egress.id} is given twice; ids are unique`);
      }
      this.#addLane(egress);
    }
  }

  /** The ids of all egresses. */
  get ids(): readonly string[] {
    return [...this.#lanes.keys()];
  }

  /** How many records are not delivered yet. */
  get size(): number {
    let size = this.#added.length + this.#committing.length;
    for (const lane of this.#lanes.values()) size += lane.waiting;
    return size;
  }

  /** Whether every record has been delivered. */
  get idle(): boolean {
    return this.size === 0;
  }

  /** How many records wait for one egress; 0 for an egress that does not exist. */
  waiting(id: string): number {
    return this.#lanes.get(id)?.waiting ?? 0;
  }

  /** The records that wait for one egress, in order. */
  records(id: string): readonly WaitingRecord[] {
    const lane = this.#lanes.get(id);
    if (lane === undefined) return this.#strandedRecords(id);
    const added = [...this.#committing, ...this.#added].filter((one) => one.lane === lane);
    return [...lane.records, ...added.map(({ record }) => record)].map((record) => ({
      ...record,
      mayHaveArrived: lane.mayHaveArrived(record),
    }));
  }

  /**
   * Drops a durable record for good, once no delivery of it is under way. It is gone with the next commit.
   *
   * @returns `undefined` if no such record waits for that egress
   */
  async drop(id: string, sequence: number): Promise<WaitingRecord | undefined> {
    const lane = this.#lanes.get(id);
    return lane === undefined ? this.#dropStranded(id, sequence) : lane.drop(sequence);
  }

  /** They are read when somebody asks: nobody else needs them in memory. */
  #strandedRecords(id: string): readonly WaitingRecord[] {
    const stranded = this.#stranded.get(id) ?? new Set();
    if (stranded.size === 0) return [];
    const records: WaitingRecord[] = [];
    for (const [sequence, { argument }] of this.#tables.outbox.committed()) {
      if (stranded.has(sequence)) records.push({ sequence, argument, mayHaveArrived: true });
    }
    return records;
  }

  #dropStranded(id: string, sequence: number): WaitingRecord | undefined {
    const record = this.#strandedRecords(id).find((one) => one.sequence === sequence);
    if (record === undefined) return undefined;
    this.#stranded.get(id)?.delete(sequence);
    this.#tables.outbox.remove(sequence);
    const counters = this.#parts.counters.egress(id);
    counters.dropped++;
    counters.waiting--;
    this.#parts.journal({ kind: "egress-dropped", egress: id, ...record });
    this.#parts.changed();
    return record;
  }

  /** The egress of that id. */
  egress(id: string): Egress | undefined {
    return this.#lane(id)?.egress;
  }

  /** Takes in what the store has from before, and begins to deliver. */
  start(): void {
    for (const [sequence, { egress, argument }] of this.#tables.outbox.committed()) {
      const lane = this.#lane(egress);
      if (lane !== undefined) lane.add({ sequence, argument });
      else this.#stranded.set(egress, (this.#stranded.get(egress) ?? new Set()).add(sequence));
    }
    for (const [egress, { size }] of this.#stranded) this.#strand(egress, size);
    this.#started = true;
    for (const lane of this.#lanes.values()) lane.start();
  }

  /** Records wait for an egress that is no longer there: they stay in the store, and people are told. */
  #strand(egress: string, count: number): void {
    const what = `${count.toString()} records wait for the egress ${egress}, which the module does not have any more`;
    const error = new RuntimeError(
      "unknown-egress",
      `${what}; add it again, and they are delivered, or drop them with egress drop`,
      {
        component: egress,
      },
    );
    this.#parts.counters.egress(egress).waiting = count;
    this.#parts.journal({ kind: "egress-failed", egress, error });
  }

  #lane(id: string): OutboxLane | undefined {
    const lane = this.#lanes.get(id);
    if (lane !== undefined) return lane;
    const egress = this.#parts.standIn?.(id);
    return egress === undefined ? undefined : this.#addLane(egress);
  }

  #addLane(egress: Egress): OutboxLane {
    const { clock, journal, counters, changed } = this.#parts;
    const tables = this.#tables;
    const lane = new OutboxLane(
      egress,
      clock,
      journal,
      counters.egress(egress.id),
      (records) => {
        for (const { sequence } of records) tables.outbox.remove(sequence);
        changed();
      },
      () => tables.unusedSequence,
    );
    this.#lanes.set(egress.id, lane);
    if (this.#started) lane.start();
    return lane;
  }

  /** Stops delivering, for good, after the deliveries under way. Resolves when the egresses have let go. */
  async close(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map((lane) => lane.close()));
  }

  /** Stops as if the process had died. */
  abandon(): void {
    for (const lane of this.#lanes.values()) lane.abandon();
  }

  /** Adds a record; it leaves once it is committed. */
  add(egress: Egress, bytes: Uint8Array): void {
    const argument = ownBytes(bytes);
    const lane = this.#lanes.get(egress.id);
    if (lane === undefined) return;
    const sequence = this.#tables.nextSequence();
    this.#tables.outbox.put(sequence, { egress: egress.id, argument });
    this.#added.push({ lane, record: { sequence, argument } });
  }

  /** A commit has taken what was added so far. */
  taken(): void {
    this.#committing = this.#added;
    this.#added = [];
  }

  /** That commit has ended well: its records may leave. */
  committed(): void {
    for (const { lane, record } of this.#committing.splice(0)) lane.add(record);
  }
}
