import { StateFunError } from "../errors.js";
import { readText, textLength } from "../wire/text.js";
import type { Writer } from "../wire/writer.js";
import { Codec, describeValue, refused } from "./codec.js";
import type { SchemaInput, SchemaOutput, StandardSchema } from "./standard-schema.js";
import { validated } from "./standard-schema.js";
import type { AnyType, Type } from "./type.js";
import { codecOf, typeOf } from "./type.js";

/** What JSON can hold. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** `S` if what it returns is something that it accepts, otherwise a sentence for the author to read. */
type RoundTrips<S extends StandardSchema> = [SchemaOutput<S>] extends [SchemaInput<S>]
  ? S
  : "This schema returns something that it does not accept (a transform), so what it wrote could not be read again. Validate here and transform in the handler.";

class JsonCodec extends Codec<unknown, string> {
  readonly #schema: StandardSchema | undefined;

  constructor(typename: string, schema: StandardSchema | undefined) {
    super(typename);
    this.#schema = schema;
  }

  get schema(): StandardSchema | undefined {
    return this.#schema;
  }

  check(value: unknown): unknown {
    const checked = this.#schema === undefined ? value : validated(this.#schema, this.typename, value);
    if (checked !== undefined) return checked;
    throw refused(this.typename, "undefined is not JSON; call remove() to delete a state value");
  }

  stage(value: unknown): string {
    return stringified(this.typename, value);
  }

  size(text: string): number {
    return textLength(text);
  }

  write(text: string, out: Writer, size: number): void {
    out.text(text, size);
  }

  read(bytes: Uint8Array, start: number, end: number): unknown {
    return this.check(parsed(this.typename, bytes, start, end));
  }
}

/**
 * A type whose values are JSON, checked by a schema of any library that implements Standard Schema.
 *
 * The schema runs when a value is made, set, received and read, so a bad value is refused where it arises. Its output
 * must be a valid input: defaults and brands pass, a transform does not compile.
 *
 * @throws StateFunError `invalid-argument` if `typename` is not `<namespace>/<name>`, or `schema` is not a Standard
 * Schema
 */
export function jsonType<const N extends string, S extends StandardSchema>(
  typename: N,
  schema: S & RoundTrips<S>,
): Type<N, SchemaOutput<S>>;
/**
 * A type whose values are JSON, taken as they come: `T` is what you promise, and nothing checks it.
 *
 * TypeScript infers either all type arguments or none: with `T` given, the typename is a plain `string` unless it is
 * given too, as in `jsonType<Order, "shop/Order">("shop/Order")`. Handlers keyed by the typename need it; state values
 * do not.
 *
 * @throws StateFunError `invalid-argument` if `typename` is not `<namespace>/<name>`
 */
export function jsonType<T = JsonValue, const N extends string = string>(typename: N): Type<N, T>;
export function jsonType(typename: string, schema?: StandardSchema): Type {
  if (
    schema !== undefined &&
    typeof (schema as Partial<StandardSchema> | null)?.["~standard"]?.validate !== "function"
  ) {
    throw new StateFunError(
      "invalid-argument",
      `the schema of ${typename} is not a Standard Schema: it has no "~standard".validate; pass a zod, valibot or arktype schema, or none`,
      { typename },
    );
  }
  return typeOf<string, unknown, string>(new JsonCodec(typename, schema));
}

/** How a type's values look inside, for tools. */
export interface JsonShape {
  /** The schema that the type was given; none if it takes any JSON. */
  readonly schema: StandardSchema | undefined;
}

/** What is known of the values of a type that {@link jsonType} made; `undefined` for any other type. */
export function jsonShape(type: AnyType): JsonShape | undefined {
  const codec = codecOf(type);
  return codec instanceof JsonCodec ? { schema: codec.schema } : undefined;
}

/** As it behaves: a function or a symbol has no JSON, whatever the standard library declares. */
const stringify: (value: unknown) => string | undefined = JSON.stringify;

function stringified(typename: string, value: unknown): string {
  let text: string | undefined;
  try {
    text = stringify(value);
  } catch (error) {
    throw refused(
      typename,
      `the value is not JSON: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
  if (text === undefined) throw refused(typename, `${describeValue(value)} is not JSON`);
  return text;
}

function parsed(typename: string, bytes: Uint8Array, start: number, end: number): unknown {
  const text = readText(bytes, start, end);
  if (text === undefined) throw refused(typename, "the bytes are not UTF-8, so they are not JSON");
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // The parser quotes what it read; values do not belong in messages.
    throw refused(typename, `the bytes (${String(end - start)}) are not JSON`, error);
  }
}
