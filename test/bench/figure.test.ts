import { expect, test } from "@jest/globals";
import { figureOf } from "../../bench/figure.js";

const comparison = { bench: "batch", work: { name: "counter", batch: 10 }, asks: "speed" } as const;

test("a figure tells thousand invocations per CPU second, and how many times as fast ours is", () => {
  const figure = figureOf({ ...comparison, ours: [10], peer: [125], goal: 12 });

  expect(figure).toEqual({
    bench: "batch",
    function: "counter",
    batch: 10,
    ours: 1000,
    peer: 80,
    ratio: 12.5,
    goal: 12,
    met: true,
  });
});

test("the ratio is taken round by round, so a machine that slows down does not move it", () => {
  const figure = figureOf({ ...comparison, ours: [10, 10, 20, 20, 20], peer: [120, 120, 240, 240, 241] });

  expect(figure.ratio).toBe(12);
});

test("a goal can be missed by less than the printed digits show", () => {
  const figure = figureOf({ ...comparison, ours: [1], peer: [11.99999], goal: 12 });

  expect(figure).toMatchObject({ ratio: 12, goal: 12, met: false });
});

test("asked for the cost, the ratio tells how many times as costly ours is, and the goal is the most it may be", () => {
  const figure = figureOf({ ...comparison, asks: "cost", ours: [150], peer: [100], goal: 1.6 });

  expect(figure).toMatchObject({ ratio: 1.5, goal: 1.6, met: true });
});

test("without a goal nothing is met or missed", () => {
  const figure = figureOf({ ...comparison, ours: [1], peer: [1] });

  expect(figure).toMatchObject({ ratio: 1, goal: null, met: null });
});
