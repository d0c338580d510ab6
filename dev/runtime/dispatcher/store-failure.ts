import { quoted } from "../quoted.js";
import { RuntimeError } from "../runtime-error.js";
import type { StoreKey, Table } from "../store/store.js";

/** What was thrown while the store was read, as the error that the runtime ends with: no function is to blame for it. */
export function storeFailure(table: Table, key: StoreKey | undefined, cause: unknown): RuntimeError {
  if (cause instanceof RuntimeError) return cause;
  const where = key === undefined ? "" : ` at ${typeof key === "string" ? quoted(key) : String(key)}`;
  const why = cause instanceof Error ? cause.message : String(cause);
  const advice = "look at the disk, and if it stays so restore the data folder from an export";
  const what = `the table ${table} of the store could not be read${where}: ${why}; ${advice}`;
  return new RuntimeError("store-damaged", what, { cause });
}

/** Whether the store is what failed, whoever was at work. */
export function isStoreFailure({ code }: RuntimeError): boolean {
  return code === "store-damaged";
}
