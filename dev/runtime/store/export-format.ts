import { tables } from "./store.js";
import type { Table } from "./store.js";

/** What the first line of an export says it is. */
export const exportFormat = "statefun-export";

/** The version of the lines; it moves when an older program could not read what a newer one writes. */
export const exportVersion = 1;

/** The order of the tables: other tables name function types, which must be known first. */
export const exportedTables: readonly Table[] = ["types", ...tables.filter((table) => table !== "types")];
