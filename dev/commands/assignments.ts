import { UsageError } from "./usage-error.js";

/** Settings of one option, written as `name=value,name=value`. */
export interface Assignments {
  /** The option they belong to, for messages. */
  readonly option: string;
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Reads `name=value,name=value`. A part without a known name goes on with the value before it, so that values may
 * hold commas: `address=a:1,b:2,group=g`.
 *
 * @throws UsageError if the first part has no known name, or a name stands twice
 */
export function assignments(option: string, text: string, names: readonly string[]): Assignments {
  const values = new Map<string, string>();
  let last: string | undefined;
  for (const part of text.split(",")) {
    const name = part.slice(0, Math.max(part.indexOf("="), 0));
    if (names.includes(name)) {
      if (values.has(name)) throw new UsageError(`${option} ${text}: ${name} stands twice.`);
      values.set(name, part.slice(name.length + 1));
      last = name;
    } else if (last !== undefined && !/^[a-z]+=/.test(part)) {
      values.set(last, `${values.get(last) ?? ""},${part}`);
    } else {
      throw new UsageError(
        `${option} ${text}: "${part}" is none of ${names.map((n) => `${n}=…`).join(", ")}.`,
      );
    }
  }
  return { option, values };
}

/**
 * The value of a setting that must be there.
 *
 * @throws UsageError if it is not, or is empty
 */
export function required({ option, values }: Assignments, name: string): string {
  const value = values.get(name);
  if (value !== undefined && value !== "") return value;
  throw new UsageError(`${option}: ${name}=… is missing.`);
}
