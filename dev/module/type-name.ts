import type { TypeName } from "./module.js";

/** How a typename is written, for messages. */
export const typeNameForm = "<namespace>/<name>, such as example/greeter";

/**
 * A typename as a cluster reads it: split at slashes, of which those at the end do not count, into exactly two parts.
 * So `a/b/` is `a/b`, and `/b` has an empty namespace.
 */
export function parseTypeName(text: string): TypeName | undefined {
  const parts = text.replace(/\/+$/, "").split("/");
  const [namespace, name] = parts;
  if (parts.length !== 2 || namespace === undefined || name === undefined) return undefined;
  return { namespace, name };
}
