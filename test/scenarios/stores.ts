import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openLmdbStore } from "../../dev/runtime/store/lmdb.js";
import { memoryStore } from "../../dev/runtime/store/memory.js";
import type { Store } from "../../dev/runtime/store/store.js";

/** Where the stores of one replay come from. */
export interface Stores {
  /** A store with nothing in it. */
  empty(): Promise<Store>;
  /** The store as the next process finds it, after the one that had it open has died. */
  afterCrash(store: Store): Promise<Store>;
  /** Removes everything. The stores are closed. */
  remove(): void;
}

/** Stores in memory; what was committed outlives the runtime. */
export function memoryStores(): Stores {
  return {
    empty: () => Promise.resolve(memoryStore()),
    afterCrash: (store) => Promise.resolve(store),
    remove: () => undefined,
  };
}

/** LMDB stores, each in a folder of its own. */
export function lmdbStores(): Stores {
  const root = mkdtempSync(path.join(tmpdir(), "statefun-scenario-"));
  const folders = new Map<Store, string>();
  let count = 0;
  const open = async (folder: string): Promise<Store> => {
    const store = await openLmdbStore({ folder });
    folders.set(store, folder);
    return store;
  };
  return {
    empty: () => open(path.join(root, String(count++))),
    async afterCrash(store) {
      await store.close();
      return open(folders.get(store) ?? root);
    },
    remove: () => {
      rmSync(root, { recursive: true });
    },
  };
}
