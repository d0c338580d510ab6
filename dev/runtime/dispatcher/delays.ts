import type { Clock, ScheduledCall } from "../clock.js";
import { MinHeap } from "../min-heap.js";
import type { DelayRecord } from "../records/records.js";
import { delayDueMillis, delayKey, tokenKey } from "../records/records.js";
import type { Store } from "../store/store.js";
import { storeFailure } from "./store-failure.js";
import type { Tables } from "./tables.js";

/** The most keys of delayed messages held in memory: some 20 MB. Those that are due later stay in the store. */
const mostKeys = 200_000;

/** How many keys are read from the store at a time: enough that reading is rare, few enough to take milliseconds. */
const keysAtOnce = 10_000;

/** The most messages that become due in one go, so that other work gets its turn. */
const mostAtOnce = 10_000;

/** Sorts behind every key that begins with the key before it. */
const after = "~";

/**
 * Delayed messages and their cancellation tokens. In memory are only the keys of those that are due first; the
 * messages themselves are in the store or wait for their commit.
 */
export class Delays {
  /** How many are not due yet. */
  pending = 0;
  readonly #store: Store;
  readonly #tables: Tables;
  readonly #clock: Clock;
  readonly #elapsed: (record: DelayRecord) => void;
  readonly #done: () => void;
  #heap = newHeap();
  /** Keys from here on are not in memory; `undefined` if all are. */
  #horizon: string | undefined = "";
  #scheduled: { readonly atMillis: number; readonly call: ScheduledCall } | undefined;
  #started = false;

  /**
   * @param elapsed - called for each message that is due, in order
   * @param done - called after each group of them
   */
  constructor(
    store: Store,
    tables: Tables,
    clock: Clock,
    elapsed: (record: DelayRecord) => void,
    done: () => void,
  ) {
    this.#store = store;
    this.#tables = tables;
    this.#clock = clock;
    this.#elapsed = elapsed;
    this.#done = done;
  }

  /** Begins: messages that are overdue come at once. */
  start(): void {
    this.#started = true;
    this.pending += this.#store.count("delays"); // what the first replies have sent already is not in the store yet
    this.#refill();
    this.#arm();
  }

  /** Ends for good. */
  stop(): void {
    this.#started = false;
    this.#scheduled?.call.cancel();
    this.#scheduled = undefined;
  }

  /** Whether a message of that sender is pending under `token`. */
  isPending(senderId: string, token: string): boolean {
    return this.#tables.tokens.get(tokenKey(senderId, token)) !== undefined;
  }

  /** Sends a message that becomes due `delayMillis` from now. */
  send(delayMillis: bigint, record: DelayRecord): void {
    const due = dueMillis(this.#clock.now(), delayMillis);
    const key = delayKey(due, this.#tables.nextSequence());
    this.#tables.delays.put(key, record);
    this.pending++;
    if (record.token !== "") this.#tables.tokens.put(tokenKey(record.fromId, record.token), key);
    if (this.#horizon !== undefined && key >= this.#horizon) return;
    this.#heap.push(key);
    if (this.#heap.size > mostKeys) this.#spill();
    this.#arm();
  }

  /** Cancels the message under `token`; does nothing if there is none. */
  cancel(senderId: string, token: string): void {
    const tokenAt = tokenKey(senderId, token);
    const key = this.#tables.tokens.get(tokenAt);
    if (key === undefined) return;
    this.#tables.tokens.remove(tokenAt);
    this.#tables.delays.removeOnce(key); // its key in memory finds nothing when it comes
    this.pending--;
  }

  /** Sees to it that the clock calls when the first message is due. */
  #arm(): void {
    const { first } = this.#heap;
    if (first === undefined || !this.#started) return;
    const atMillis = delayDueMillis(first);
    if (this.#scheduled !== undefined) {
      if (this.#scheduled.atMillis <= atMillis) return;
      this.#scheduled.call.cancel();
    }
    this.#scheduled = { atMillis, call: this.#clock.schedule(atMillis, this.#due) };
  }

  readonly #due = (): void => {
    this.#scheduled = undefined;
    const now = this.#clock.now();
    for (let count = 0; count < mostAtOnce; count++) {
      if (this.#heap.size === 0) this.#refill();
      const { first } = this.#heap;
      if (first === undefined || delayDueMillis(first) > now) break;
      this.#heap.pop();
      this.#take(first);
    }
    if (this.#heap.size === 0) this.#refill();
    this.#arm();
    this.#done();
  };

  #take(key: string): void {
    const record = this.#tables.delays.get(key);
    if (record === undefined) return; // cancelled
    this.#tables.delays.removeOnce(key);
    this.pending--;
    if (record.token !== "") this.#tables.tokens.remove(tokenKey(record.fromId, record.token));
    this.#elapsed(record);
  }

  /** Brings in the next keys from the store, and those that are on their way there. */
  #refill(): void {
    const from = this.#horizon;
    if (from === undefined || this.#heap.size > 0) return;
    const keys = this.#keysFrom(from);
    for (const key of keys) this.#heap.push(key);
    const last = keys.at(-1);
    this.#horizon = keys.length < keysAtOnce || last === undefined ? undefined : last + after;
    for (const [key] of this.#tables.delays.uncommitted()) {
      if (key >= from && (this.#horizon === undefined || key < this.#horizon)) this.#heap.push(key);
    }
  }

  #keysFrom(from: string): string[] {
    try {
      return Array.from(this.#store.scan("delays", { from, limit: keysAtOnce }), ([key]) => key as string);
    } catch (cause) {
      throw storeFailure("delays", from, cause);
    }
  }

  /** Too many keys: forgets the later half. */
  #spill(): void {
    const keys: string[] = [];
    for (let key = this.#heap.pop(); key !== undefined; key = this.#heap.pop()) keys.push(key);
    const kept = mostKeys / 2;
    this.#horizon = keys[kept];
    this.#heap = newHeap();
    for (const key of keys.slice(0, kept)) this.#heap.push(key);
  }
}

function newHeap(): MinHeap<string> {
  return new MinHeap((a, b) => a < b);
}

/** The last instant that there is: 2⁵³ − 1, for which a key has room. */
const lastMillis = Number.MAX_SAFE_INTEGER;

function dueMillis(nowMillis: number, delayMillis: bigint): number {
  const due = nowMillis + Number(delayMillis);
  return due < lastMillis ? due : lastMillis;
}
