import type { Clock } from "../clock.js";
import { entriesAStep, Sweep } from "./sweep.js";
import type { Tables } from "./tables.js";

/** A request that is repeated later than this is a new one: clients that retry give up sooner. */
const keptMillis = 24 * 60 * 60 * 1000;

/** From the end of one search for old keys to the next: a key stays a twentieth of its time too long at most. */
const restMillis = 60 * 60 * 1000;

/** After a start there is more urgent work. */
const firstMillis = 60 * 1000;

/** Sorts right behind the key before it. */
const behind = "\0";

/** The idempotency keys of requests that were taken over in the last day. */
export class KnownRequests {
  readonly #tables: Tables;
  readonly #clock: Clock;
  readonly #removed: () => void;
  readonly #sweep: Sweep;
  /** Where the search for old keys goes on. */
  #from = "";
  /** Whether there may be keys that it has to come back for. */
  #anyLeft = false;

  /**
   * The keys in `tables`.
   *
   * @param removed - old keys were removed, which has to be committed
   */
  constructor(tables: Tables, clock: Clock, removed: () => void) {
    this.#tables = tables;
    this.#clock = clock;
    this.#removed = removed;
    this.#sweep = new Sweep(clock, () => this.#forgetSome());
  }

  /** Begins to look for old keys, if there are any keys. */
  start(): void {
    const isEmpty = [...this.#tables.requests.committed(undefined, 1)].length === 0;
    if (!isEmpty) this.#sweep.begin(this.#clock.now() + firstMillis);
  }

  /** Ends for good. */
  stop(): void {
    this.#sweep.stop();
  }

  /**
   * Whether no request with that key was taken over.
   *
   * @throws RuntimeError `store-damaged` if the store cannot be read
   */
  isNew(key: string): boolean {
    const atMillis = this.#tables.requests.get(key);
    return atMillis === undefined || atMillis + keptMillis <= this.#clock.now();
  }

  /** Remembers the key of a request that is taken over now. */
  add(key: string): void {
    const now = this.#clock.now();
    this.#tables.requests.put(key, now);
    this.#anyLeft = true;
    this.#sweep.begin(now + restMillis);
  }

  /** A step of the search; gives when the next is due. */
  #forgetSome(): number | undefined {
    const { requests } = this.#tables;
    const now = this.#clock.now();
    let count = 0;
    let removed = false;
    for (const [key, atMillis] of requests.committed(this.#from, entriesAStep)) {
      count++;
      this.#from = key + behind;
      // By what it is now, not by what is committed.
      const isOld = atMillis + keptMillis <= now && this.isNew(key);
      if (isOld) requests.remove(key);
      removed ||= isOld;
      this.#anyLeft ||= !isOld;
    }
    if (removed) this.#removed();
    if (count === entriesAStep) return now;
    const again = this.#anyLeft;
    this.#from = "";
    this.#anyLeft = false;
    return again ? now + restMillis : undefined;
  }
}
