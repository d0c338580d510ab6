import { describe, expect, test } from "@jest/globals";
import { httpFigureOf, type Goal, type Run } from "../../../bench/http/figure.js";
import { promises, twoWorkers } from "../../../bench/http/goals.js";

const what = { bench: "http-listen-echo", function: "counter", batch: 1 } as const;
const cpu = "CPU microseconds per invocation";

describe("a figure over HTTP", () => {
  test("divides ours by the peer's, round by round", () => {
    const figure = httpFigureOf({ ...what, unit: cpu, ours: runs(26, 52, 54), peer: runs(20, 40, 40) });

    expect(figure).toEqual({ ...what, unit: cpu, ours: 52, peer: 40, ratio: 1.3, goal: null, met: null });
  });

  test("is about requests per second where that is its unit", () => {
    const figure = httpFigureOf({
      ...what,
      unit: "requests per second",
      ours: [{ cpuMicrosPerInvocation: 1, requestsPerSecond: 900 }],
      peer: [{ cpuMicrosPerInvocation: 1, requestsPerSecond: 1000 }],
      goal: { is: "at least", ratio: 0.9 },
    });

    expect(figure).toMatchObject({ ours: 900, peer: 1000, ratio: 0.9, goal: "at least 0.9", met: true });
  });

  test.each<{ goal: Goal; met: readonly boolean[] }>([
    { goal: { is: "at most", ratio: 1 }, met: [true, true, false] },
    { goal: { is: "below", ratio: 1 }, met: [true, false, false] },
    { goal: { is: "at least", ratio: 1 }, met: [false, true, true] },
  ])("meets $goal.is 1 below, at and above it as the words say", ({ goal, met }) => {
    const judged = [0.99, 1, 1.01].map(
      (ours) => httpFigureOf({ ...what, unit: cpu, ours: runs(ours), peer: runs(1), goal }).met,
    );

    expect(judged).toEqual(met);
  });
});

test("what is promised is what the documentation says", () => {
  const said = promises.flatMap(({ ours, peer, goals }) =>
    Object.entries(goals).flatMap(([name, byBatch]) =>
      Object.entries(byBatch).map(
        ([batch, { is, ratio }]) => `${ours}/${peer} ${name} ${batch}: ${is} ${ratio.toFixed(2)}`,
      ),
    ),
  );

  expect(said).toEqual([
    "listen/echo counter 1: at most 1.35",
    "listen/echo relay 1: at most 1.50",
    "listen/official counter 1: at most 0.50",
    "listen/official counter 10: at most 0.33",
    "listen/official counter 100: at most 0.17",
    "listen/official counter 1000: at most 0.08",
    ...["counter", "relay"].flatMap((name) => [
      `listen/go ${name} 1: at most 1.35`,
      `listen/go ${name} 10: below 1.00`,
      `listen/go ${name} 100: below 1.00`,
      `listen/go ${name} 1000: below 1.00`,
    ]),
    ...["counter", "relay"].flatMap((name) => [
      `listen/java ${name} 100: at most 1.50`,
      `listen/java ${name} 1000: at most 1.00`,
    ]),
    "express/express-echo counter 1: at least 0.90",
  ]);
  expect(twoWorkers).toEqual({ 1: { is: "at least", ratio: 1.3 }, 100: { is: "at least", ratio: 1.5 } });
});

function runs(...cpuMicros: readonly number[]): Run[] {
  return cpuMicros.map((cpuMicrosPerInvocation) => ({ cpuMicrosPerInvocation, requestsPerSecond: 1 }));
}
