/** What the runtime calls the type of a state that was registered without a typename. */
const unsetTypename = "io.statefun.types/unset";

/**
 * The typename of a state as the runtime sees it: two parts, after empty ones at the end are dropped; without any text
 * the typename for states without one. `undefined` if it has none or more than two parts.
 *
 * Source: TypeName.java of the embedded SDK, which splits with Java's rules.
 */
export function runtimeTypename(text: string): string | undefined {
  if (text === "") return unsetTypename;
  const parts = text.split("/");
  while (parts.at(-1) === "") parts.pop();
  return parts.length === 2 ? parts.join("/") : undefined;
}
