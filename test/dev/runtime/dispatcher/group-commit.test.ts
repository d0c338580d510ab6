import { expect, test } from "@jest/globals";
import { setImmediate as turn, setTimeout as delay } from "node:timers/promises";
import { GroupCommit } from "../../../../dev/runtime/dispatcher/group-commit.js";
import { Tables } from "../../../../dev/runtime/dispatcher/tables.js";
import { memoryStore } from "../../../../dev/runtime/store/memory.js";
import type { Store } from "../../../../dev/runtime/store/store.js";

const busy = {
  quiet: () => false,
  taken: () => undefined,
  committed: () => undefined,
  failed: () => undefined,
};

/** A store in memory whose commits take some milliseconds, and when each of them began and ended. */
function slowStore(millis: number): {
  readonly store: Store;
  readonly times: [begin: number, end: number][];
} {
  const memory = memoryStore();
  const times: [number, number][] = [];
  const store: Store = {
    get: (table, key) => memory.get(table, key),
    scan: (table, range) => memory.scan(table, range),
    count: (table) => memory.count(table),
    close: () => memory.close(),
    async commit(writes) {
      const begin = performance.now();
      await delay(millis);
      await memory.commit(writes);
      times.push([begin, performance.now()]);
    },
  };
  return { store, times };
}

test("while work goes on, after a commit that took long the next one pauses, and takes all that has changed meanwhile", async () => {
  const { store, times } = slowStore(10);
  const tables = new Tables(store);
  const commits = new GroupCommit(store, tables, busy);

  tables.positions.put("a", Uint8Array.of(1));
  await commits.durable();
  tables.positions.put("b", Uint8Array.of(2));
  commits.changed();
  await delay(5);
  tables.positions.put("c", Uint8Array.of(3));
  await commits.durable();

  const [[, firstEnd] = [0, 0], [secondBegin] = [0]] = times;
  expect(times).toHaveLength(2);
  expect(secondBegin - firstEnd).toBeGreaterThan(20);
  expect(store.count("positions")).toBe(3);
});

test("where nothing goes on, a commit begins at once, and one that waits already waits no longer", async () => {
  const { store, times } = slowStore(10);
  const tables = new Tables(store);
  let isQuiet = true;
  let begun = 0;
  const commits = new GroupCommit(store, tables, {
    ...busy,
    quiet: () => isQuiet,
    taken: () => {
      begun++;
    },
  });
  const begunAfterATurn: number[] = [];
  const change = async (key: string): Promise<void> => {
    tables.positions.put(key, Uint8Array.of(1));
    commits.changed();
    isQuiet = true;
    commits.changed();
    await turn();
    begunAfterATurn.push(begun);
    await commits.durable();
  };

  await change("a");
  await change("b");
  isQuiet = false; // the commit of "c" begins to wait, and is quiet then
  await change("c");

  expect(begunAfterATurn).toEqual([1, 2, 3]);
  expect(times).toHaveLength(3);
});
