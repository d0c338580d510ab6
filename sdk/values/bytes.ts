import type { Writer } from "../wire/writer.js";
import { Codec, describeValue, isBytes, refused } from "./codec.js";
import type { Type } from "./type.js";
import { typeOf } from "./type.js";

class BytesCodec extends Codec<Uint8Array, Uint8Array> {
  check(value: unknown): Uint8Array {
    if (isBytes(value)) return value;
    throw refused(this.typename, `${describeValue(value)} is not a Uint8Array`);
  }

  stage(value: Uint8Array): Uint8Array {
    return value;
  }

  size(value: Uint8Array): number {
    return value.length;
  }

  write(value: Uint8Array, out: Writer): void {
    out.copy(value);
  }

  read(bytes: Uint8Array, start: number, end: number): Uint8Array {
    return new Uint8Array(bytes.subarray(start, end)); // not bytes.slice: of a Node buffer that is a view
  }
}

/**
 * A type whose values are bytes, carried as they are. What is read is a copy; what is sent is copied when it is sent.
 *
 * @throws StateFunError `invalid-argument` if `typename` is not `<namespace>/<name>`
 *
 * Source: SliceType.java of the Java SDK, which other SDKs read under the same typename.
 */
export function bytesType<const N extends string>(typename: N): Type<N, Uint8Array> {
  return typeOf<N, Uint8Array, Uint8Array>(new BytesCodec(typename));
}
