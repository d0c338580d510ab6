import { io } from "statefun/proto";
import { fromHex, hex } from "./hex.js";

const { BooleanWrapper, DoubleWrapper, FloatWrapper, IntWrapper, LongWrapper, StringWrapper } =
  io.statefun.sdk.types;

/** A header of a message or a record; `hex` is left out for a null header. */
export interface WireHeader {
  readonly key: string;
  readonly hex?: string;
}

/** A `TypedValue` with its bytes as hexadecimal digits, so that a difference can be read. */
export interface WireValue {
  readonly typename: string;
  readonly hasValue: boolean;
  readonly hex: string;
  readonly headers?: readonly WireHeader[];
}

/** Typed values as they stand on the wire, serialized by the oracle: what tests send, and what they expect. */
export const wireValue = {
  boolean: (value: boolean): WireValue =>
    of("io.statefun.types/bool", BooleanWrapper.encode({ value }).finish()),
  int: (value: number): WireValue => of("io.statefun.types/int", IntWrapper.encode({ value }).finish()),
  long: (value: bigint): WireValue =>
    of(
      "io.statefun.types/long",
      LongWrapper.encode(LongWrapper.fromObject({ value: String(value) })).finish(),
    ),
  float: (value: number): WireValue => of("io.statefun.types/float", FloatWrapper.encode({ value }).finish()),
  double: (value: number): WireValue =>
    of("io.statefun.types/double", DoubleWrapper.encode({ value }).finish()),
  string: (value: string): WireValue =>
    of("io.statefun.types/string", StringWrapper.encode({ value }).finish()),

  /** UTF-8 text, as every JSON type writes it. */
  text: (typename: string, text: string): WireValue => of(typename, new TextEncoder().encode(text)),

  /** Any bytes under any typename. */
  of: (typename: string, digits: string): WireValue => of(typename, fromHex(digits)),

  /** No value: `has_value` is false. */
  none: (typename: string): WireValue => ({ typename, hasValue: false, hex: "" }),
};

function of(typename: string, bytes: Uint8Array): WireValue {
  return { typename, hasValue: true, hex: hex(bytes) };
}
