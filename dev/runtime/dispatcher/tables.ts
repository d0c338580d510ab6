import * as records from "../records/records.js";
import type { Store, StoreWrite } from "../store/store.js";
import { PendingTable } from "./pending-table.js";
import { SequencedTable } from "./sequenced-table.js";

interface Changing {
  readonly dirty: boolean;
  take(writes: StoreWrite[]): void;
}

interface Keyed extends Changing {
  committedAll(): void;
}

/** All tables of a store with what is not committed yet, and the counter that numbers messages and records. */
export class Tables {
  readonly types: PendingTable<number, records.TypeRecord>;
  readonly state: PendingTable<string, records.StateRecord>;
  readonly mail: SequencedTable<records.MailRecord>;
  readonly batches: PendingTable<string, number>;
  readonly delays: PendingTable<string, records.DelayRecord>;
  readonly tokens: PendingTable<string, string>;
  readonly outbox: SequencedTable<records.StoredEgressRecord>;
  readonly positions: PendingTable<string, Uint8Array>;
  readonly requests: PendingTable<string, number>;
  readonly quarantine: PendingTable<string, records.QuarantineRecord>;
  /** The part of `meta` that says how states expire. */
  readonly expirations: PendingTable<string, records.Expiration>;
  readonly #meta: PendingTable<string, number>;
  readonly #keyed: readonly Keyed[];
  readonly #all: readonly Changing[];
  #sequence: number;
  #savedSequence: number;

  /** Views on the tables of `store`, with nothing changed. */
  constructor(store: Store) {
    this.types = new PendingTable(store, "types", records.typeRecords);
    this.state = new PendingTable(store, "state", records.stateRecords);
    this.mail = new SequencedTable(store, "mail", records.mailRecords);
    this.batches = new PendingTable(store, "batches", records.batchRecords);
    this.delays = new PendingTable(store, "delays", records.delayRecords);
    this.tokens = new PendingTable(store, "tokens", records.tokenRecords);
    this.outbox = new SequencedTable(store, "outbox", records.outboxRecords);
    this.positions = new PendingTable(store, "positions", records.positionRecords);
    this.requests = new PendingTable(store, "requests", records.requestRecords);
    this.quarantine = new PendingTable(store, "quarantine", records.quarantineRecords);
    this.expirations = new PendingTable(store, "meta", records.expirationRecords);
    this.#meta = new PendingTable(store, "meta", records.sequenceRecords);
    this.#keyed = [
      this.types,
      this.state,
      this.batches,
      this.delays,
      this.tokens,
      this.positions,
      this.requests,
      this.quarantine,
      this.expirations,
      this.#meta,
    ];
    this.#all = [this.mail, this.outbox, ...this.#keyed];
    this.#sequence = this.#meta.get(records.sequenceKey) ?? 1;
    this.#savedSequence = this.#sequence;
  }

  /** Whether anything waits for the next commit. */
  get dirty(): boolean {
    return this.#sequence !== this.#savedSequence || this.#all.some((table) => table.dirty);
  }

  /** The number that is given out next. */
  get unusedSequence(): number {
    return this.#sequence;
  }

  /** The next number for a message or record: ascending, and never given out again once it is committed. */
  nextSequence(): number {
    return this.#sequence++;
  }

  /** Hands all changes over to a commit. */
  take(): StoreWrite[] {
    if (this.#sequence !== this.#savedSequence) {
      this.#meta.put(records.sequenceKey, this.#sequence);
      this.#savedSequence = this.#sequence;
    }
    const writes: StoreWrite[] = [];
    for (const table of this.#all) table.take(writes);
    return writes;
  }

  /** The commit that took the changes has ended well. */
  committed(): void {
    for (const table of this.#keyed) table.committedAll();
  }
}
