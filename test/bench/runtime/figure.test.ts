import { expect, test } from "@jest/globals";
import { addressId, sumOfVisits } from "../../../bench/runtime/addresses.js";
import { runtimeFigure, unjudged } from "../../../bench/runtime/figure.js";

test.each([
  ["at least", 6, true],
  ["at least", 5.99, false],
  ["at most", 6, true],
  ["at most", 6.01, false],
  ["below", 5.99, true],
  ["below", 6, false],
] as const)("%s 6 is judged of %d as %s", (is, measured, met) => {
  const figure = runtimeFigure("speed", measured, "times", { is, value: 6 });

  expect(figure).toEqual({ bench: "runtime-speed", measured, unit: "times", goal: `${is} 6`, met });
});

test("what was measured too short has no goal", () => {
  const figure = unjudged(runtimeFigure("speed", 7, "times", { is: "at least", value: 6 }));

  expect(figure).toMatchObject({ measured: 7, goal: null, met: null });
});

test.each([1, 100, 1_000_000])("messages reach each of %d addresses before one is met again", (addresses) => {
  const ids = new Set(Array.from({ length: addresses }, (_, number) => addressId(number, addresses)));

  expect(ids.size).toBe(addresses);
  expect(addressId(addresses, addresses)).toBe(addressId(0, addresses));
});

test.each([
  [0, 5, 1, 15],
  [0, 5, 3, 1 + 2 + 1 + 2 + 1],
  [5, 4, 3, 3 + 4 + 3 + 2],
  [0, 5, 10, 5],
])(
  "after %d messages, %d more to %d addresses are visits that add up to %d",
  (before, count, addresses, sum) => {
    const added = sumOfVisits(before, count, addresses);

    expect(added).toBe(sum);
  },
);
