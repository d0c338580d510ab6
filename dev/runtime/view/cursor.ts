import { RuntimeError } from "../runtime-error.js";
import type { Page, PageRequest } from "../runtime-view.js";

/** A text that stands for a key, for people to pass on and not to read. */
export function cursorOf(key: string | number): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/**
 * The key behind a cursor of a list whose keys are texts.
 *
 * @throws RuntimeError `invalid-argument` if it is none
 */
export function textOfCursor(cursor: string | undefined): string | undefined {
  const key = keyOf(cursor);
  if (key === undefined || typeof key === "string") return key;
  throw noCursor();
}

/**
 * The key behind a cursor of a list whose keys are numbers.
 *
 * @throws RuntimeError `invalid-argument` if it is none
 */
export function numberOfCursor(cursor: string | undefined): number | undefined {
  const key = keyOf(cursor);
  if (key === undefined || (typeof key === "number" && Number.isSafeInteger(key) && key >= 0)) return key;
  throw noCursor();
}

/** The part of a list that is all in memory, in the order of its numbers. */
export function pageOf<T>(
  items: readonly T[],
  sequence: (item: T) => number,
  { limit, cursor }: PageRequest,
): Page<T> {
  const from = numberOfCursor(cursor) ?? 0;
  const rest = items.filter((item) => sequence(item) >= from);
  const next = rest[limit];
  return { items: rest.slice(0, limit), next: next === undefined ? undefined : cursorOf(sequence(next)) };
}

function keyOf(cursor: string | undefined): unknown {
  if (cursor === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    throw noCursor();
  }
}

function noCursor(): RuntimeError {
  return new RuntimeError("invalid-argument", "the cursor is not one of this list; begin without a cursor");
}
