import { z } from "zod";
import { parseDuration } from "./duration.js";
import type { TypeName } from "./module.js";
import { parseTypeName, typeNameForm } from "./type-name.js";
import { DecimalNumber, scalarText, type ScalarValue } from "./yaml-scalar.js";
import { describeFound, type Path } from "./yaml-source.js";

/** What a parser of a field returns instead of a value: what is wrong with it, as a clause. */
export class Wrong {
  /** What is allowed, or why it is not. */
  readonly message: string;
  /** Where below the field it is. */
  readonly path: Path;
  /** Whether a cluster starts nevertheless, and reads it as something that nobody means. */
  readonly clusterStarts: boolean;

  constructor(message: string, path: Path = [], clusterStarts = false) {
    this.message = message;
    this.path = path;
    this.clusterStarts = clusterStarts;
  }
}

/** The schema of a field that is read by a function. */
export type Field<T> = z.ZodType<T>;

/** A field read by `parse`; what it finds wrong becomes an issue that says what was found. */
export function field<T>(parse: (value: unknown) => T | Wrong): Field<T> {
  return z.unknown().transform((value, context): T => {
    const parsed = parse(value);
    if (!(parsed instanceof Wrong)) return parsed;
    const found = parsed.path.length === 0 ? `found ${describeFound(value)}; ` : "";
    context.issues.push({
      code: "custom",
      message: `${found}${parsed.message}.`,
      path: [...parsed.path],
      params: { clusterStarts: parsed.clusterStarts },
      input: value,
    });
    return z.NEVER;
  });
}

/** A field that may be missing. An empty value does not count as missing: a cluster refuses most of them. */
export function optional<T>(parse: (value: unknown) => T | Wrong, byDefault: T): Field<T> {
  return field((value) => (value === undefined ? byDefault : parse(value)));
}

/** Whether a value is a map of YAML. */
export function isYamlMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof DecimalNumber)
  );
}

/** A map with these fields, and others that do not count. */
export function fields<S extends z.ZodRawShape>(what: string, shape: S): z.ZodType<z.output<z.ZodObject<S>>> {
  // Each field judges its own absence; zod judges that of keys.
  const absent = Object.fromEntries(Object.keys(shape).map((name) => [name, undefined]));
  return field((value) => (isYamlMap(value) ? { ...absent, ...value } : new Wrong(`${what} is a map`))).pipe(
    z.object(shape),
  );
}

/** A list of such values. */
export function list<T>(what: string, item: z.ZodType<T>): z.ZodType<T[]> {
  return field((value) => (Array.isArray(value) ? (value as unknown[]) : new Wrong(what))).pipe(
    z.array(item),
  );
}

/** Text; numbers and truth values are taken as the text that Java prints for them. */
export function text(form: string): (value: unknown) => string | Wrong {
  return (value) => {
    if (value === undefined || value === null) return new Wrong(`it must be given: ${form}`);
    if (typeof value === "object" && !(value instanceof DecimalNumber))
      return new Wrong(`it must be ${form}`);
    return scalarText(value as Exclude<ScalarValue, null>);
  };
}

/** Text that must not be a number or a truth value. */
export function strictText(form: string): (value: unknown) => string | Wrong {
  return (value) => {
    if (typeof value === "string") return value;
    if (value === undefined || value === null) return new Wrong(`it must be given: ${form}`);
    return new Wrong(`it must be text (in quotes if need be): ${form}`);
  };
}

/** A typename of two parts. */
export function typeName(what: string): (value: unknown) => TypeName | Wrong {
  return (value) => {
    const given = text(`${what} is ${typeNameForm}`)(value);
    if (given instanceof Wrong) return given;
    return parseTypeName(given) ?? new Wrong(`${what} is ${typeNameForm}`);
  };
}

/** One of some words, in exactly this letter case. */
export function oneOf<const T extends string>(...words: readonly T[]): (value: unknown) => T | Wrong {
  return (value) => words.find((word) => word === value) ?? new Wrong(`allowed: ${words.join(", ")}`);
}

/** Java's `int`. */
const leastInt = -(2 ** 31);
const mostInt = 2 ** 31 - 1;

function inRange(value: number): number | Wrong {
  return value >= leastInt && value <= mostInt
    ? value
    : new Wrong(`it must be a whole number from ${String(leastInt)} to ${String(mostInt)}`);
}

/** A whole number as Java's reader of objects takes it: in quotes as well, and with what follows a point cut off. */
export function looseWhole(value: unknown): number | Wrong {
  if (value instanceof DecimalNumber) return inRange(Math.trunc(value.value));
  if (typeof value === "number") return inRange(value);
  if (typeof value === "bigint") return inRange(Number(value));
  if (typeof value === "string" && /^\s*[+-]?\d+\s*$/.test(value)) return inRange(Number(value));
  if (value === null || (typeof value === "string" && value.trim() === "")) return 0;
  return new Wrong("it must be a whole number");
}

/** A whole number that is written as one. */
export function strictWhole(value: unknown): number | Wrong {
  return typeof value === "number" || typeof value === "bigint"
    ? inRange(Number(value))
    : new Wrong("it must be a whole number without quotes");
}

/** A duration; see `parseDuration`. */
export function durationMillis(value: unknown): number | Wrong {
  const given = text("a duration, such as 2min")(value);
  if (given instanceof Wrong) return given;
  const millis = parseDuration(given);
  return typeof millis === "string" ? new Wrong(millis) : millis;
}

/**
 * A list of maps, of each of which only the first entry counts; of a key that comes twice the last one counts. Values
 * become text as in Java, in which lists and maps are the empty text.
 */
export function propertyList(value: unknown): Readonly<Record<string, string>> | Wrong {
  const entries = firstEntries(
    value,
    "it must be a list of maps with one entry each, such as `- name: value`",
  );
  if (entries instanceof Wrong) return entries;
  return Object.fromEntries(entries.map(([key, given]) => [key, propertyText(given)]));
}

function propertyText(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" && !(value instanceof DecimalNumber)
    ? ""
    : scalarText(value as Exclude<ScalarValue, null>);
}

/** What a cluster takes for a list, since it holds nothing, or maps. */
function takenForList(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  return !isYamlMap(value) || Object.values(value).every(isYamlMap);
}

/** The first entry of each map in a list. */
export function firstEntries(value: unknown, form: string): readonly (readonly [string, unknown])[] | Wrong {
  if (!Array.isArray(value)) {
    const starts = takenForList(value);
    return new Wrong(starts ? `${form}; a cluster starts and does not read this` : form, [], starts);
  }
  const entries: (readonly [string, unknown])[] = [];
  for (const [index, item] of (value as unknown[]).entries()) {
    const first = isYamlMap(item) ? Object.entries(item)[0] : undefined;
    if (first === undefined) return new Wrong(`found ${describeFound(item)}; ${form}`, [index]);
    entries.push(first);
  }
  return entries;
}
