import { expect, test } from "@jest/globals";
import { KnownRequests } from "../../../../dev/runtime/dispatcher/known-requests.js";
import { Tables } from "../../../../dev/runtime/dispatcher/tables.js";
import { memoryStore } from "../../../../dev/runtime/store/memory.js";
import { virtualClock } from "../../../../dev/runtime/virtual-clock.js";

const dayMillis = 24 * 60 * 60 * 1000;

test("a key that is used again after a day is known for another day, and old keys leave the store", async () => {
  const store = memoryStore();
  const clock = virtualClock(1_000_000);
  const tables = new Tables(store);
  const requests = new KnownRequests(tables, clock);
  const settle = (): Promise<void> => Promise.resolve();
  const commit = async (): Promise<void> => {
    await store.commit(tables.take());
    tables.committed();
  };
  requests.add("again");
  requests.add("old");
  await commit();
  await clock.advanceTo(clock.now() + dayMillis, settle);

  expect(requests.isNew("again")).toBe(true);
  requests.add("again");
  await commit();

  expect(requests.isNew("again")).toBe(false);
  expect([...store.scan("requests")].map(([key]) => key)).toEqual(["again"]);
});
