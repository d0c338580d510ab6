import { memoryStore } from "../../../../dev/runtime/store/memory.js";
import type { Store, Table } from "../../../../dev/runtime/store/store.js";

/** A store in memory, one table of which cannot be read for a while. */
export class FailingStore implements Store {
  /** The table whose reads fail now. */
  failing: Table | undefined = undefined;
  readonly #store = memoryStore();

  readonly get: Store["get"] = (table, key) => {
    this.#look(table);
    return this.#store.get(table, key);
  };

  readonly scan: Store["scan"] = (table, range) => {
    this.#look(table);
    return this.#store.scan(table, range);
  };

  readonly count: Store["count"] = (table) => this.#store.count(table);

  readonly commit: Store["commit"] = (writes) => this.#store.commit(writes);

  readonly close: Store["close"] = () => this.#store.close();

  #look(table: Table): void {
    if (table === this.failing) throw new Error("EIO: i/o error, read");
  }
}
