import type { DeepReadonly } from "../deep-readonly.js";
import type { Writer } from "../wire/writer.js";
import { Codec, describeValue, isBytes, refused } from "./codec.js";
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

class CustomCodec<T> extends Codec<T, Uint8Array> {
  readonly #serializer: Serializer<T>;

  constructor(typename: string, serializer: Serializer<T>) {
    super(typename);
    this.#serializer = serializer;
  }

  check(value: unknown): T {
    if (value === undefined || value === null) {
      throw refused(
        this.typename,
        `${describeValue(value)} is not a value; call remove() to delete a state value`,
      );
    }
    return value as T;
  }

  stage(value: T): Uint8Array {
    let bytes: unknown;
    try {
      bytes = this.#serializer.serialize(value as DeepReadonly<T>);
    } catch (error) {
      throw refused(this.typename, "serialize threw", error);
    }
    if (isBytes(bytes)) return bytes;
    throw refused(this.typename, `serialize returned ${describeValue(bytes)}, not a Uint8Array`);
  }

  size(bytes: Uint8Array): number {
    return bytes.length;
  }

  write(bytes: Uint8Array, out: Writer): void {
    out.copy(bytes);
  }

  read(bytes: Uint8Array, start: number, end: number): T {
    let value: T;
    try {
      value = this.#serializer.deserialize(bytes.subarray(start, end));
    } catch (error) {
      throw refused(this.typename, "deserialize threw", error);
    }
    return this.check(value);
  }
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
    if (typeof (serializer as Partial<typeof serializer> | undefined)?.[part] === "function") continue;
    throw new StateFunError("invalid-argument", `the custom type ${typename} needs a function ${part}`, {
      typename,
    });
  }
  return typeOf<N, T, Uint8Array>(new CustomCodec(typename, serializer));
}
