import type { StoredValue } from "../records/records.js";

/** The state values of one address, in the order of the states of its function type; changed in place. */
export type StateValues = (StoredValue | undefined)[];

/** What one address costs in memory beside the bytes of its values, roughly. */
const overheadBytes = 200;

/**
 * State values that were used lately, up to a bound in bytes. Two generations: what was used since the last change of
 * generations survives the next one, so that nothing has to be moved on most uses.
 */
export class StateCache {
  readonly #limitBytes: number;
  #young = new Map<string, StateValues>();
  #old = new Map<string, StateValues>();
  #youngBytes = 0;

  /** Keeps about `limitBytes`. */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** How many addresses are held. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** What is held under `key`. */
  get(key: string): StateValues | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old === undefined) return undefined;
    this.#old.delete(key);
    this.put(key, old);
    return old;
  }

  /** What is held under `key`, which does not count as a use. */
  peek(key: string): StateValues | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  /** Holds `values` under `key`. */
  put(key: string, values: StateValues): void {
    this.#young.set(key, values);
    this.grew(sizeOf(values));
  }

  /** Values held here have grown by so many bytes. */
  grew(bytes: number): void {
    this.#youngBytes += bytes;
    if (this.#youngBytes < this.#limitBytes / 2) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngBytes = 0;
  }
}

function sizeOf(values: StateValues): number {
  let size = overheadBytes;
  for (const value of values) if (value !== undefined) size += value.bytes.length;
  return size;
}
