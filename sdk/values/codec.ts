import { StateFunError } from "../errors.js";
import { parseTypename } from "../typename.js";
import type { ValueForm } from "../wire/value-form.js";
import { typedValueHead } from "../wire/value-form.js";
import { rememberName } from "../wire/text.js";
import { Writer } from "../wire/writer.js";

/**
 * What a type does behind its public face. A value passes through `check` when it is made, `stage` and the two
 * methods of {@link ValueForm} when it is written, and `read` when it comes in. `S` is its form between staging and
 * writing.
 *
 * Types of one kind share a class, so that an application with a hundred JSON types still runs one `write`, which an
 * engine can inline, rather than a hundred closures, which it cannot.
 */
export abstract class Codec<T, S = unknown> implements ValueForm<S> {
  /** The typename of the type. */
  declare readonly typename: string;
  declare readonly head: Uint8Array;

  /** Throws `invalid-argument` if `typename` is not `<namespace>/<name>`. */
  constructor(typename: string) {
    parseTypename(typename, "typename of a type");
    this.typename = typename;
    rememberName(typename);
    this.head = typedValueHead(typename);
  }

  /** Returns the value as it will be kept, or throws `serialization` if it does not fit. */
  abstract check(value: unknown): T;
  /** Turns a checked value into what is written. */
  abstract stage(value: T): S;
  abstract size(staged: S): number;
  abstract write(staged: S, out: Writer, size: number): void;
  /** Reads a value from its serialized form, checking it. Throws `serialization`. */
  abstract read(bytes: Uint8Array, start: number, end: number): T;
}

/** The serialized value in an array of its own. */
export function serialized<T, S>(codec: Codec<T, S>, value: T): Uint8Array {
  const staged = codec.stage(value);
  const size = codec.size(staged);
  const out = new Writer(size);
  if (size > 0) codec.write(staged, out, size);
  return out.bytes;
}

/** The error for a value that a type refuses: it names the type, the problem and what to do. */
export function refused(typename: string, problem: string, cause?: unknown): StateFunError {
  return new StateFunError("serialization", `${typename}: ${problem}`, {
    typename,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A short description of a value for an error message: never long, never the value of an object. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value.length > 40 ? `a text of ${String(value.length)} characters` : JSON.stringify(value);
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "bigint":
      return `${String(value)}n`;
    case "boolean":
    case "undefined":
      return String(value);
    case "object":
      if (value === null) return "null";
      return Array.isArray(value)
        ? "an array"
        : `an object (${Object.prototype.toString.call(value).slice(8, -1)})`;
    default:
      return `a ${typeof value}`;
  }
}

/** Whether `value` is a byte array, whichever realm it comes from; Node's buffers are. */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === "[object Uint8Array]";
}
