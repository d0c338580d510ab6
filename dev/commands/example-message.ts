import { jsonShape, types } from "statefun";
import type { AnyType, StandardSchema } from "statefun";
import { sampleOf } from "./json-sample.js";
import type { JsonSchema } from "./json-sample.js";

/** A message that a type accepts, found without its author's help. */
export interface ExampleMessage {
  readonly typename: string;
  /** The serialized value. */
  readonly bytes: Uint8Array;
  /** The value as people write it to an HTTP ingress: text of StateFun's own string as it is, anything else as JSON. */
  readonly text: string;
}

/** A value of each of StateFun's own types. */
const primitives: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  [types.string.typename, "Ada"],
  [types.boolean.typename, true],
  [types.int.typename, 1],
  [types.long.typename, 1n],
  [types.float.typename, 1],
  [types.double.typename, 1],
]);

/** What an objection of a schema is tried to be met with, in this order. */
const remedies: readonly unknown[] = [
  "Ada",
  1,
  true,
  {},
  [],
  null,
  "ada@example.com",
  "2026-01-01T00:00:00Z",
  "2026-01-01",
  "https://example.com/",
  "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
  "00000001",
  "a",
  0,
  100,
  0.5,
  -1,
];

/** How many objections of one schema are met before it is given up: more than a message for people has fields. */
const mostRepairs = 100;

/**
 * A message that `type` accepts: of its schema's JSON Schema if the library tells it (Standard JSON Schema), else by
 * meeting the schema's objections one by one. `undefined` if none was found, and for types whose bytes are opaque.
 */
export function exampleMessage(type: AnyType): ExampleMessage | undefined {
  const shape = jsonShape(type);
  const values = shape === undefined ? [primitives.get(type.typename)] : jsonCandidates(shape.schema);
  for (const value of values) {
    if (value === undefined) continue;
    try {
      const bytes = type.serialize(value);
      return { typename: type.typename, bytes, text: writtenText(value, shape !== undefined) };
    } catch {
      // Not this one: the next may fit.
    }
  }
  return undefined;
}

function writtenText(value: unknown, isJson: boolean): string {
  if (typeof value === "string" && !isJson) return value;
  return typeof value === "bigint" ? value.toString() : JSON.stringify(value);
}

function jsonCandidates(schema: StandardSchema | undefined): readonly unknown[] {
  if (schema === undefined) return [{}];
  const described = jsonSchemaOf(schema);
  const start = described === undefined ? {} : sampleOf(described);
  return [repaired(schema, start), repaired(schema, {})];
}

/** What the Standard JSON Schema interface adds to a schema of a library that implements it. */
interface WithJsonSchema {
  readonly jsonSchema?: { readonly input?: (options: { readonly target: string }) => JsonSchema };
}

function jsonSchemaOf(schema: StandardSchema): JsonSchema | undefined {
  try {
    return (schema["~standard"] as WithJsonSchema).jsonSchema?.input?.({ target: "draft-2020-12" });
  } catch {
    return undefined; // the library cannot describe this schema
  }
}

type Path = readonly PropertyKey[];

/** The value with the schema's objections met; `undefined` if one of them could not be. */
function repaired(schema: StandardSchema, start: unknown): unknown {
  let value = start;
  for (let repairs = 0; repairs < mostRepairs; repairs++) {
    const [path] = objections(schema, value);
    if (path === undefined) return value;
    const better = remedies
      .map((remedy) => withValue(value, path, remedy))
      .find((candidate) => !objections(schema, candidate).some((other) => same(other, path)));
    if (better === undefined) return undefined;
    value = better;
  }
  return undefined;
}

/** Where the schema objects to something; the root is an empty path. */
function objections(schema: StandardSchema, value: unknown): readonly Path[] {
  try {
    const result = schema["~standard"].validate(value);
    if (!("issues" in result)) return [];
    return (result.issues ?? []).map(({ path = [] }) =>
      path.map((part) => (typeof part === "object" ? part.key : part)),
    );
  } catch {
    return [[]];
  }
}

function same(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((part, at) => part === b[at]);
}

/** A copy of a JSON value with something else at a path; what is missing on the way is added. */
function withValue(value: unknown, path: Path, remedy: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return remedy;
  if (typeof key === "number") {
    const copy = Array.isArray(value) ? [...(value as readonly unknown[])] : [];
    copy[key] = withValue(copy[key], rest, remedy);
    return copy;
  }
  const fields = (typeof value === "object" && value !== null ? value : {}) as Record<PropertyKey, unknown>;
  return { ...fields, [key]: withValue(fields[key], rest, remedy) };
}
