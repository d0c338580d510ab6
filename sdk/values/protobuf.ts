import { StateFunError } from "../errors.js";
import { customType } from "./custom.js";
import type { Type } from "./type.js";

/** The prefix of the typename that all SDKs give protobuf messages by default. */
const typeUrlPrefix = "type.googleapis.com";

/** A protobuf message class: anything with `encode` and `decode`, as the classes that protobufjs makes. */
export interface MessageClass<T> {
  /** Serializes a message. */
  encode(message: T): { finish(): Uint8Array };
  /** Reads a message. Whatever it throws becomes `serialization`. */
  decode(bytes: Uint8Array): T;
  /** What protobufjs classes have; the default typename comes from here. */
  getTypeUrl?: ((prefix?: string) => string) | undefined;
  /** What reflected protobufjs types have: the full name with a leading dot. */
  readonly fullName?: string | undefined;
}

/**
 * A type whose values are messages of a protobuf class, as protobufjs generates or reflects them.
 *
 * The default typename is `type.googleapis.com/<full name>`, the same in every SDK. Give it as a literal where
 * handlers are keyed by it, since the compiler cannot see the name inside a class.
 *
 * @throws StateFunError `invalid-argument` if the class has no `encode` and `decode`, or no full name and `typename`
 * is not given or not `<namespace>/<name>`
 */
export function protobufType<T, const N extends string = `type.googleapis.com/${string}`>(
  messageClass: MessageClass<T>,
  typename?: N,
): Type<N, T> {
  const given = messageClass as Partial<MessageClass<T>> | undefined;
  if (typeof given?.encode !== "function" || typeof given.decode !== "function") {
    throw new StateFunError("invalid-argument", "a protobuf type needs a class with encode and decode");
  }
  const name = typename ?? (defaultTypename(messageClass) as N);
  return customType<T, N>(name, {
    // A message that was read may be sent again: to the encoder, read-only makes no difference.
    serialize: (value) => messageClass.encode(value as T).finish(),
    deserialize: (bytes) => messageClass.decode(bytes),
  });
}

function defaultTypename(messageClass: Pick<MessageClass<unknown>, "getTypeUrl" | "fullName">): string {
  if (typeof messageClass.getTypeUrl === "function") return messageClass.getTypeUrl(typeUrlPrefix);
  if (typeof messageClass.fullName === "string")
    return `${typeUrlPrefix}/${messageClass.fullName.replace(/^\./, "")}`;
  throw new StateFunError(
    "invalid-argument",
    'this protobuf class does not know its full name: give the typename, for example protobufType(Order, "type.googleapis.com/shop.Order")',
  );
}

/** The functions of `@bufbuild/protobuf` that a type needs; passed in, so that this package does not depend on it. */
export interface ProtobufEsCodec<S, T> {
  /** The library's `fromBinary`. */
  readonly fromBinary: (schema: S, bytes: Uint8Array) => T;
  /** The library's `toBinary`. Its message is named by `fromBinary` alone, or TypeScript would not find it there. */
  readonly toBinary: (schema: S, message: never) => Uint8Array;
}

/**
 * A type whose values are messages of `@bufbuild/protobuf` version 2: in a call, the schema and then the two
 * functions of the library. The typename is `type.googleapis.com/<full name>` unless given; the compiler knows it either way.
 *
 * @throws StateFunError `invalid-argument` if `schema` has no `typeName`, `codec` lacks a function, or `typename` is not
 * `<namespace>/<name>`
 */
export function protobufEsType<
  S extends { readonly typeName: string },
  T,
  const N extends string = `type.googleapis.com/${S["typeName"]}`,
>(schema: S, codec: ProtobufEsCodec<S, T>, typename?: N): Type<N, T> {
  if (typeof (schema as Partial<S> | undefined)?.typeName !== "string") {
    throw new StateFunError(
      "invalid-argument",
      "a protobuf-es type needs a message schema, which has a typeName",
    );
  }
  const given = codec as Partial<ProtobufEsCodec<S, T>> | undefined;
  if (typeof given?.toBinary !== "function" || typeof given.fromBinary !== "function") {
    throw new StateFunError(
      "invalid-argument",
      `the protobuf-es type of ${schema.typeName} needs two functions of @bufbuild/protobuf: protobufEsType(schema, { toBinary, fromBinary })`,
    );
  }
  return customType<T, N>(typename ?? (`${typeUrlPrefix}/${schema.typeName}` as N), {
    // A message that was read may be sent again: to the encoder, read-only makes no difference.
    serialize: (value) => codec.toBinary(schema, value as never),
    deserialize: (bytes) => codec.fromBinary(schema, bytes),
  });
}
