import type { DecodedAnswer } from "../support/decode.js";
import { fromHex, hex } from "../support/hex.js";
import type { WireValue } from "../support/wire-value.js";

/**
 * A difference between two answers that means nothing: `applied` brings answers that differ in nothing else to the
 * same form. What no tolerance names must be equal: values byte for byte, lists in order.
 */
export interface Tolerance {
  readonly name: string;
  readonly because: string;
  applied(answer: DecodedAnswer): DecodedAnswer;
}

/** Everything in which our answers may differ from those of the official SDKs. */
export const tolerances: readonly Tolerance[] = [
  {
    name: "no bytes at all are no effects",
    because:
      "The Python SDK leaves the result out where it is empty, and the cluster reads that as a success.",
    applied: (answer) => (answer.arm === "none" ? { ...answer, arm: "result" } : answer),
  },
  {
    name: "the expiration NONE is no expiration",
    because:
      "The Python and Go SDKs write a message for states that never expire; Java, JavaScript and we none.",
    applied: (answer) => ({
      ...answer,
      missing: answer.missing.map(({ expiration, ...spec }) =>
        expiration === undefined || expiration.mode === "NONE" ? spec : { ...spec, expiration },
      ),
    }),
  },
  {
    name: "missing states come in any order",
    because:
      "They are registered by name. Java and Go keep them in hash maps, so their order is an accident.",
    applied: (answer) => ({ ...answer, missing: byName(answer.missing) }),
  },
  {
    name: "changes of different states come in any order",
    because:
      "They are applied by name, and each SDK writes one for each name. Java and Go keep them in hash maps.",
    applied: (answer) => ({ ...answer, mutations: byName(answer.mutations) }),
  },
  {
    name: "JSON is compared by value",
    because:
      "Python writes blanks, Go escapes for HTML and ends with a line break; every SDK reads them all.",
    applied: (answer) =>
      withValues(answer, (value) =>
        value.hasValue && jsonTypenames.has(value.typename) ? json(value) : value,
      ),
  },
  {
    name: "NaN is NaN",
    because: "IEEE 754 has many, and languages differ in the one they write: Go's double is not Java's.",
    applied: (answer) =>
      withValues(answer, (value) => (Number.isNaN(floating(value)) ? { ...value, hex: "NaN" } : value)),
  },
  {
    name: "zero has no sign",
    because: "Go writes the sign of a negative zero, the others take it for the default and write no bytes.",
    applied: (answer) =>
      withValues(answer, (value) => (floating(value) === 0 ? { ...value, hex: "" } : value)),
  },
];

/** The answer in the form that all tolerances bring it to. */
export function tolerated(answer: DecodedAnswer, applied: readonly Tolerance[] = tolerances): DecodedAnswer {
  return applied.reduce((held, tolerance) => tolerance.applied(held), answer);
}

function byName<T extends { readonly name: string }>(list: readonly T[]): readonly T[] {
  // Stable: two entries of one name keep their order, which counts.
  return list.toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
}

function withValues(answer: DecodedAnswer, change: (value: WireValue) => WireValue): DecodedAnswer {
  const changed = (value: WireValue | undefined): WireValue | undefined =>
    value === undefined ? undefined : change(value);
  return {
    ...answer,
    mutations: answer.mutations.map((mutation) => ({ ...mutation, value: changed(mutation.value) })),
    messages: answer.messages.map((message) => ({ ...message, argument: changed(message.argument) })),
    delayed: answer.delayed.map((delay) => ({ ...delay, argument: changed(delay.argument) })),
    egresses: answer.egresses.map((record) => ({ ...record, argument: changed(record.argument) })),
  };
}

const jsonTypenames: ReadonlySet<string> = new Set([
  "greeter/name",
  "showcase/go",
  "showcase/json",
  "showcase/ignored",
]);

/** The same value with its JSON written compactly, keys in order. */
function json(value: WireValue): WireValue {
  const sorted = (_key: string, part: unknown): unknown =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part;
  const parsed: unknown = JSON.parse(Buffer.from(fromHex(value.hex)).toString());
  return { ...value, hex: hex(Buffer.from(JSON.stringify(parsed, sorted))) };
}

/** The number that a float or a double holds; `undefined` for a value of another type. */
function floating({ typename, hex: digits }: WireValue): number | undefined {
  const size = { "io.statefun.types/float": 4, "io.statefun.types/double": 8 }[typename];
  if (size === undefined) return undefined;
  if (digits === "") return 0;
  // One canonical field: its tag, and the number. Anything else stays as it is, to be compared byte for byte.
  const bytes = Buffer.from(digits, "hex");
  if (bytes.length !== size + 1) return undefined;
  return size === 4 ? bytes.readFloatLE(1) : bytes.readDoubleLE(1);
}
