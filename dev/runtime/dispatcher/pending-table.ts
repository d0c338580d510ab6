import type { RecordCodec } from "../records/records.js";
import type { Store, StoreKey, StoreWrite, Table } from "../store/store.js";
import { storeFailure } from "./store-failure.js";

/**
 * One table of the store with the changes that are not committed yet on top of it. Values are encoded when a commit
 * takes them, so what is put and removed again between two commits costs no encoding and reaches no disk.
 */
export class PendingTable<K extends StoreKey, V> {
  readonly #store: Store;
  readonly #table: Table;
  readonly #codec: RecordCodec<V>;
  /** What changed since the last commit began; `undefined` is a removal. */
  #changed = new Map<K, V | undefined>();
  /** What the commit under way writes. */
  #committing = new Map<K, V | undefined>();

  /** A view on `table` of `store`. */
  constructor(store: Store, table: Table, codec: RecordCodec<V>) {
    this.#store = store;
    this.#table = table;
    this.#codec = codec;
  }

  /** Whether anything waits for the next commit. */
  get dirty(): boolean {
    return this.#changed.size > 0;
  }

  /** Whether the store does not have yet what the key holds now. */
  isPending(key: K): boolean {
    return this.#changed.has(key) || this.#committing.has(key);
  }

  /**
   * The value, committed or not.
   *
   * @throws RuntimeError `store-damaged` if the store cannot be read
   */
  get(key: K): V | undefined {
    if (this.#changed.has(key)) return this.#changed.get(key);
    if (this.#committing.has(key)) return this.#committing.get(key);
    try {
      const bytes = this.#store.get(this.#table, key);
      return bytes === undefined ? undefined : this.#codec.decode(bytes);
    } catch (cause) {
      throw storeFailure(this.#table, key, cause);
    }
  }

  /** Puts a value, which must not change any more if `encode` is to see it as it is now. */
  put(key: K, value: V): void {
    this.#changed.set(key, value);
  }

  /** Removes what may be in the store already. */
  remove(key: K): void {
    this.#changed.set(key, undefined);
  }

  /** Removes what was put under a key that is used only once: nothing is left to do if no commit has taken it. */
  removeOnce(key: K): void {
    if (!this.#changed.delete(key)) this.#changed.set(key, undefined);
  }

  /** Entries that are not committed, removals left out; in no particular order. */
  *uncommitted(): Iterable<readonly [K, V]> {
    for (const changes of [this.#committing, this.#changed]) {
      for (const [key, value] of changes) if (value !== undefined) yield [key, value];
    }
  }

  /**
   * Committed entries, decoded.
   *
   * @throws RuntimeError `store-damaged` if the store cannot be read
   */
  *committed(from?: K, limit?: number): Iterable<readonly [K, V]> {
    let last = from;
    try {
      for (const [key, bytes] of this.#store.scan(this.#table, { from, limit })) {
        last = key as K;
        yield [last, this.#codec.decode(bytes)];
      }
    } catch (cause) {
      throw storeFailure(this.#table, last, cause);
    }
  }

  /** Hands the changes over to a commit: adds them to `writes`. The commit before must have ended. */
  take(writes: StoreWrite[]): void {
    if (this.#changed.size === 0) return;
    const table = this.#table;
    for (const [key, value] of this.#changed) {
      writes.push({ table, key, value: value === undefined ? undefined : this.#codec.encode(value) });
    }
    this.#committing = this.#changed;
    this.#changed = new Map();
  }

  /** The commit has ended well: the store now has what it took. */
  committedAll(): void {
    if (this.#committing.size > 0) this.#committing = new Map();
  }
}
