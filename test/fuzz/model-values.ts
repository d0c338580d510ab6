import type { StateFunErrorCode } from "statefun";
import { io } from "statefun/proto";
import { RuleBroken, textOf } from "./reference.js";
import { decodePrimitive, type Primitive, type PrimitiveValues } from "./reference-values.js";

const wrappers = io.statefun.sdk.types;

/** A handler that fails with this code. */
export class Failure extends Error {
  readonly code: StateFunErrorCode;

  constructor(code: StateFunErrorCode) {
    super(code);
    this.code = code;
  }
}

/** How the values of one typename are read and written. */
export interface ValueType<T> {
  readonly typename: string;
  read(bytes: Uint8Array): T;
  write(value: T): Uint8Array;
}

const encoders: { readonly [P in Primitive]: (value: PrimitiveValues[P]) => Uint8Array } = {
  boolean: (value) => wrappers.BooleanWrapper.encode({ value }).finish(),
  int: (value) => wrappers.IntWrapper.encode({ value }).finish(),
  long: (value) => wrappers.LongWrapper.encode(wrappers.LongWrapper.fromObject({ value })).finish(),
  float: (value) => wrappers.FloatWrapper.encode({ value: value + 0 }).finish(),
  double: (value) => wrappers.DoubleWrapper.encode({ value: value + 0 }).finish(),
  string: (value) => wrappers.StringWrapper.encode({ value }).finish(),
};

/** Runs `read`, turning a broken rule into the failure that it is for a value. */
function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RuleBroken || error instanceof SyntaxError) throw new Failure("serialization");
    throw error;
  }
}

function primitive<P extends Primitive>(name: P, typename: string): ValueType<PrimitiveValues[P]> {
  return {
    typename,
    read: (bytes) => reading(() => decodePrimitive(name, bytes)),
    write: (value) => encoders[name](value),
  };
}

export const boolean = primitive("boolean", "io.statefun.types/bool");
export const int = primitive("int", "io.statefun.types/int");
export const long = primitive("long", "io.statefun.types/long");
export const float = primitive("float", "io.statefun.types/float");
export const double = primitive("double", "io.statefun.types/double");
export const string = primitive("string", "io.statefun.types/string");

export const bytes: ValueType<Uint8Array> = {
  typename: "statefun.types/bytes",
  read: (given) => given,
  write: (value) => value,
};

export const note: ValueType<unknown> = {
  typename: "fuzz/note",
  read: (given) => reading(() => JSON.parse(textOf(given)) as unknown),
  write: (value) => new TextEncoder().encode(JSON.stringify(value)),
};

/** A `TypedValue` for the oracle to encode. */
export function typedValue<T>(type: ValueType<T>, value: T): io.statefun.sdk.reqreply.TypedValue.$Properties {
  return { typename: type.typename, hasValue: true, value: type.write(value) };
}
