import { StateFunError } from "./errors.js";
import { quoted } from "./quoted.js";

/** A typename, `<namespace>/<name>`: the global name of a function, a type or an egress. */
export type Typename = `${string}/${string}`;

/** The two parts of a typename, as the wire carries those of functions and egresses. */
export interface TypenameParts {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Splits a typename at its slash.
 *
 * The parsers of StateFun disagree about a second slash; the cluster's own accepts exactly one in everything that a
 * module can configure, so that is the rule here.
 *
 * @throws StateFunError `invalid-argument` unless there is exactly one slash with text on both sides of it, and the
 * whole is text that UTF-8 can carry.
 *
 * Source: TypeName.java of the embedded SDK.
 */
export function parseTypename(typename: string, what = "typename"): TypenameParts {
  const slash = typeof typename === "string" ? typename.indexOf("/") : -1;
  if (slash <= 0 || slash === typename.length - 1 || typename.includes("/", slash + 1)) {
    throw new StateFunError(
      "invalid-argument",
      `${describe(typename)} is not a ${what}: write "<namespace>/<name>", with exactly one slash and text on both sides of it`,
    );
  }
  if (/\p{Surrogate}/u.test(typename)) {
    throw new StateFunError(
      "invalid-argument",
      `${describe(typename)} is not a ${what}: it holds half of a surrogate pair, which UTF-8 cannot carry`,
    );
  }
  return { namespace: typename.slice(0, slash), name: typename.slice(slash + 1) };
}

function describe(value: unknown): string {
  return typeof value === "string" ? quoted(value) : `a ${value === null ? "null" : typeof value}`;
}
