/** Units of a duration: their names as they may be written, and how long they are in nanoseconds. */
const units: readonly { readonly names: readonly string[]; readonly nanos: bigint }[] = [
  { names: ["d", "day", "days"], nanos: 86_400_000_000_000n },
  { names: ["h", "hour", "hours"], nanos: 3_600_000_000_000n },
  { names: ["min", "m", "minute", "minutes"], nanos: 60_000_000_000n },
  { names: ["s", "sec", "secs", "second", "seconds"], nanos: 1_000_000_000n },
  { names: ["ms", "milli", "millis", "millisecond", "milliseconds"], nanos: 1_000_000n },
  { names: ["µs", "micro", "micros", "microsecond", "microseconds"], nanos: 1_000n },
  { names: ["ns", "nano", "nanos", "nanosecond", "nanoseconds"], nanos: 1n },
];

const nanosPerMilli = 1_000_000n;
const nanosByName = new Map(units.flatMap(({ names, nanos }) => names.map((name) => [name, nanos] as const)));

/** The number of a duration is a 64-bit integer of Java. */
const mostOfNumber = 2n ** 63n - 1n;

/** How a duration is written, for messages. */
export const durationForm =
  "a whole number and a unit, such as 2min or 90 s (units: d, h, min, s, ms, µs, ns; without one, milliseconds)";

/**
 * A duration as modules write it: digits, blanks if wanted, a unit in any letter case; milliseconds without a unit.
 * No fraction, no sign, no sum of several.
 *
 * @returns whole milliseconds, rounded down, or what is wrong, as a clause
 */
export function parseDuration(text: string): number | string {
  const [, digits = "", label = ""] = /^(\d*)\s*([\s\S]*)$/.exec(text.trim()) ?? [];
  if (digits === "") return `it does not start with a number; write ${durationForm}`;
  const nanos = label === "" ? nanosPerMilli : nanosByName.get(label.toLowerCase());
  if (nanos === undefined) return `"${label}" is no unit; write ${durationForm}`;
  const amount = BigInt(digits);
  const millis = (amount * nanos) / nanosPerMilli;
  if (amount > mostOfNumber || millis > BigInt(Number.MAX_SAFE_INTEGER)) return "it is too long";
  return Number(millis);
}

/** Milliseconds as modules write them, in the largest unit that leaves a whole number. */
export function durationText(millis: number): string {
  for (const [unit, unitMillis] of [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["min", 60_000],
    ["s", 1_000],
  ] as const) {
    if (millis !== 0 && millis % unitMillis === 0) return `${String(millis / unitMillis)}${unit}`;
  }
  return `${String(millis)}ms`;
}
