import type { Clock } from "../clock.js";
import type { Tables } from "./tables.js";

/** A request that is repeated later than this is a new one: clients that retry give up sooner. */
const keptMillis = 24 * 60 * 60 * 1000;

/** Old keys are looked for no more often than this, since all keys are read for it. */
const sweepMillis = 60 * 60 * 1000;

/** The idempotency keys of requests that were taken over in the last day. */
export class KnownRequests {
  readonly #tables: Tables;
  readonly #clock: Clock;
  #nextSweepMillis = 0;

  /** The keys in `tables`. */
  constructor(tables: Tables, clock: Clock) {
    this.#tables = tables;
    this.#clock = clock;
  }

  /** Whether no request with that key was taken over. */
  isNew(key: string): boolean {
    const atMillis = this.#tables.requests.get(key);
    return atMillis === undefined || atMillis + keptMillis <= this.#clock.now();
  }

  /** Remembers the key of a request that is taken over now. */
  add(key: string): void {
    const now = this.#clock.now();
    this.#tables.requests.put(key, now);
    if (now < this.#nextSweepMillis) return;
    this.#nextSweepMillis = now + sweepMillis;
    for (const [old] of this.#tables.requests.committed()) {
      if (this.isNew(old)) this.#tables.requests.remove(old); // by what it is now, not by what is committed
    }
  }
}
