import { didYouMean } from "./did-you-mean.js";
import type { Placeholders } from "./yaml-source.js";

/** `${NAME}`, or `${NAME:-what to take if it is not set}`. */
const placeholder = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/** Replaces placeholders by variables; a variable that is not set and has no default is a problem. */
export function filledFrom(variables: Readonly<Record<string, string | undefined>>): Placeholders {
  return (text, note) =>
    text.replace(placeholder, (found: string, name: string, byDefault: string | undefined) => {
      const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
      // As in a shell, `:-` also stands in for a variable that is set and empty.
      if (value !== undefined && (value !== "" || byDefault === undefined)) return value;
      if (byDefault !== undefined) return byDefault;
      const meant = didYouMean(name, Object.keys(variables));
      note("invalid", `the variable ${name} is not set; set it, or write \${${name}:-default}.${meant}`);
      return found;
    });
}

/** Leaves placeholders alone, as a cluster does, and says so. */
export const leftAlone: Placeholders = (text, note) => {
  for (const [found] of text.matchAll(placeholder)) {
    note("warning", `${found} stays as it is: a cluster replaces no variables, and here only --env does.`);
  }
  return text;
};
