import { describeValue, refused } from "./codec.js";

/**
 * The part of the Standard Schema interface that is used here: zod, valibot, arktype and others implement it.
 *
 * Source: https://standardschema.dev, version 1.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** The interface proper, under the key that the standard fixes. */
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a schema says of a value. */
export type SchemaResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

/** One objection of a schema. */
export interface SchemaIssue {
  /** What the schema objects to. */
  readonly message: string;
  /** Where in the value, from the outside in; absent for the value itself. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What a schema accepts. */
export type SchemaInput<S extends StandardSchema> = NonNullable<S["~standard"]["types"]>["input"];

/** What a schema returns. */
export type SchemaOutput<S extends StandardSchema> = NonNullable<S["~standard"]["types"]>["output"];

/** The most objections that one error message lists, and the most characters of each; more do not help. */
const listedIssues = 5;
const longestIssue = 300;

/** Runs the schema, returning its output or throwing `serialization` with its objections. */
export function validated<Output>(
  schema: StandardSchema<unknown, Output>,
  typename: string,
  value: unknown,
): Output {
  let result: SchemaResult<Output> | Promise<SchemaResult<Output>>;
  try {
    result = schema["~standard"].validate(value);
  } catch (error) {
    throw refused(typename, "the schema threw", error);
  }
  const returned: unknown = result;
  if (typeof returned !== "object" || returned === null) {
    throw refused(
      typename,
      `the schema returned ${describeValue(returned)}, neither { value } nor { issues }`,
    );
  }
  if ("then" in result) {
    Promise.resolve(result).catch(() => undefined); // not ours to wait for, and must not fail unseen
    throw refused(
      typename,
      "the schema validates asynchronously, which a message or state value cannot wait for",
    );
  }
  if (result.issues === undefined) return result.value;
  throw refused(typename, `the value does not fit the schema: ${printIssues(result.issues)}`);
}

function printIssues(issues: readonly SchemaIssue[]): string {
  const listed = issues.slice(0, listedIssues).map(({ path, message }) => {
    const text = `${printPath(path)}${message}`;
    return text.length > longestIssue ? `${text.slice(0, longestIssue)}…` : text;
  });
  if (issues.length > listedIssues) listed.push(`and ${String(issues.length - listedIssues)} more`);
  return listed.join("; ");
}

/** The place in the value as a JSON pointer, followed by a colon; nothing for the value itself. */
function printPath(path: SchemaIssue["path"]): string {
  if (path === undefined || path.length === 0) return "";
  const keys = path.map((part) => String(typeof part === "object" ? part.key : part));
  return `/${keys.map((key) => key.replaceAll("~", "~0").replaceAll("/", "~1")).join("/")}: `;
}
