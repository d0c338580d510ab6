import { expect, test } from "@jest/globals";
import { figureOf } from "../../bench/figure.js";

const work = { bench: "batch", function: "counter", batch: 10 };

test("a figure tells thousand invocations per CPU second, and how many times as fast ours is", () => {
  const figure = figureOf({ ...work, oursMicros: 10, peerMicros: 125, goal: { atLeast: 12 } });

  expect(figure).toEqual({ ...work, ours: 1000, peer: 80, ratio: 12.5, goal: 12, met: true });
});

test("a goal is missed by what the printed ratio does not show", () => {
  const figure = figureOf({ ...work, oursMicros: 1, peerMicros: 11.99999, goal: { atLeast: 12 } });

  expect(figure).toMatchObject({ ratio: 12, goal: 12, met: false });
});

test("with a most, the ratio tells how many times as costly ours is", () => {
  const figure = figureOf({ ...work, oursMicros: 150, peerMicros: 100, goal: { atMost: 1.6 } });

  expect(figure).toMatchObject({ ratio: 1.5, goal: 1.6, met: true });
});

test("without a goal nothing is met or missed", () => {
  const figure = figureOf({ ...work, oursMicros: 1, peerMicros: 1 });

  expect(figure).toMatchObject({ ratio: 1, goal: null, met: null });
});
