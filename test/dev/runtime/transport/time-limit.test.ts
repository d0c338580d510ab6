import { expect, test } from "@jest/globals";
import { Limited, TimeLimit } from "../../../../dev/runtime/transport/time-limit.js";
import { virtualClock } from "../../../../dev/runtime/virtual-clock.js";

const clock = virtualClock();

class Noted extends Limited {
  overAtMillis: number | undefined;

  override timeIsOver(): void {
    this.overAtMillis = clock.now();
  }
}

test("each thing ends when its own time is over, and what was stopped before does not", async () => {
  const limit = new TimeLimit(clock, 100);
  const [early, stopped, late, again] = [new Noted(), new Noted(), new Noted(), new Noted()];

  limit.start(early, clock.now());
  limit.start(again, clock.now());
  await clock.advanceTo(10);
  limit.start(stopped, clock.now());
  limit.start(again, clock.now());
  await clock.advanceTo(30);
  limit.start(late, clock.now());
  limit.stop(stopped);
  await clock.advanceTo(1000);

  expect(early.overAtMillis).toBe(100);
  expect(again.overAtMillis).toBe(110);
  expect(stopped.overAtMillis).toBeUndefined();
  expect(late.overAtMillis).toBe(130);
  expect(limit.first).toBeUndefined();
});

test("many things need one scheduled call of the clock, and none once it is closed", () => {
  const limit = new TimeLimit(clock, 100);
  const before = clock.now();

  for (let count = 0; count < 1000; count++) limit.start(new Noted(), before);
  const dueMillis = clock.nextDueMillis;
  limit.close();

  expect(dueMillis).toBe(before + 100);
  expect(clock.nextDueMillis).toBeUndefined();
  expect(limit.first).toBeUndefined();
});
