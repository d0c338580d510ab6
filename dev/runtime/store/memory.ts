import sortedBTree from "sorted-btree";
import { closedError } from "./closed.js";
import { tables } from "./store.js";
import type { ScanRange, Store, StoreKey, StoreWrite, Table } from "./store.js";

/** The package is CommonJS: Node gives all that it exports as the default import, and jest the class. */
const BTree = "default" in sortedBTree ? sortedBTree.default : sortedBTree;

type Entries = InstanceType<typeof sortedBTree.default<StoreKey, Uint8Array>>;
type Entry = readonly [StoreKey, Uint8Array];

/**
 * How many entries a scan collects before it gives the first one. A scan that ends within them needs no snapshot;
 * a snapshot makes later writes copy the nodes they touch. The windows of the dispatcher hold 10,000 entries.
 */
const collectedEntries = 10_000;

const done = Promise.resolve();

/**
 * A store in the memory of this process. It holds what was committed and nothing else, so a test can drop everything
 * around it and start again from it. Values are kept as they are given and must not be changed afterwards.
 */
export function memoryStore(): Store {
  return new MemoryStore();
}

/** A table has keys of one kind: numbers compare as numbers, strings by code units. */
function compareKeys(a: StoreKey, b: StoreKey): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

class MemoryStore implements Store {
  readonly #tables = new Map<Table, Entries>(
    tables.map((table) => [table, new BTree<StoreKey, Uint8Array>(undefined, compareKeys)]),
  );
  #closed = false;

  get(table: Table, key: StoreKey): Uint8Array | undefined {
    return this.#entries(table).get(key);
  }

  scan(table: Table, { from, to, limit = Infinity }: ScanRange = {}): Iterable<Entry> {
    const entries = this.#entries(table);
    const first: Entry[] = [];
    for (const entry of entries.entries(from)) {
      if (first.length >= limit || (to !== undefined && compareKeys(entry[0], to) >= 0)) return first;
      if (first.length === collectedEntries)
        return concatenation(first, rest(entries.clone(), entry[0], to, limit - first.length));
      first.push(entry);
    }
    return first;
  }

  count(table: Table): number {
    return this.#entries(table).size;
  }

  commit(writes: readonly StoreWrite[]): Promise<void> {
    if (this.#closed) return Promise.reject(closedError());
    for (const { table, key, value } of writes) {
      const entries = this.#entries(table);
      if (value === undefined) entries.delete(key);
      else entries.set(key, value);
    }
    return done;
  }

  close(): Promise<void> {
    this.#closed = true;
    return done;
  }

  #entries(table: Table): Entries {
    if (this.#closed) throw closedError();
    return this.#tables.get(table) as Entries;
  }
}

function* concatenation(first: readonly Entry[], rest: Iterable<Entry>): Iterable<Entry> {
  yield* first;
  yield* rest;
}

function* rest(
  snapshot: Entries,
  from: StoreKey,
  to: StoreKey | undefined,
  limit: number,
): Generator<Entry, void> {
  let left = limit;
  for (const entry of snapshot.entries(from)) {
    if (left-- === 0 || (to !== undefined && compareKeys(entry[0], to) >= 0)) return;
    yield entry;
  }
}
