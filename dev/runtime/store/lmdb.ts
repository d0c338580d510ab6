import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { open } from "lmdb";
import type { RootDatabase } from "lmdb";
import { RuntimeError } from "../runtime-error.js";
import { closedError } from "./closed.js";
import { LmdbTables } from "./lmdb-tables.js";
import type { ScanRange, Store, StoreKey, StoreWrite, Table } from "./store.js";

/** Where a store of the disk lives, and what it survives. */
export interface LmdbStoreOptions {
  /** The folder that holds the store and nothing else; made if it is not there. */
  readonly folder: string;
  /**
   * Whether a step survives power loss once its commit has resolved. Without it, which is the default, a step
   * survives the end of the process, SIGKILL included, and costs no wait for the disk.
   */
  readonly sync?: boolean | undefined;
}

/**
 * How much address space the file may take. Nothing of it is used before it is written, and a 64-bit process has
 * 128 TiB of it; so this is a limit that a disk reaches first.
 */
const mapBytes = 2 ** 40;

/** Opens the store in `folder`, or begins one there. One process at a time can have it open. */
export function openLmdbStore({ folder, sync = false }: LmdbStoreOptions): Promise<Store> {
  mkdirSync(folder, { recursive: true });
  const root = open<Uint8Array, Uint8Array>({
    path: join(folder, "data.mdb"),
    encoding: "binary",
    keyEncoding: "binary",
    maxDbs: 16,
    mapSize: mapBytes,
    noSync: !sync,
    // One flush a step, before it is visible: an error of the flush is then the error of the step.
    overlappingSync: false,
  });
  return Promise.resolve(new LmdbStore(root, folder, sync));
}

interface PendingStep {
  readonly writes: readonly StoreWrite[];
  readonly resolve: () => void;
  readonly reject: (error: RuntimeError) => void;
}

class LmdbStore implements Store {
  readonly #root: RootDatabase<Uint8Array, Uint8Array>;
  readonly #tables: LmdbTables;
  readonly #folder: string;
  readonly #sync: boolean;
  #pending: PendingStep[] = [];
  #flushing: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(root: RootDatabase<Uint8Array, Uint8Array>, folder: string, sync: boolean) {
    this.#root = root;
    this.#tables = new LmdbTables(root);
    this.#folder = folder;
    this.#sync = sync;
  }

  get(table: Table, key: StoreKey): Uint8Array | undefined {
    if (this.#closed !== undefined) throw closedError();
    return this.#tables.get(table, key);
  }

  scan(table: Table, range: ScanRange = {}): Iterable<readonly [StoreKey, Uint8Array]> {
    if (this.#closed !== undefined) throw closedError();
    return this.#tables.scan(table, range);
  }

  count(table: Table): number {
    if (this.#closed !== undefined) throw closedError();
    return this.#tables.count(table);
  }

  commit(writes: readonly StoreWrite[]): Promise<void> {
    if (this.#closed !== undefined) return Promise.reject(closedError());
    if (!this.#sync) return this.#commitNow(writes);
    return new Promise((resolve, reject) => {
      this.#pending.push({ writes, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  /** The operating system has the step when this returns: it needs no other thread. */
  #commitNow(writes: readonly StoreWrite[]): Promise<void> {
    try {
      this.#root.transactionSync(() => {
        this.#tables.write(writes);
      });
      return Promise.resolve();
    } catch (error) {
      return Promise.reject(this.#writeFailed(error));
    }
  }

  /** While one group of steps is on its way to the disk the next gathers. */
  async #flush(): Promise<void> {
    await Promise.resolve(); // what is committed in this turn goes together
    while (this.#pending.length > 0) {
      const group = this.#pending;
      this.#pending = [];
      try {
        await this.#root.batch(() => {
          for (const { writes } of group) this.#tables.write(writes);
        });
        for (const { resolve } of group) resolve();
      } catch (error) {
        const failed = this.#writeFailed(error);
        for (const { reject } of group) reject(failed);
        // What was committed behind a step that failed must not be there without it.
        for (const { reject } of this.#pending) reject(failed);
        this.#pending = [];
      }
    }
    this.#flushing = undefined;
  }

  async #end(): Promise<void> {
    await this.#flushing;
    await this.#root.close();
  }

  #writeFailed(cause: unknown): RuntimeError {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new RuntimeError(
      "store-write-failed",
      `Nothing of this step was written to the store in ${this.#folder}: ${why}. ` +
        "Look at the free space and the permissions there; what was committed before is safe.",
      { cause },
    );
  }
}
