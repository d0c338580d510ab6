import { tables } from "../../dev/runtime/store/store.js";
import type { Store, StoreWrite } from "../../dev/runtime/store/store.js";

/** Everything that a store holds. */
export type Savepoint = readonly StoreWrite[];

/** Takes everything out of a store. */
export function exported(store: Store): Savepoint {
  return tables.flatMap((table) => [...store.scan(table)].map(([key, value]) => ({ table, key, value })));
}

/** Puts it into an empty one. */
export async function imported(store: Store, savepoint: Savepoint): Promise<void> {
  await store.commit(savepoint);
}
