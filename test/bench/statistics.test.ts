import { describe, expect, test } from "@jest/globals";
import { median, spread } from "../../bench/statistics.js";

describe("median", () => {
  test("is the value in the middle, whatever the order", () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  test("of an even number of values is the mean of the two in the middle", () => {
    expect(median([4, 1, 2, 100])).toBe(3);
  });

  test("does not move for one run that was disturbed", () => {
    expect(median([10, 10, 11, 11, 500])).toBe(11);
  });

  test("of nothing is an error", () => {
    expect(() => median([])).toThrow("at least one");
  });
});

describe("spread", () => {
  test("is zero for runs that agree", () => {
    expect(spread([7, 7, 7])).toBe(0);
  });

  test("is half the distance of the quartiles, relative to the median", () => {
    expect(spread([80, 90, 100, 110, 120])).toBeCloseTo(0.1);
  });
});
