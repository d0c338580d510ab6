import { describeValue, isBytes, refused } from "./codec.js";
import type { Type } from "./type.js";
import { typeOf } from "./type.js";

/**
 * A type whose values are bytes, carried as they are. What is read is a copy; what is sent is copied when it is sent.
 *
 * @throws StateFunError `invalid-argument` if `typename` is not `<namespace>/<name>`
 *
 * Source: SliceType.java of the Java SDK, which other SDKs read under the same typename.
 */
export function bytesType<const N extends string>(typename: N): Type<N, Uint8Array> {
  return typeOf<N, Uint8Array, Uint8Array>(typename, {
    check(value) {
      if (isBytes(value)) return value;
      throw refused(typename, `${describeValue(value)} is not a Uint8Array`);
    },
    stage: (value) => value,
    size: (value) => value.length,
    write(value, out) {
      out.copy(value);
    },
    // Not bytes.slice: of a Node buffer that is a view.
    read: (bytes, start, end) => new Uint8Array(bytes.subarray(start, end)),
  });
}
