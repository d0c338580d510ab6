import type { RecordCodec } from "../records/records.js";
import type { Store, StoreWrite, Table } from "../store/store.js";
import { storeFailure } from "./store-failure.js";

/**
 * A table of the store whose keys are sequence numbers: each is put once, in ascending order, and removed once. What is
 * put and removed again between two commits costs two assignments, and reaches no disk.
 */
export class SequencedTable<V> {
  readonly #store: Store;
  readonly #table: Table;
  readonly #codec: RecordCodec<V>;
  /** What was put since the last commit began, by the distance of its key to `#base`. */
  #values: (V | undefined)[] = [];
  #base = 0;
  /** How many of those are not removed again. */
  #left = 0;
  /** Keys that a commit has taken before, and that are not wanted any more. */
  #removed: number[] = [];

  /** A view on `table` of `store`. */
  constructor(store: Store, table: Table, codec: RecordCodec<V>) {
    this.#store = store;
    this.#table = table;
    this.#codec = codec;
  }

  /** Whether anything waits for the next commit. */
  get dirty(): boolean {
    return this.#left > 0 || this.#removed.length > 0;
  }

  /** Puts a value, which must not change any more, under a key above all keys before. */
  put(key: number, value: V): void {
    const values = this.#values;
    if (values.length === 0) this.#base = key;
    // Sequence numbers are shared by tables: those between were given out elsewhere.
    for (let between = key - this.#base - values.length; between > 0; between--) values.push(undefined);
    values.push(value);
    this.#left++;
  }

  /** Removes what was put under a key. */
  remove(key: number): void {
    const values = this.#values;
    const at = key - this.#base;
    if (values.length === 0 || at < 0) {
      this.#removed.push(key);
    } else if (values[at] !== undefined) {
      values[at] = undefined;
      this.#left--;
    }
  }

  /**
   * Committed entries, decoded, in ascending order.
   *
   * @throws RuntimeError `store-damaged` if the store cannot be read
   */
  *committed(): Iterable<readonly [number, V]> {
    let last: number | undefined;
    try {
      for (const [key, bytes] of this.#store.scan(this.#table)) {
        last = key as number;
        yield [last, this.#codec.decode(bytes)];
      }
    } catch (cause) {
      throw storeFailure(this.#table, last, cause);
    }
  }

  /** Hands the changes over to a commit: adds them to `writes`. */
  take(writes: StoreWrite[]): void {
    const table = this.#table;
    if (this.#left > 0) {
      this.#values.forEach((value, at) => {
        if (value === undefined) return;
        writes.push({ table, key: this.#base + at, value: this.#codec.encode(value) });
      });
    }
    for (const key of this.#removed) writes.push({ table, key, value: undefined });
    this.#values = [];
    this.#left = 0;
    this.#removed = [];
  }
}
