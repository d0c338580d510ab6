import { expect, test } from "@jest/globals";
import { KnownRequests } from "../../../../dev/runtime/dispatcher/known-requests.js";
import { Tables } from "../../../../dev/runtime/dispatcher/tables.js";
import { requestRecords } from "../../../../dev/runtime/records/records.js";
import { memoryStore } from "../../../../dev/runtime/store/memory.js";
import type { Store } from "../../../../dev/runtime/store/store.js";
import { virtualClock } from "../../../../dev/runtime/virtual-clock.js";

const minuteMillis = 60 * 1000;
const hourMillis = 60 * minuteMillis;
const dayMillis = 24 * hourMillis;

class Keys {
  readonly store: Store = memoryStore();
  readonly clock = virtualClock(10 * dayMillis);
  readonly tables = new Tables(this.store);
  /** How many keys each step removed. */
  readonly steps: number[] = [];
  readonly requests = new KnownRequests(this.tables, this.clock, () => {
    const before = this.store.count("requests");
    void this.commit();
    this.steps.push(before - this.store.count("requests"));
  });

  async commit(): Promise<void> {
    const committed = this.store.commit(this.tables.take());
    this.tables.committed();
    await committed;
  }

  async advance(millis: number): Promise<void> {
    await this.clock.advanceTo(this.clock.now() + millis);
  }

  get stored(): unknown[] {
    return [...this.store.scan("requests")].map(([key]) => key);
  }
}

test("a key that is used again after a day is known for another day, and old keys leave the store", async () => {
  const keys = new Keys();
  keys.requests.add("again");
  keys.requests.add("old");
  await keys.commit();
  await keys.advance(dayMillis);

  expect(keys.requests.isNew("again")).toBe(true);
  keys.requests.add("again"); // not committed when the search comes by
  await keys.advance(hourMillis);
  await keys.commit();

  expect(keys.requests.isNew("again")).toBe(false);
  expect(keys.stored).toEqual(["again"]);
});

test("old keys of an earlier run are removed a few hundred at a time, however many there are", async () => {
  const keys = new Keys();
  const old = requestRecords.encode(keys.clock.now() - dayMillis);
  const young = requestRecords.encode(keys.clock.now() - hourMillis);
  await keys.store.commit([
    ...Array.from(
      { length: 1000 },
      (_, at) => ({ table: "requests", key: `old ${String(at)}`, value: old }) as const,
    ),
    { table: "requests", key: "young", value: young },
  ]);

  keys.requests.start();
  await keys.advance(2 * minuteMillis);

  expect(keys.stored).toEqual(["young"]);
  expect(keys.steps).toEqual([200, 200, 200, 200, 200]);
});

test("nothing is scheduled while there is no key", async () => {
  const keys = new Keys();

  keys.requests.start();
  expect(keys.clock.nextDueMillis).toBeUndefined();

  keys.requests.add("one");
  await keys.commit();
  await keys.advance(2 * dayMillis);

  expect(keys.stored).toEqual([]);
  expect(keys.clock.nextDueMillis).toBeUndefined();
});

test("nothing is looked for any more once the run has stopped", async () => {
  const keys = new Keys();
  keys.requests.add("one");
  await keys.commit();

  keys.requests.stop();
  await keys.advance(2 * dayMillis);

  expect(keys.stored).toEqual(["one"]);
  expect(keys.clock.nextDueMillis).toBeUndefined();
});
