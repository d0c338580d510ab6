import type { Random } from "./random.js";
import { randomBrokenUtf8 } from "./random-text.js";
import {
  bytesField,
  messageField,
  nestedGroups,
  varintField,
  type Delimited,
  type Payload,
  type WireField,
} from "./wire-tree.js";

// What may be odd about protobuf bytes. Most of it a tolerant reader accepts, and some of it nobody may.

/** A tree in which about one field of each message in ten is odd, in one way or another. */
export function withOddities(random: Random, fields: readonly WireField[]): readonly WireField[] {
  const odd = fields.flatMap((given) => {
    const field = withOddContent(random, given);
    return random.chance(0.1) ? oddField(random, field) : [field];
  });
  if (random.chance(0.1)) odd.splice(random.below(odd.length + 1), 0, unknownField(random));
  return random.chance(0.1) ? shuffled(random, odd) : odd;
}

function withOddContent(random: Random, field: WireField): WireField {
  const { payload } = field;
  if (payload.kind !== "delimited" || payload.content instanceof Uint8Array) return field;
  return { ...field, payload: { ...payload, content: withOddities(random, payload.content) } };
}

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const rest = [...items];
  return items.map(() => rest.splice(random.below(rest.length), 1)[0] as T);
}

/** What becomes of one field: usually it stays one, sometimes there are two or none. */
type Oddity = (random: Random, field: WireField) => readonly WireField[];

const oddities: readonly Oddity[] = [
  (random, field) => [{ ...field, tagPadding: 1 + random.below(random.chance(0.7) ? 3 : 9) }],
  (random, field) => [{ ...field, payload: paddedPayload(random, field.payload) }],
  (_, field) => [field, field],
  (random, field) => splitField(random, field),
  () => [],
  (random, field) => [{ ...field, number: oddNumber(random, field.number) }],
  (random, field) => [{ ...field, payload: foreignPayload(random) }],
  (_, field) => [emptied(field)],
  (random, field) => [emptied(field), field, ...(random.chance(0.5) ? [emptied(field)] : [])],
  (random, field) => [withWrongLength(random, field)],
  (random, { number }) => [bytesField(number, randomBrokenUtf8(random))],
];

function oddField(random: Random, field: WireField): readonly WireField[] {
  return random.pick(oddities)(random, field);
}

function paddedPayload(random: Random, payload: Payload): Payload {
  const padding = 1 + random.below(random.chance(0.7) ? 3 : 12);
  return payload.kind === "varint" || payload.kind === "delimited" ? { ...payload, padding } : payload;
}

/** A message in two parts, which a reader has to merge; other fields twice. */
function splitField(random: Random, field: WireField): readonly WireField[] {
  const { payload } = field;
  if (payload.kind !== "delimited" || payload.content instanceof Uint8Array) return [field, field];
  const at = random.below(payload.content.length + 1);
  const part = (content: readonly WireField[]): WireField => ({ ...field, payload: { ...payload, content } });
  return [part(payload.content.slice(0, at)), part(payload.content.slice(at))];
}

function oddNumber(random: Random, number: number): number {
  const highest = 2 ** 29 - 1;
  return random.pick([
    0,
    highest,
    highest + 1,
    number + 1,
    Math.max(1, number - 1),
    15,
    16,
    2047,
    2048,
    100,
    101,
  ]);
}

const foreignWireTypes = [4, 6, 7] as const;

/** Whatever may follow a tag. */
function foreignPayload(random: Random): Payload {
  switch (random.below(6)) {
    case 0:
      return { kind: "varint", value: random.int64(), padding: random.chance(0.1) ? random.below(12) : 0 };
    case 1:
      return { kind: "fixed32", bytes: random.bytes(random.chance(0.95) ? 4 : 3) };
    case 2:
      return { kind: "fixed64", bytes: random.bytes(random.chance(0.95) ? 8 : 7) };
    case 3:
      return { kind: "delimited", content: random.bytes(random.below(12)) };
    case 4:
      return group(random);
    default:
      return random.chance(0.8)
        ? group(random)
        : {
            kind: "wire type",
            wireType: random.pick(foreignWireTypes),
            bytes: random.bytes(random.below(3)),
          };
  }
}

function group(random: Random): Payload {
  if (random.chance(0.1)) return nestedGroups(random.below(20) + 1, 95 + random.below(9)).payload;
  const fields = Array.from({ length: random.below(3) }, () => unknownField(random));
  const group: Payload = { kind: "group", fields };
  return random.chance(0.95) ? group : { ...group, endNumber: 1 + random.below(3) };
}

function unknownField(random: Random): WireField {
  const number = random.chance(0.7) ? 5 + random.below(4) : 1 + random.below(2 ** 20);
  return { number, payload: foreignPayload(random) };
}

/** The field with the default of its type, written out. */
function emptied({ number, payload }: WireField): WireField {
  return payload.kind === "varint" ? varintField(number, 0) : messageField(number, []);
}

function withWrongLength(random: Random, field: WireField): WireField {
  if (field.payload.kind !== "delimited") return field;
  const lengthError = random.pick([-1, 1, 2, 127, 128, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32]);
  const payload: Delimited = { ...field.payload, lengthError };
  return { ...field, payload };
}
