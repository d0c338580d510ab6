import type { Clock } from "../clock.js";
import { addressKey, addressOfKey, expirationKey, stateRecords } from "../records/records.js";
import type { StateRecord } from "../records/records.js";
import type { Store } from "../store/store.js";
import { expiresAtMillis } from "./function-type.js";
import type { FunctionType } from "./mailbox.js";
import type { States } from "./states.js";
import { storeFailure } from "./store-failure.js";
import { entriesAStep, Sweep } from "./sweep.js";
import type { Tables } from "./tables.js";

/** From the end of one pass over the addresses of a type to the next at least: a pass is then hardly felt. */
const shortestRestMillis = 10 * 60 * 1000;

/** Values that live long may be late by a part of that, but not by so long that people wonder. */
const restOfLife = 1 / 4;
const longestRestMillis = 60 * 60 * 1000;

/** The first pass comes sooner, so that short runs tidy up, too; but after a start there is more urgent work. */
const firstMillis = 60 * 1000;

/** The most bytes read in one step: large values take their time however few they are. */
const bytesAStep = 256 * 1024;

/** The character after the slash behind which the id stands in a key. */
const afterSlash = "0";

/** What an {@link ExpiredStates} works with. */
export interface ExpiredStatesParts {
  readonly store: Store;
  readonly tables: Tables;
  readonly states: States;
  readonly clock: Clock;
  /** Values were removed, which has to be committed. */
  readonly removed: () => void;
}

/** The present look, in steps, at all addresses of a type that have state; or the last one, while it rests. */
interface Pass {
  readonly type: FunctionType;
  /** The key where it goes on; `undefined` while it rests. */
  from: string | undefined;
  /** It does not go on before. */
  dueMillis: number;
  startedMillis: number;
  /** When the first value expires of those that it has left. */
  nextMillis: number;
  /** What the type had counted when it began: it tells whether anything may have changed since. */
  counted: number;
}

/**
 * Removes expired state of addresses that nobody calls any more: those that are called lose it by that. It knows the
 * expirations that functions have registered since the start, and leaves all other state alone; where there is none, it
 * does nothing at all.
 */
export class ExpiredStates {
  readonly #parts: ExpiredStatesParts;
  readonly #sweep: Sweep;
  readonly #passes = new Map<FunctionType, Pass>();

  /** Does nothing before the first {@link registered}. */
  constructor(parts: ExpiredStatesParts) {
    this.#parts = parts;
    this.#sweep = new Sweep(parts.clock, () => this.#step());
  }

  /** A type has registered states, which may expire. */
  registered(type: FunctionType): void {
    if (shortestMillis(type) === Infinity) return;
    this.#note(type);
    const pass = this.#passes.get(type);
    if (pass !== undefined) {
      pass.nextMillis = 0; // there may be values of the new ones from before
      return;
    }
    const dueMillis = this.#parts.clock.now() + firstMillis;
    const first = { type, from: undefined, dueMillis, startedMillis: 0, nextMillis: 0, counted: 0 };
    this.#passes.set(type, first);
    this.#sweep.begin(dueMillis);
  }

