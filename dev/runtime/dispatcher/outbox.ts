import type { Clock } from "../clock.js";
import type { Counters } from "../counters.js";
import type { Egress, OutboxRecord } from "../egress/egress.js";
import type { JournalListener } from "../journal-entry.js";
import { RuntimeError } from "../runtime-error.js";
import { ownBytes } from "./own-bytes.js";
import { OutboxLane } from "./outbox-lane.js";
import type { Tables } from "./tables.js";

interface Added {
  readonly lane: OutboxLane;
  readonly record: OutboxRecord;
}

/** What egresses deliver: records wait here until they are durable, and until their destination has them. */
export class Outbox {
  readonly #tables: Tables;
  readonly #lanes = new Map<string, OutboxLane>();
  #added: Added[] = [];
  #committing: Added[] = [];

  /**
   * @param changed - called when something was delivered, so that its removal gets committed
   */
  constructor(
    tables: Tables,
    egresses: readonly Egress[],
    clock: Clock,
    journal: JournalListener,
    counters: Counters,
    changed: () => void,
  ) {
    this.#tables = tables;
    for (const egress of egresses) {
      if (this.#lanes.has(egress.id)) {
        throw new RuntimeError("invalid-argument", `the egress ${egress.id} is given twice; ids are unique`);
      }
      this.#lanes.set(
        egress.id,
        new OutboxLane(egress, clock, journal, counters.egress(egress.id), (records) => {
          for (const { sequence } of records) tables.outbox.removeOnce(sequence);
          changed();
        }),
      );
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

  /** The egress of that id. */
  egress(id: string): Egress | undefined {
    return this.#lanes.get(id)?.egress;
  }

  /** Takes in what the store has from before, and begins to deliver. */
  start(): void {
    for (const [sequence, { egress, argument }] of this.#tables.outbox.committed()) {
      this.#lanes.get(egress)?.add({ sequence, argument });
    }
    for (const lane of this.#lanes.values()) lane.start();
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
