import { expect, test } from "@jest/globals";
import { virtualClock } from "../../../dev/runtime/virtual-clock.js";

test("calls are made at their own times, in the order of time and then of scheduling", async () => {
  const clock = virtualClock(1000);
  const seen: [string, number][] = [];
  const note = (what: string) => () => seen.push([what, clock.now()]);
  clock.schedule(1300, note("late"));
  clock.schedule(1200, note("first of two"));
  clock.schedule(1200, note("second of two"));
  clock.schedule(1101, note("early"));

  await clock.advanceTo(1299);

  expect(seen).toEqual([
    ["early", 1101],
    ["first of two", 1200],
    ["second of two", 1200],
  ]);
  expect(clock.now()).toBe(1299);
  expect(clock.nextDueMillis).toBe(1300);
});

test("a call scheduled on the way is made too, and one taken back is not", async () => {
  const clock = virtualClock();
  const seen: number[] = [];
  clock.schedule(10, () => {
    clock.schedule(20, () => seen.push(clock.now()));
    cancelled.cancel();
  });
  const cancelled = clock.schedule(15, () => seen.push(-1));

  await clock.advanceTo(100);

  expect(seen).toEqual([20]);
  expect(clock.nextDueMillis).toBeUndefined();
});

test("what is overdue is called at the time the clock shows", async () => {
  const clock = virtualClock(500);
  let calledAt: number | undefined;
  clock.schedule(100, () => (calledAt = clock.now()));

  await clock.advanceTo(500);

  expect(calledAt).toBe(500);
});

test("it settles before the first step and after each", async () => {
  const clock = virtualClock();
  const steps: string[] = [];
  clock.schedule(1, () => steps.push("one"));
  clock.schedule(2, () => steps.push("two"));

  await clock.advanceTo(5, () => {
    steps.push("settled");
    return Promise.resolve();
  });

  expect(steps).toEqual(["settled", "one", "settled", "two", "settled"]);
});
