import { RuntimeError } from "../runtime-error.js";

/** What a store says to whoever uses it after {@link Store.close}. */
export function closedError(): RuntimeError {
  return new RuntimeError("closed", "The store is closed: open it again before it is used.");
}