  /** Writes down how its states expire, for exports: they have no function that would say it. */
  #note({ number, registered }: FunctionType): void {
    const { expirations } = this.#parts.tables;
    for (const { index, expiration } of registered.values()) {
      if (expiration === undefined) continue;
      const key = expirationKey(number, index);
      const noted = expirations.get(key);
      if (noted?.millis !== expiration.millis || noted.after !== expiration.after) {
        expirations.put(key, expiration);
      }
    }
  }

  /** Ends for good. */
  stop(): void {
    this.#sweep.stop();
  }

  /** Looks at the next few addresses; gives when there is something to do again. */
  #step(): number | undefined {
    const now = this.#parts.clock.now();
    const pass = this.#nextPass();
    if (pass === undefined || pass.dueMillis > now) return pass?.dueMillis;
    if (pass.from === undefined) begin(pass, now);
    if (pass.from !== undefined && this.#look(pass, pass.from, now)) {
      pass.from = undefined;
      pass.dueMillis = now + restMillis(pass.type);
    }
    return this.#nextPass()?.dueMillis;
  }

  /** The pass that is due first. */
  #nextPass(): Pass | undefined {
    let next: Pass | undefined;
    for (const pass of this.#passes.values())
      if (next === undefined || pass.dueMillis < next.dueMillis) next = pass;
    return next;
  }

  /** Looks at so many addresses that it takes no more than a millisecond; gives whether they were the last. */
  #look(pass: Pass, from: string, now: number): boolean {
    let removed = false;
    let entries = 0;
    let bytes = 0;
    for (const [key, value] of this.#entries(pass.type, from)) {
      pass.from = `${key}\0`;
      entries++;
      bytes += value.length;
      removed = this.#expire(pass, key, value, now) || removed;
      if (bytes >= bytesAStep) break;
    }
    if (removed) this.#parts.removed();
    return entries < entriesAStep && bytes < bytesAStep;
  }

  *#entries({ number }: FunctionType, from: string): Iterable<readonly [string, Uint8Array]> {
    const to = `${number.toString()}${afterSlash}`;
    try {
      for (const [key, value] of this.#parts.store.scan("state", { from, to, limit: entriesAStep })) {
        yield [key as string, value];
      }
    } catch (cause) {
      throw storeFailure("state", from, cause);
    }
  }

  /** Removes what has expired at one address, if nothing is going on there; gives whether anything was removed. */
  #expire(pass: Pass, key: string, bytes: Uint8Array, now: number): boolean {
    const { tables, states } = this.#parts;
    const isPending = tables.state.isPending(key);
    const values = isPending ? tables.state.get(key) : decoded(bytes);
    if (values === undefined) return false;
    const soonestMillis = nextExpiration(pass.type, values, 0);
    if (soonestMillis > now) {
      pass.nextMillis = Math.min(pass.nextMillis, soonestMillis);
      return false;
    }
    pass.nextMillis = Math.min(pass.nextMillis, nextExpiration(pass.type, values, now));
    if (isPending || pass.type.mailboxes.has(addressOfKey(key).id)) {
      pass.nextMillis = now; // the next pass looks again
      return false;
    }
    states.expire(pass.type, key, values);
    return true;
  }
}

/** Begins at the first address; or rests again, if nothing can have expired. */
function begin(pass: Pass, now: number): void {
  const { type, startedMillis, nextMillis, counted } = pass;
  // What was written or called for since the last pass began expires no sooner than so long after it.
  const changedMillis = type.counters.in === counted ? Infinity : startedMillis + shortestMillis(type);
  const soonestMillis = Math.min(nextMillis, changedMillis);
  if (soonestMillis > now) {
    pass.dueMillis = Math.min(soonestMillis, now + restMillis(type));
    return;
  }
  pass.from = addressKey(type.number, "");
  pass.startedMillis = now;
  pass.nextMillis = Infinity;
  pass.counted = type.counters.in;
}

/** A record that cannot be read is told of when its address is called. */
function decoded(bytes: Uint8Array): StateRecord | undefined {
  try {
    return stateRecords.decode(bytes);
  } catch {
    return undefined;
  }
}

/** After how long the values of a type expire at the earliest; `Infinity` if none does. */
function shortestMillis({ registered }: FunctionType): number {
  let shortest = Infinity;
  for (const { expiration } of registered.values()) {
    if (expiration !== undefined) shortest = Math.min(shortest, expiration.millis);
  }
  return shortest;
}

/** How long a pass over its addresses rests when it has ended. */
function restMillis(type: FunctionType): number {
  return Math.min(Math.max(shortestMillis(type) * restOfLife, shortestRestMillis), longestRestMillis);
}

/** When the first value expires that does so after `afterMillis`; `Infinity` if none does. */
function nextExpiration({ registered }: FunctionType, values: StateRecord, afterMillis: number): number {
  let next = Infinity;
  for (const state of registered.values()) {
    const atMillis = expiresAtMillis(state, values[state.index]);
    if (atMillis > afterMillis) next = Math.min(next, atMillis);
  }
  return next;
}
