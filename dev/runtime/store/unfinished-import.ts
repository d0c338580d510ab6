import { tables } from "./store.js";
import type { Store, StoreWrite } from "./store.js";

/** The table that has the mark of an import. */
export const importTable = "meta";

/** There while an import is under way: with it, nothing that the store holds counts. */
export const importMark = "importing";

/** How many entries are removed at a time. */
const stepEntries = 10_000;

/**
 * Empties the store if an import into it has not ended; does nothing otherwise.
 *
 * @throws RuntimeError `store-write-failed` (as a rejection) if the store cannot be written
 */
export async function clearUnfinishedImport(store: Store): Promise<void> {
  if (store.get(importTable, importMark) === undefined) return;
  for (const table of tables) {
    for (;;) {
      const writes: StoreWrite[] = [];
      for (const [key] of store.scan(table, { limit: stepEntries }))
        if (table !== importTable || key !== importMark) writes.push({ table, key, value: undefined });
      if (writes.length === 0) break;
      await store.commit(writes);
    }
  }
  await store.commit([{ table: importTable, key: importMark, value: undefined }]);
}
