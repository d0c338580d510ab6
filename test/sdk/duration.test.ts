import { describe, expect, test } from "@jest/globals";
import type { Duration } from "statefun";
import { StateFunError } from "statefun";
import { durationMillis } from "../../sdk/duration.js";

test.each<[Duration, number]>([
  [{ days: 1 }, 86_400_000],
  [{ hours: 1 }, 3_600_000],
  [{ minutes: 1 }, 60_000],
  [{ seconds: 1 }, 1_000],
  [{ milliseconds: 1 }, 1],
  [{ hours: 2, minutes: 30 }, 9_000_000],
  [{ days: 1, hours: 1, minutes: 1, seconds: 1, milliseconds: 1 }, 90_061_001],
])("%j is %d ms: units add up", (duration, millis) => {
  expect(durationMillis(duration)).toBe(millis);
});

test.each<[Duration, number]>([
  [{ milliseconds: 0 }, 0],
  [{ hours: 0, seconds: 0 }, 0],
  [{ milliseconds: 0.999 }, 0],
  [{ milliseconds: 1.9 }, 1],
  [{ seconds: 0.0015 }, 1],
  [{ hours: 0.5 }, 1_800_000],
])("%j is %d ms: what is finer than a millisecond is cut off", (duration, millis) => {
  expect(durationMillis(duration)).toBe(millis);
});

test.each<[Duration, number]>([
  [{ seconds: 1.001 }, 1_001],
  [{ seconds: 4.35 }, 4_350],
  [{ seconds: 0.1, milliseconds: 0.2 }, 100],
  [{ hours: 0.1 }, 360_000],
  [{ minutes: 1.1 }, 66_000],
])("%j is %d ms: the rounding of binary fractions takes no millisecond away", (duration, millis) => {
  expect(durationMillis(duration)).toBe(millis);
});

test("each second written with three decimals is its number of milliseconds", () => {
  const wrong: number[] = [];

  for (let millis = 0; millis < 20_000; millis++) {
    if (durationMillis({ seconds: Number((millis / 1000).toFixed(3)) }) !== millis) wrong.push(millis);
  }

  expect(wrong).toEqual([]);
});

test("units may be undefined, and negative where the sum is not", () => {
  const duration = { hours: 1, minutes: -30, seconds: undefined } as unknown as Duration;

  expect(durationMillis(duration)).toBe(1_800_000);
});

test("the largest duration is 2^53 - 1 ms", () => {
  expect(durationMillis({ milliseconds: Number.MAX_SAFE_INTEGER })).toBe(Number.MAX_SAFE_INTEGER);
  expect(() => durationMillis({ milliseconds: 2 ** 53 })).toThrow("beyond 2^53 - 1 milliseconds");
  expect(() => durationMillis({ days: Number.MAX_VALUE, hours: 1 })).toThrow("beyond 2^53 - 1 milliseconds");
});

describe("what is no duration is refused with an example of one", () => {
  test.each([
    [{}, "names no unit"],
    [{ hours: undefined }, "names no unit"],
    [{ hour: 1 }, 'has an unknown unit "hour"'],
    [{ weeks: 1 }, 'has an unknown unit "weeks"'],
    [{ hours: Number.NaN }, "has NaN hours, which is not a finite number"],
    [{ hours: Number.POSITIVE_INFINITY }, "has Infinity hours, which is not a finite number"],
    [{ seconds: "5" }, "has 5 seconds, which is not a finite number"],
    [{ seconds: 5n }, "has 5 seconds, which is not a finite number"],
    [{ seconds: null }, "has null seconds, which is not a finite number"],
    [{ milliseconds: -1 }, "is negative (-1 ms)"],
    [{ hours: 1, minutes: -61 }, "is negative (-60000 ms)"],
    [5000, "is number"],
    ["5s", "is string"],
    [undefined, "is undefined"],
    [null, "is object"],
    [[], "names no unit"],
  ])("%j %s", (duration, problem) => {
    const convert = (): unknown => durationMillis(duration as Duration, "delay of a message");

    expect(convert).toThrow(StateFunError);
    expect(convert).toThrow(
      `[invalid-argument] the delay of a message ${problem}: write for example { hours: 2, minutes: 30 }`,
    );
  });
});
