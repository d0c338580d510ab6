import { StateFunError } from "./errors.js";

/**
 * A length of time in named units that add up: `{ hours: 2, minutes: 30 }`.
 *
 * The wire carries whole milliseconds, so what is finer is cut off: `{ milliseconds: 1.9 }` is 1 ms.
 */
export interface Duration {
  /** Days of 24 hours. */
  readonly days?: number;
  /** Hours. */
  readonly hours?: number;
  /** Minutes. */
  readonly minutes?: number;
  /** Seconds. */
  readonly seconds?: number;
  /** Milliseconds; a fraction of one is cut off the sum. */
  readonly milliseconds?: number;
}

const unitMillis: ReadonlyMap<string, number> = new Map([
  ["days", 86_400_000],
  ["hours", 3_600_000],
  ["minutes", 60_000],
  ["seconds", 1_000],
  ["milliseconds", 1],
]);

/**
 * The duration in whole milliseconds, rounded down.
 *
 * A sum that misses a whole millisecond only by the rounding of binary fractions counts as that millisecond:
 * `{ seconds: 1.001 }` is 1001 ms, although `1.001 * 1000` is a little less.
 *
 * @throws StateFunError `invalid-argument` if the duration names no unit or an unknown one, a number in it is not
 * finite, or the sum is negative or beyond 2⁵³ − 1 milliseconds.
 */
export function durationMillis(duration: Duration, what = "duration"): number {
  if (typeof duration !== "object" || (duration as unknown) === null) {
    throw invalid(what, `is ${typeof duration}`);
  }
  let millis = 0;
  let named = false;
  for (const unit in duration) {
    const amount = duration[unit as keyof Duration] as number | string | undefined;
    if (amount === undefined) continue;
    const factor = unitMillis.get(unit);
    if (factor === undefined) throw invalid(what, `has an unknown unit ${JSON.stringify(unit)}`);
    if (typeof amount !== "number" || !Number.isFinite(amount)) {
      throw invalid(what, `has ${String(amount)} ${unit}, which is not a finite number`);
    }
    millis += amount * factor;
    named = true;
  }
  if (!named) throw invalid(what, "names no unit");
  if (millis < 0) throw invalid(what, `is negative (${String(millis)} ms)`);
  return wholeMillis(millis, what);
}

function wholeMillis(millis: number, what: string): number {
  const nearest = Math.round(millis);
  // Four units in the last place: what adding five products can lose.
  const whole = Math.abs(millis - nearest) <= 4 * Number.EPSILON * millis ? nearest : Math.floor(millis);
  if (!Number.isSafeInteger(whole))
    throw invalid(what, `is beyond 2^53 - 1 milliseconds (${String(millis)} ms)`);
  return whole;
}

function invalid(what: string, problem: string): StateFunError {
  return new StateFunError(
    "invalid-argument",
    `the ${what} ${problem}: write for example { hours: 2, minutes: 30 }, in days, hours, minutes, seconds and milliseconds`,
  );
}
