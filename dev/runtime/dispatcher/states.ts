import type { WireMutation } from "statefun/wire";
import type { Clock } from "../clock.js";
import type { StateRecord } from "../records/records.js";
import { expiresAtMillis } from "./function-type.js";
import type { FunctionType, Mailbox } from "./mailbox.js";
import { ownBytes } from "./own-bytes.js";
import { StateCache } from "./state-cache.js";
import type { StateValues } from "./state-cache.js";
import type { Tables } from "./tables.js";

const modify = 1;
const noValues: StateValues = [];
const noBytes = new Uint8Array(0);

/** The state values of addresses: read for requests, changed by replies. */
export class States {
  readonly #tables: Tables;
  readonly #clock: Clock;
  readonly #cache: StateCache;

  /** Keeps about `cacheBytes` of values in memory. */
  constructor(tables: Tables, clock: Clock, cacheBytes: number) {
    this.#tables = tables;
    this.#clock = clock;
    this.#cache = new StateCache(cacheBytes);
  }

  /** How many addresses have their values in memory. */
  get cached(): number {
    return this.#cache.size;
  }

  /**
   * The values that a request for the address carries, by index. Expired ones are gone for good; those that expire
   * after call count from now on.
   */
  forRequest(mailbox: Mailbox): StateValues {
    const { registered } = mailbox.type;
    if (registered.size === 0) return noValues;
    const values = this.#values(mailbox.key);
    const now = this.#clock.now();
    let changed = false;
    for (const state of registered.values()) {
      const { index, expiration } = state;
      if (expiration === undefined) continue;
      const value = values[index];
      if (value === undefined) continue;
      if (expiresAtMillis(state, value) <= now) values[index] = undefined;
      else if (expiration.after === "call") values[index] = { bytes: value.bytes, touchedMillis: now };
      else continue;
      changed = true;
    }
    if (changed) this.#save(mailbox.key, values);
    return values;
  }

  /** Applies mutations in order; `indexes` has the index of the state that each one changes. */
  mutate(mailbox: Mailbox, mutations: readonly WireMutation[], indexes: readonly number[]): void {
    const values = this.#values(mailbox.key);
    const now = this.#clock.now();
    let grown = 0;
    mutations.forEach(({ type, value }, at) => {
      const index = indexes[at] ?? 0;
      while (values.length < index) values.push(undefined);
      const bytes = type === modify ? ownBytes(value?.bytes ?? noBytes) : undefined;
      grown += (bytes?.length ?? 0) - (values[index]?.bytes.length ?? 0);
      values[index] = bytes === undefined ? undefined : { bytes, touchedMillis: now };
    });
    if (grown > 0) this.#cache.grew(grown);
    this.#save(mailbox.key, values);
  }

  /**
   * Removes what has expired at an address that nothing is going on at, and which need not be in memory.
   *
   * @param stored - its values as they are in the store
   */
  expire({ registered }: FunctionType, key: string, stored: StateRecord): void {
    const values = this.#cache.peek(key) ?? [...stored];
    const now = this.#clock.now();
    for (const state of registered.values()) {
      if (expiresAtMillis(state, values[state.index]) <= now) values[state.index] = undefined;
    }
    this.#save(key, values);
  }

  #values(key: string): StateValues {
    let values = this.#cache.get(key);
    if (values === undefined) {
      values = [...(this.#tables.state.get(key) ?? [])];
      this.#cache.put(key, values);
    }
    return values;
  }

  #save(key: string, values: StateValues): void {
    if (values.some((value) => value !== undefined)) this.#tables.state.put(key, values);
    else this.#tables.state.remove(key);
  }
}
