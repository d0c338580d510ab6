import type { DeepReadonly } from "../deep-readonly.js";
import { describeValue, isBytes, refused } from "./codec.js";
import type { Type } from "./type.js";
import { typeOf } from "./type.js";
import { StateFunError } from "../errors.js";

/** How the values of a custom type become bytes and come back. */
export interface Serializer<T> {
  /** The value's bytes. Whatever it throws becomes `serialization`. */
  serialize(value: DeepReadonly<T>): Uint8Array;
  /** The value in `bytes`, a view that must not be changed or kept. Whatever it throws becomes `serialization`. */
  deserialize(bytes: Uint8Array): T;
}

/**
 * A type whose values become bytes in a way of your own.
 *
 * `serialize` runs when a value is sent and, for a state value, once at the end of its batch.
 *
 * @throws StateFunError `invalid-argument` if `typename` is not `<namespace>/<name>`, or a part of `serializer` is
 * not a function
 */
export function customType<T, const N extends string = string>(
  typename: N,
  serializer: Serializer<T>,
): Type<N, T> {
  for (const part of ["serialize", "deserialize"] as const) {
    if (typeof serializer[part] === "function") continue;
    throw new StateFunError("invalid-argument", `the custom type ${typename} needs a function ${part}`, {
      typename,
    });
  }
  return typeOf<N, T, Uint8Array>(typename, {
    check(value) {
      if (value === undefined || value === null) {
        throw refused(
          typename,
          `${describeValue(value)} is not a value; call remove() to delete a state value`,
        );
      }
      return value as T;
    },
    stage(value) {
      let bytes: unknown;
      try {
        bytes = serializer.serialize(value as DeepReadonly<T>);
      } catch (error) {
        throw refused(typename, "serialize threw", error);
      }
      if (!isBytes(bytes))
        throw refused(typename, `serialize returned ${describeValue(bytes)}, not a Uint8Array`);
      return bytes;
    },
    size: (bytes) => bytes.length,
    write(bytes, out) {
      out.copy(bytes);
    },
    read(bytes, start, end) {
      try {
        return serializer.deserialize(bytes.subarray(start, end));
      } catch (error) {
        throw refused(typename, "deserialize threw", error);
      }
    },
  });
}
