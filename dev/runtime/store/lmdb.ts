import { statfsSync } from "node:fs";
import { open as openFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setImmediate } from "node:timers/promises";
import { open } from "lmdb";
import type { RootDatabase } from "lmdb";
import { RuntimeError } from "../runtime-error.js";
import { closedError } from "./closed.js";
import { LmdbTables } from "./lmdb-tables.js";
import { takeStoreFolder } from "./store-folder.js";
import type { StoreFolder } from "./store-folder.js";
import { clearUnfinishedImport } from "./unfinished-import.js";
import { tables } from "./store.js";
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

/**
 * Opens the store in `folder`, or begins one there. One process at a time can have it open; a folder whose process has
 * ended, however that came, is free.
 *
 * @throws RuntimeError `store-in-use` (these as rejections) if another process has the folder
 * @throws RuntimeError `store-too-new` if a newer version wrote the store
 * @throws RuntimeError `store-damaged` if the folder holds something else, or a store that is not whole
 * @throws RuntimeError `store-write-failed` if the folder cannot be written
 */
export async function openLmdbStore({ folder, sync = false }: LmdbStoreOptions): Promise<Store> {
  const held = takeStoreFolder(folder);
  let root: Root | undefined;
  try {
    root = open<Uint8Array, Uint8Array>({
      path: held.dataPath,
      encoding: "binary",
      keyEncoding: "binary",
      maxDbs: tables.length + 1,
      mapSize: mapBytes,
      noSync: !sync,
      // One flush a group of steps, before they are visible: an error of the flush is then the error of the steps.
      overlappingSync: false,
      // The batch of an event turn has a promise that nobody can reach, and its rejection would end the process.
      eventTurnBatching: false,
    });
    const store = new LmdbStore(root, held, sync);
    held.complete();
    await clearUnfinishedImport(store);
    return store;
  } catch (error) {
    await root?.close();
    held.release("not in order");
    throw openFailed(held.dataPath, error);
  }
}

type Root = RootDatabase<Uint8Array, Uint8Array>;

interface PendingStep {
  readonly writes: readonly StoreWrite[];
  readonly resolve: () => void;
  readonly reject: (error: RuntimeError) => void;
}

class LmdbStore implements Store {
  readonly #root: Root;
  readonly #tables: LmdbTables;
  readonly #folder: StoreFolder;
  readonly #sync: boolean;
  #pending: PendingStep[] = [];
  #flushing: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(root: Root, folder: StoreFolder, sync: boolean) {
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
      return Promise.reject(writeFailed(this.#folder.dataPath, error));
    }
  }

  /** While one group of steps is on its way to the disk the next gathers. */
  async #flush(): Promise<void> {
    await Promise.resolve(); // what is committed in this turn goes together
    while (this.#pending.length > 0) {
      const group = this.#pending;
      this.#pending = [];
      try {
        await this.#root.childTransaction(() => {
          for (const { writes } of group) this.#tables.write(writes);
        });
        for (const { resolve } of group) resolve();
      } catch (error) {
        const failed = writeFailed(this.#folder.dataPath, await causeOf(error));
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
    this.#tables.end();
    await this.#root.close();
    try {
      if (!this.#sync) await flushFile(this.#folder.dataPath);
      this.#folder.release("in order");
    } catch (error) {
      this.#folder.release("not in order");
      throw writeFailed(this.#folder.dataPath, error);
    }
  }
}

/** Whatever a store promised, one that was closed survives power loss. */
async function flushFile(path: string): Promise<void> {
  const file = await openFile(path, "r+");
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** What LMDB says of a file that it cannot make sense of: page not found, corrupted, version, invalid. */
const damageCodes: readonly unknown[] = [-30797, -30796, -30794, -30793];

function openFailed(dataPath: string, cause: unknown): RuntimeError {
  const isDamaged = cause instanceof Error && "code" in cause && damageCodes.includes(cause.code);
  const why = cause instanceof Error ? cause.message : String(cause);
  return new RuntimeError(
    isDamaged ? "store-damaged" : "store-write-failed",
    `The store in ${dirname(dataPath)} cannot be opened: ${why}. ` +
      (isDamaged
        ? "Choose an empty folder, and import your last export there if you have one."
        : "Give this user the right to write there, and look at the free space."),
    { cause },
  );
}

function writeFailed(dataPath: string, cause: unknown): RuntimeError {
  const folder = dirname(dataPath);
  const why = cause instanceof Error ? cause.message : String(cause);
  return new RuntimeError(
    "store-write-failed",
    `Nothing of this step was written to the store in ${folder}: ${why} (${freeSpace(folder)}). ` +
      "Make room, or give the right to write there, and start again; what was committed before is safe.",
    { cause },
  );
}

function freeSpace(folder: string): string {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return `${(bavail * bsize).toString()} bytes free on its disk`;
  } catch {
    return "its disk does not answer";
  }
}

/** Of a group LMDB's binding tells that the commit failed, and why only a little later. */
async function causeOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error && "commitError" in error)) return error;
  const cause: unknown = error.commitError;
  if (!(cause instanceof Promise)) return error;
  return Promise.race([
    cause.catch((reason: unknown) => reason),
    setImmediate(error), // should it not tell
  ]);
}
