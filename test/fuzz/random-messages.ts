import type { Random } from "./random.js";
import { randomText } from "./random-text.js";
import { randomValue, typenameOf, valueKinds, type ValueKind } from "./random-values.js";
import { bytesField, messageField, textField, varintField, type WireField } from "./wire-tree.js";

// Well-formed requests and responses, as trees. Everything that a cluster or another SDK might write, and some more.

interface KnownFunction {
  readonly name: string;
  readonly accepts: readonly ValueKind[];
  readonly states: readonly (readonly [name: string, kind: ValueKind])[];
}

/** The functions of functions.ts, as far as their requests go. */
const known: readonly KnownFunction[] = [
  { name: "tally", accepts: ["int", "string"], states: [["seen", "int"]] },
  { name: "relay", accepts: ["string", "boolean"], states: [] },
  {
    name: "keeper",
    accepts: ["boolean", "int", "long", "float", "double", "string", "bytes"],
    states: [
      ["flag", "boolean"],
      ["whole", "int"],
      ["big", "long"],
      ["small", "float"],
      ["ratio", "double"],
      ["text", "string"],
      ["raw", "bytes"],
    ],
  },
  { name: "notes", accepts: ["note"], states: [["latest", "note"]] },
  { name: "trouble", accepts: ["string"], states: [] },
];

/** The fields of a random `ToFunction`. */
export function randomRequest(random: Random): readonly WireField[] {
  const target = random.pick(known);
  const name = random.chance(0.96) ? target.name : randomText(random);
  const fields = [
    messageField(
      1,
      addressFields(random.chance(0.98) ? "fuzz" : randomText(random), name, randomText(random)),
    ),
    ...states(random, target),
    ...Array.from({ length: invocationCount(random) }, () => invocation(random, target)),
  ];
  return [messageField(100, random.chance(0.99) ? fields : fields.slice(1))];
}

function invocationCount(random: Random): number {
  if (random.chance(0.03)) return 0;
  return random.chance(0.995) ? 1 + random.below(4) : random.below(100);
}

function addressFields(namespace: string, name: string, id: string): WireField[] {
  return [...textField(1, namespace), ...textField(2, name), ...textField(3, id)];
}

function randomAddress(random: Random): readonly WireField[] {
  if (random.chance(0.1)) return [];
  return addressFields(
    randomText(random),
    random.chance(0.9) ? "fn" : randomText(random),
    randomText(random),
  );
}

function states(random: Random, target: KnownFunction): WireField[] {
  const incomplete = random.chance(0.08);
  const listed = target.states.filter(() => !incomplete || random.chance(0.6));
  const unknown = random.chance(0.1) ? [[randomText(random), random.pick(valueKinds)] as const] : [];
  const doubled = random.chance(0.02) ? listed.slice(0, 1) : [];
  return [...listed, ...unknown, ...doubled].map(([name, kind]) =>
    messageField(2, [...textField(1, name), ...stateValue(random, kind)]),
  );
}

function stateValue(random: Random, kind: ValueKind): readonly WireField[] {
  if (random.chance(0.3)) return []; // registered, and holds nothing
  if (random.chance(0.1)) return [messageField(2, [])];
  const stored = random.chance(0.97) ? kind : random.pick(valueKinds);
  return [messageField(2, typedValue(random, stored))];
}

function invocation(random: Random, { accepts }: KnownFunction): WireField {
  const caller = random.chance(0.5) ? [messageField(1, randomAddress(random))] : [];
  const kind = random.chance(0.93) ? random.pick(accepts) : random.pick(valueKinds);
  const argument = random.chance(0.99) ? [messageField(2, typedValue(random, kind))] : [];
  return messageField(3, [...caller, ...argument]);
}

function typedValue(random: Random, kind: ValueKind): readonly WireField[] {
  const typename = random.chance(0.97) ? typenameOf(kind) : randomText(random);
  const content = randomValue(random, kind);
  const value = content.length === 0 ? [] : [{ number: 3, payload: { kind: "delimited", content } } as const];
  return [
    ...textField(1, typename),
    ...(random.chance(0.99) ? [varintField(2, true)] : []),
    ...value,
    ...(random.chance(0.15) ? headers(random) : []),
  ];
}

function headers(random: Random): readonly WireField[] {
  return Array.from({ length: 1 + random.below(3) }, () => {
    const value = random.chance(0.7) ? [bytesField(2, random.bytes(random.below(10)))] : [];
    const hasValue = random.chance(0.8) ? [varintField(3, true)] : [];
    return messageField(4, [...textField(1, randomText(random)), ...value, ...hasValue]);
  });
}

/** The fields of a random `FromFunction`. */
export function randomResponse(random: Random): readonly WireField[] {
  const arms = random.chance(0.9) ? 1 : random.below(5); // an encoder writes one
  return Array.from({ length: arms }, () => (random.chance(0.25) ? incomplete(random) : result(random)));
}

function incomplete(random: Random): WireField {
  const specs = some(random, () => messageField(1, missing(random)));
  return messageField(101, specs);
}

function result(random: Random): WireField {
  return messageField(100, [
    ...some(random, () => messageField(1, mutation(random))),
    ...some(random, () => messageField(2, sent(random))),
    ...some(random, () => messageField(3, delayed(random))),
    ...some(random, () => messageField(4, egressMessage(random))),
  ]);
}

function some(random: Random, field: () => WireField): WireField[] {
  return Array.from({ length: random.below(3) }, field);
}

function argument(random: Random, number: number): WireField {
  return messageField(number, typedValue(random, random.pick(valueKinds)));
}

function mutation(random: Random): WireField[] {
  const type = random.chance(0.6) ? [varintField(1, random.chance(0.9) ? 1n : random.int64())] : [];
  const value = random.chance(0.6) ? [argument(random, 3)] : [];
  return [...type, ...textField(2, randomText(random)), ...value];
}

function sent(random: Random): WireField[] {
  return [messageField(1, randomAddress(random)), argument(random, 2)];
}

function delayed(random: Random): WireField[] {
  const token = random.chance(0.5) ? textField(11, randomText(random)) : [];
  if (random.chance(0.3)) return [varintField(10, true), ...token];
  return [
    varintField(1, random.int64()),
    messageField(2, randomAddress(random)),
    argument(random, 3),
    ...token,
  ];
}

function egressMessage(random: Random): WireField[] {
  return [...textField(1, randomText(random)), ...textField(2, randomText(random)), argument(random, 3)];
}

function missing(random: Random): WireField[] {
  const expiration = [varintField(1, random.below(4)), varintField(2, random.int64())];
  return [
    ...textField(1, randomText(random)),
    ...(random.chance(0.5) ? [messageField(2, expiration)] : []),
    ...textField(3, randomText(random)),
  ];
}
