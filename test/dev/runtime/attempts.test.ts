import { expect, test } from "@jest/globals";
import { countedAttempts } from "../../../dev/runtime/attempts.js";
import { Counters } from "../../../dev/runtime/counters.js";
import type { JournalEntry } from "../../../dev/runtime/journal-entry.js";
import { virtualClock } from "../../../dev/runtime/virtual-clock.js";

const person = { namespace: "greeter", name: "person", id: "Bob" };
const greet = { namespace: "greeter", name: "greet", id: "Bob" };

test("every attempt counts for its function type, and the journal hears of those that failed", () => {
  const counters = new Counters(virtualClock());
  const told: JournalEntry[] = [];
  const attempts = countedAttempts(counters, (entry) => told.push(entry));

  attempts.attempted(person, 3, "the answer was 500");
  attempts.attempted(greet, 1, undefined);
  attempts.attempted(person, 5, undefined);

  const { remoteInvocationFailures, remoteInvocationLatency } = counters.type("greeter", "person");
  expect([remoteInvocationFailures, remoteInvocationLatency.count, remoteInvocationLatency.sum]).toEqual([
    1, 2, 8,
  ]);
  expect(counters.type("greeter", "greet").remoteInvocationFailures).toBe(0);
  expect(told).toEqual([{ kind: "attempt-failed", address: person, why: "the answer was 500" }]);
});
