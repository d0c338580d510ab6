import { bool, bytes as lastBytes, fieldsOf, RuleBroken, textOf } from "./reference.js";

/** The value of each primitive type, by the name that `types` gives it. */
export interface PrimitiveValues {
  readonly boolean: boolean;
  readonly int: number;
  readonly long: bigint;
  readonly float: number;
  readonly double: number;
  readonly string: string;
}

export type Primitive = keyof PrimitiveValues;

export const primitives: readonly Primitive[] = ["boolean", "int", "long", "float", "double", "string"];

const varint = 0;
const fixed64 = 1;
const delimited = 2;
const fixed32 = 5;

const decoders: { readonly [P in Primitive]: (bytes: Uint8Array) => PrimitiveValues[P] } = {
  boolean: (bytes) => bool(fieldsOf(bytes), 1),
  int: (bytes) => lastFixed(bytes, fixed32, 4).getInt32(0, true),
  long: (bytes) => lastFixed(bytes, fixed64, 8).getBigInt64(0, true),
  float: (bytes) => lastFixed(bytes, fixed32, 4).getFloat32(0, true),
  double: (bytes) => lastFixed(bytes, fixed64, 8).getFloat64(0, true),
  string: (bytes) => textOf(lastBytes(fieldsOf(bytes), 1)),
};

const wireTypes: Readonly<Record<Primitive, number>> = {
  boolean: varint,
  int: fixed32,
  long: fixed64,
  float: fixed32,
  double: fixed64,
  string: delimited,
};

/** Decodes a wrapper. A field 1 that is of another wire type breaks a rule: it is a value of another type. */
export function decodePrimitive<P extends Primitive>(primitive: P, bytes: Uint8Array): PrimitiveValues[P] {
  const foreign = fieldsOf(bytes).some(
    ({ number, wireType }) => number === 1 && wireType !== wireTypes[primitive],
  );
  if (foreign) throw new RuleBroken("foreign wire type");
  return decoders[primitive](bytes);
}

/** The last field 1, or zero. */
function lastFixed(bytes: Uint8Array, wireType: number, size: number): DataView {
  const last = fieldsOf(bytes).findLast((field) => field.number === 1 && field.wireType === wireType);
  const value = last?.bytes ?? new Uint8Array(size);
  return new DataView(value.buffer, value.byteOffset, size);
}
