import type { DeepReadonly } from "../deep-readonly.js";
import { quoted } from "../quoted.js";
import type { Codec } from "./codec.js";
import { refused, serialized } from "./codec.js";
import type { Message } from "./message.js";
import type { TypedValue } from "./typed-value.js";
import { typedValue } from "./typed-value.js";

declare const kept: unique symbol;

/**
 * A type of messages and state values: a typename and how its values become bytes. It is a function: calling it with
 * a value checks that and returns it with its typename, a {@link TypedValue}: frozen, plain, comparable with `toEqual`,
 * ready to be sent. `N` is the typename, `T` the value.
 *
 * @throws StateFunError `serialization`, when it is called, if the value does not fit the type
 */
// Not one interface with a call signature: TypeScript puts off calls that return such a thing, so a type made within
// the declaration of a storage would come too late to give the handlers beside it their parameters.
export type Type<N extends string = string, T = unknown> = ((value: DeepReadonly<T>) => TypedValue<N, T>) & {
  /** The typename that the wire carries with each value. */
  readonly typename: N;

  /**
   * The value's bytes, as a message, a state value or an egress record carries them.
   *
   * @throws StateFunError `serialization` if the value does not fit the type
   */
  serialize(value: DeepReadonly<T>): Uint8Array;

  /**
   * Reads a value from its bytes and checks it.
   *
   * @throws StateFunError `serialization` if the bytes hold no value of the type
   */
  deserialize(bytes: Uint8Array): T;

  /** Whether `message` has this typename. Typenames are compared as they are, letter by letter. */
  is(message: { readonly typename: string }): boolean;

  /**
   * Opens a message that `otherwise` received.
   *
   * @throws StateFunError `serialization` if the message has another typename, no value, or bytes that hold no value
   * of the type
   */
  from(message: Message): T;

  /** Never present: keeps `T` apart from types that look alike. */
  readonly [kept]?: T;
};

/** Any type at all, for constraints. */
// A type takes and returns its value, so only `any` stands above all of them.
export type AnyType = Type<string, any>;

/** The value of a type: `ValueOf<typeof Greet>`. */
export type ValueOf<A extends AnyType> = A extends Type<string, infer T> ? T : never;

/** The typed values of a type: what calling it returns. */
export type MessageOf<A extends AnyType> = A extends Type<infer N, infer T> ? TypedValue<N, T> : never;

const codecKey: unique symbol = Symbol("codec");

interface WithCodec<T> {
  readonly [codecKey]: Codec<T>;
}

/** Makes the public face of a codec. */
export function typeOf<N extends string, T, S>(codec: Codec<T, S>): Type<N, T> {
  const typename = codec.typename as N;
  const type = (value: DeepReadonly<T>): TypedValue<N, T> => typedValue(codec, typename, codec.check(value));
  Object.defineProperty(type, "name", { value: typename });
  const members: Pick<Type<N, T>, "typename" | "serialize" | "deserialize" | "is" | "from"> & WithCodec<T> = {
    typename,
    [codecKey]: codec,
    serialize: (value) => serialized(codec, codec.check(value)),
    deserialize: (bytes) => codec.read(bytes, 0, bytes.length),
    is: (message) => message.typename === typename,
    from: (message) => opened(codec, message),
  };
  return Object.freeze(Object.assign(type, members));
}

function opened<T, S>(codec: Codec<T, S>, message: Message): T {
  const { typename } = codec;
  if (message.typename !== typename) {
    throw refused(typename, `the message is of type ${quoted(message.typename)}; ask is() before from()`);
  }
  if (!message.hasValue) throw refused(typename, "the message has no value");
  const { bytes } = message;
  return codec.read(bytes, 0, bytes.length);
}

/** The codec of a type, or `undefined` if `type` is not one. */
export function codecOf(type: unknown): Codec<unknown> | undefined {
  return typeof type === "function" ? (type as Partial<WithCodec<unknown>>)[codecKey] : undefined;
}
