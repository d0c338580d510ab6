import type { Clock } from "../clock.js";
import type { Counters } from "../counters.js";
import type { JournalListener } from "../journal-entry.js";
import type { QuarantineRecord } from "../records/records.js";
import type { RuntimeError } from "../runtime-error.js";
import type { Load } from "./load.js";
import type { Mailbox } from "./mailbox.js";
import type { Tables } from "./tables.js";

/** What a {@link Quarantine} works with. */
export interface QuarantineParts {
  readonly tables: Tables;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly journal: JournalListener;
}

/**
 * The addresses that are set aside: whatever comes for one stays in its mailbox until somebody decides. Their messages
 * have a bound of their own, and people are told when it is reached, since nothing but a decision makes room then.
 */
export class Quarantine {
  readonly #parts: QuarantineParts;
  readonly #load: Load;
  #addresses = 0;
  #isFull = false;

  /** Nobody is set aside. */
  constructor(parts: QuarantineParts, load: Load) {
    this.#parts = parts;
    this.#load = load;
  }

  /** Sets an address aside that an earlier run had set aside. */
  restore(mailbox: Mailbox, record: QuarantineRecord): void {
    this.#take(mailbox, record, undefined);
  }

  /** Sets an address aside: its batch and whatever comes stay in its mailbox. */
  park(mailbox: Mailbox, error: RuntimeError): void {
    const { tables, clock, journal } = this.#parts;
    const record = { sinceMillis: clock.now(), code: error.code, message: error.message };
    tables.quarantine.put(mailbox.key, record);
    this.#load.relieved(mailbox);
    journal({ kind: "quarantine", what: "parked", address: mailbox.address, error });
    this.#take(mailbox, record, error);
  }

  /** An address is not set aside any more; gives whether it was. */
  release(mailbox: Mailbox, what: "retried" | "dropped"): boolean {
    const { tables, journal } = this.#parts;
    if (mailbox.quarantined === undefined) return false;
    const { error } = mailbox.quarantined;
    mailbox.quarantined = undefined;
    mailbox.type.counters.quarantined--;
    this.#addresses--;
    tables.quarantine.remove(mailbox.key);
    journal({ kind: "quarantine", what, address: mailbox.address, error });
    this.#load.released(mailbox);
    this.look();
    return true;
  }

  /** Its messages have become more or fewer: tells if that makes ingresses pause, or lets them go on. */
  look(): void {
    const { counters, journal } = this.#parts;
    const { quarantinedBytes, quarantineIsFull } = this.#load;
    counters.quarantinedMailBytes = quarantinedBytes;
    if (quarantineIsFull === this.#isFull) return;
    this.#isFull = quarantineIsFull;
    if (!quarantineIsFull) journal({ kind: "quarantine-relieved" });
    else journal({ kind: "quarantine-full", addresses: this.#addresses, bytes: quarantinedBytes });
  }

  #take(mailbox: Mailbox, record: QuarantineRecord, error: RuntimeError | undefined): void {
    mailbox.quarantined = { ...record, error };
    mailbox.type.counters.quarantined++;
    this.#addresses++;
    this.#load.parked(mailbox);
    this.look();
  }
}
