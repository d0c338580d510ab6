import { randomUUID } from "node:crypto";
import type { Store } from "./store.js";

/** The key in table `meta` of the name that a store has for good. */
export const identityKey = "identity";

/**
 * The name of a store, which it keeps for good and takes along when it is exported and imported: what is exactly once
 * outside the store is so by this name. A store without one is given one.
 *
 * @throws RuntimeError `store-write-failed` (as a rejection) if it cannot be written
 */
export async function storeIdentity(store: Store): Promise<string> {
  const known = store.get("meta", identityKey);
  if (known !== undefined) return Buffer.from(known).toString("utf8");
  const identity = randomUUID();
  await store.commit([{ table: "meta", key: identityKey, value: Buffer.from(identity) }]);
  return identity;
}
