import { expect, test } from "@jest/globals";
import { SequencedTable } from "../../../../dev/runtime/dispatcher/sequenced-table.js";
import { memoryStore } from "../../../../dev/runtime/store/memory.js";
import type { RecordCodec } from "../../../../dev/runtime/records/records.js";
import type { StoreWrite } from "../../../../dev/runtime/store/store.js";

const texts: RecordCodec<string> = {
  encode: (text) => Buffer.from(text),
  decode: (bytes) => Buffer.from(bytes).toString(),
};

function taken(table: SequencedTable<string>): readonly (readonly [unknown, string | undefined])[] {
  const writes: StoreWrite[] = [];
  table.take(writes);
  return writes.map(({ key, value }) => [key, value && Buffer.from(value).toString()]);
}

test("what is put and removed again before a commit is not written, wherever its number lies", () => {
  const table = new SequencedTable(memoryStore(), "mail", texts);

  table.put(7, "seven");
  table.put(9, "nine");
  table.put(1000, "thousand");
  table.remove(9);

  expect(table.dirty).toBe(true);
  expect(taken(table)).toEqual([
    [7, "seven"],
    [1000, "thousand"],
  ]);
  expect(table.dirty).toBe(false);
});

test("what a commit has taken is removed by the next one, also when there are newer values", () => {
  const table = new SequencedTable(memoryStore(), "mail", texts);
  table.put(7, "seven");
  table.put(8, "eight");
  taken(table);

  table.remove(8);
  const removals = taken(table);
  table.put(20, "twenty");
  table.remove(7);

  expect(removals).toEqual([[8, undefined]]);
  expect(taken(table)).toEqual([
    [20, "twenty"],
    [7, undefined],
  ]);
});

test("a table whose values were all removed again has nothing to commit", () => {
  const table = new SequencedTable(memoryStore(), "mail", texts);

  table.put(7, "seven");
  table.remove(7);
  table.remove(7);

  expect(table.dirty).toBe(false);
  expect(taken(table)).toEqual([]);
});

test("a new table has what was committed, in the order of the numbers", async () => {
  const store = memoryStore();
  const table = new SequencedTable(store, "mail", texts);
  const writes: StoreWrite[] = [];
  table.put(2, "two");
  table.put(300, "three hundred");
  table.take(writes);
  await store.commit(writes);

  const found = [...new SequencedTable(store, "mail", texts).committed()];

  expect(found).toEqual([
    [2, "two"],
    [300, "three hundred"],
  ]);
});
