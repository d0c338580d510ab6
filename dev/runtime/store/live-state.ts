import { expiresAtMillis } from "../dispatcher/function-type.js";
import * as records from "../records/records.js";
import type { Store, StoreKey } from "./store.js";

/** How the states of a store expire, as their functions have registered it last. */
export class StoredExpirations {
  readonly #expirations = new Map<string, records.Expiration>();

  /** Reads them from table `meta`. */
  constructor(store: Store) {
    for (const [key, value] of store.scan("meta", { from: records.expirationPrefix })) {
      if (!String(key).startsWith(records.expirationPrefix)) return;
      const expiration = decoded(records.expirationRecords, value);
      if (expiration !== undefined) this.#expirations.set(String(key), expiration);
    }
  }

  /** An entry of table `state` without the values that have expired by `nowMillis`; `undefined` if none is left. */
  live(key: StoreKey, value: Uint8Array, nowMillis: number): Uint8Array | undefined {
    const values = this.#expirations.size === 0 ? undefined : decoded(records.stateRecords, value);
    if (values === undefined) return value;
    const { type } = records.addressOfKey(String(key));
    const live = values.map((one, index) => {
      const expiration = this.#expirations.get(records.expirationKey(type, index));
      return expiresAtMillis({ expiration }, one) <= nowMillis ? undefined : one;
    });
    if (live.every((one, index) => one === values[index])) return value;
    return live.some((one) => one !== undefined) ? records.stateRecords.encode(live) : undefined;
  }
}

/** What cannot be read is shown as it is. */
function decoded<T>(codec: records.RecordCodec<T>, bytes: Uint8Array): T | undefined {
  try {
    return codec.decode(bytes);
  } catch {
    return undefined;
  }
}
