import type { Database, RootDatabase, RootDatabaseOptions } from "lmdb";
import { closedError } from "./closed.js";
import { cutKey, lowestBytes, readKey, readWholeKey, sameBeginning, writeKey } from "./key-bytes.js";
import { tables } from "./store.js";
import type { ScanRange, StoreKey, StoreWrite, Table } from "./store.js";

/** A key as LMDB's binding is given it and gives it back: bytes if it was cut. */
type Rows = Database<Uint8Array, StoreKey | Uint8Array>;
type Entry = readonly [StoreKey, Uint8Array];

/** How many bytes of a value behind a cut key say how long the whole key is. */
const lengthBytes = 4;

/** The tables of a store in an LMDB file, a named database each. */
export class LmdbTables {
  readonly #rows: ReadonlyMap<Table, Rows>;
  readonly #scans = new Set<Generator<Entry, void>>();
  #ended = false;

  constructor(root: RootDatabase<Uint8Array, Uint8Array>) {
    this.#rows = new Map(
      tables.map((table) => {
        // The binding's types have key encoders for the root alone.
        const options: RootDatabaseOptions & { readonly name: string } = {
          name: table,
          encoding: "binary",
          keyEncoder: { writeKey, readKey },
        };
        return [table, root.openDB<Uint8Array, StoreKey | Uint8Array>(options)];
      }),
    );
  }

  get(table: Table, key: StoreKey): Uint8Array | undefined {
    const long = cutKey(key);
    if (long === undefined) return this.#of(table).get(key);
    const stored = this.#of(table).get(long.cut);
    return stored === undefined ? undefined : cutEntry(stored).value;
  }

  *scan(table: Table, { from, to, limit = Infinity }: ScanRange): Generator<Entry, void> {
    const entries = this.#sorted(table, from);
    this.#scans.add(entries);
    try {
      for (let left = limit; left > 0;) {
        if (this.#ended) throw closedError();
        const { done, value: entry } = entries.next();
        if (done === true || (to !== undefined && entry[0] >= to)) return;
        if (from !== undefined && entry[0] < from) continue;
        left--;
        yield entry;
      }
    } finally {
      this.#scans.delete(entries);
      entries.return();
    }
  }

  /** Lets go of the scans that are under way: LMDB must not be closed under them. Their next entry is an error. */
  end(): void {
    this.#ended = true;
    for (const entries of this.#scans) entries.return();
  }

  count(table: Table): number {
    const stats: { readonly entryCount?: number } = this.#of(table).getStats();
    return stats.entryCount ?? 0;
  }

  /** Applies the writes to the transaction that is open; a write that fails throws at once. */
  write(writes: readonly StoreWrite[]): void {
    for (const { table, key, value } of writes) {
      const long = cutKey(key);
      const rows = this.#of(table);
      if (value === undefined) void rows.remove(long?.cut ?? key);
      else if (long === undefined) void rows.put(key, value);
      else void rows.put(long.cut, cutValue(long.whole, value));
    }
  }

  /** All entries from the first that may be at `from`, in the order of their keys. */
  *#sorted(table: Table, from: StoreKey | undefined): Generator<Entry, void> {
    const start = from === undefined ? firstBytes : lowestBytes(from);
    let alike: { readonly bytes: Uint8Array; readonly entries: CutEntry[] } | undefined;
    for (const { key, value } of this.#of(table).getRange({ start })) {
      const isCut = typeof key === "object";
      if (alike !== undefined && isCut && sameBeginning(alike.bytes, key)) {
        alike.entries.push(cutEntry(value));
        continue;
      }
      if (alike !== undefined) yield* inOrder(alike.entries);
      alike = isCut ? { bytes: key, entries: [cutEntry(value)] } : undefined;
      if (!isCut) yield [key, value];
    }
    if (alike !== undefined) yield* inOrder(alike.entries);
  }

  #of(table: Table): Rows {
    return this.#rows.get(table) as Rows;
  }
}

/** LMDB has no empty keys. */
const firstBytes = Uint8Array.of(0);

interface CutEntry {
  readonly whole: Uint8Array;
  readonly value: Uint8Array;
}

function cutValue(whole: Uint8Array, value: Uint8Array): Uint8Array {
  const length = Buffer.allocUnsafe(lengthBytes);
  length.writeUInt32BE(whole.length);
  return Buffer.concat([length, whole, value]);
}

function cutEntry(stored: Uint8Array): CutEntry {
  const valueAt =
    lengthBytes + Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength).readUInt32BE(0);
  return { whole: stored.subarray(lengthBytes, valueAt), value: stored.subarray(valueAt) };
}

/** Keys cut at the same bytes: rare, and then few, so they are sorted in memory. */
function* inOrder(entries: CutEntry[]): Generator<Entry, void> {
  entries.sort((a, b) => Buffer.compare(a.whole, b.whole));
  for (const { whole, value } of entries) yield [readWholeKey(whole, 0, whole.length), value];
}
