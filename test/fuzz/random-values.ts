import type { Random } from "./random.js";
import { randomBrokenUtf8, randomText } from "./random-text.js";
import type { Primitive } from "./reference-values.js";
import { bytesField, textField, varintField, type WireField } from "./wire-tree.js";

const typenames: Readonly<Record<Primitive, string>> = {
  boolean: "io.statefun.types/bool",
  int: "io.statefun.types/int",
  long: "io.statefun.types/long",
  float: "io.statefun.types/float",
  double: "io.statefun.types/double",
  string: "io.statefun.types/string",
};

/** A kind of value: what the functions under fuzzing accept. */
export type ValueKind = Primitive | "bytes" | "note";

export const valueKinds: readonly ValueKind[] = [
  "boolean",
  "int",
  "long",
  "float",
  "double",
  "string",
  "bytes",
  "note",
];

/** The typename of a kind of value. */
export function typenameOf(kind: ValueKind): string {
  if (kind === "bytes") return "statefun.types/bytes";
  return kind === "note" ? "fuzz/note" : typenames[kind];
}

const specialFloats = [0, -0, 1, -1.5, NaN, Infinity, -Infinity, 1e-45, 3.4e38, 5e-324, 1.7e308] as const;

function float(random: Random): number {
  return random.chance(0.5) ? random.pick(specialFloats) : (random.uint32() - 0x8000_0000) / 1024;
}

/** A fixed-width field 1, written by a `DataView`. */
function fixedField(size: 4 | 8, write: (view: DataView) => void): readonly WireField[] {
  const bytes = new Uint8Array(size);
  write(new DataView(bytes.buffer));
  return [{ number: 1, payload: { kind: size === 4 ? "fixed32" : "fixed64", bytes } }];
}

const primitiveFields: Readonly<Record<Primitive, (random: Random) => readonly WireField[]>> = {
  boolean: (random) => [varintField(1, random.chance(0.5))],
  int: (random) =>
    fixedField(4, (view) => {
      view.setInt32(0, Number(BigInt.asIntN(32, random.int64())), true);
    }),
  long: (random) =>
    fixedField(8, (view) => {
      view.setBigInt64(0, random.int64(), true);
    }),
  float: (random) =>
    fixedField(4, (view) => {
      view.setFloat32(0, float(random), true);
    }),
  double: (random) =>
    fixedField(8, (view) => {
      view.setFloat64(0, float(random), true);
    }),
  string: (random) =>
    random.chance(0.03) ? [bytesField(1, randomBrokenUtf8(random))] : textField(1, letterText(random)),
};

/** Text that begins with a letter to which some function under fuzzing has an answer of its own. */
function letterText(random: Random): string {
  const text = randomText(random);
  return random.chance(0.15) ? `${random.pick(Array.from("ftrshnk"))}${text}` : text;
}

/** A wrapper's fields; none for some, which is the default of the type. */
export function randomPrimitive(random: Random, primitive: Primitive): readonly WireField[] {
  return random.chance(0.1) ? [] : primitiveFields[primitive](random);
}

/** The value of a `TypedValue`: fields, or bytes that are none. */
export function randomValue(random: Random, kind: ValueKind): Uint8Array | readonly WireField[] {
  if (kind === "bytes") return random.bytes(random.below(random.chance(0.9) ? 20 : 300));
  if (kind !== "note") return randomPrimitive(random, kind);
  return new TextEncoder().encode(random.chance(0.05) ? letterText(random) : JSON.stringify(json(random, 3)));
}

function json(random: Random, depth: number): unknown {
  const nested = random.below(depth > 0 ? 3 : 1);
  if (nested === 1) return Array.from({ length: random.below(4) }, () => json(random, depth - 1));
  if (nested === 2) {
    const keys = Array.from({ length: random.below(4) }, () => randomText(random));
    return Object.fromEntries(keys.map((key) => [key, json(random, depth - 1)]));
  }
  return random.pick([null, true, false, 0, -1.5, 1e21, random.uint32(), randomText(random)]);
}
