import { describe, expect, test } from "@jest/globals";
import { Counters } from "../../../../dev/runtime/counters.js";
import { ExpiredStates } from "../../../../dev/runtime/dispatcher/expired-states.js";
import { FunctionTypes } from "../../../../dev/runtime/dispatcher/function-types.js";
import { Mailbox } from "../../../../dev/runtime/dispatcher/mailbox.js";
import { States } from "../../../../dev/runtime/dispatcher/states.js";
import { Tables } from "../../../../dev/runtime/dispatcher/tables.js";
import { addressKey, stateRecords } from "../../../../dev/runtime/records/records.js";
import { openLmdbStore } from "../../../../dev/runtime/store/lmdb.js";
import { memoryStore } from "../../../../dev/runtime/store/memory.js";
import type { ScanRange, Store, Table } from "../../../../dev/runtime/store/store.js";
import { virtualClock } from "../../../../dev/runtime/virtual-clock.js";
import type { Batch } from "../../../scenarios/batch.js";
import { temporaryFolder } from "../../temporary-folder.js";
import { ScriptedRuntime } from "../cases/scripted-runtime.js";

const minuteMillis = 60_000;
const hourMillis = 60 * minuteMillis;
const yearMillis = 365 * 24 * hourMillis;

const expire = { mode: "AFTER_WRITE", ms: hourMillis } as const;
const n = { name: "n", type: "golden/text", expire };
const kept = { name: "kept", type: "golden/text" };
const functions = { "example/a": { states: [n, kept] }, "example/b": { states: [kept] } };

/** Counts how often it is read from end to end, or from a place on. */
class CountingStore implements Store {
  scans = 0;
  readonly #store = memoryStore();
  readonly get: Store["get"] = (table, key) => this.#store.get(table, key);
  readonly count: Store["count"] = (table) => this.#store.count(table);
  readonly commit: Store["commit"] = (writes) => this.#store.commit(writes);
  readonly close: Store["close"] = () => this.#store.close();

  scan(table: Table, range?: ScanRange): ReturnType<Store["scan"]> {
    this.scans++;
    return this.#store.scan(table, range);
  }
}

function valueOf(batch: Batch | undefined, name: string): string | undefined {
  const value = batch?.states.get(name)?.value;
  return value === undefined ? undefined : Buffer.from(value).toString("utf8");
}

describe.each([
  ["memory", () => Promise.resolve(memoryStore())],
  ["lmdb", () => openLmdbStore({ folder: temporaryFolder() })],
] as const)("state that nobody calls for any more, in a store of kind %s", (_kind, open) => {
  async function started(): Promise<ScriptedRuntime> {
    return ScriptedRuntime.start({ store: await open(), functions });
  }

  test("leaves the store once it has expired, a few hundred addresses at a time", async () => {
    const runtime = await started();
    for (let id = 0; id < 1000; id++) runtime.send(`a/${String(id)}`, { set: { n: "v" } });
    runtime.send("b/1", { set: { kept: "v" } });
    await runtime.settle();
    await runtime.advance(hourMillis - 1);
    expect(runtime.store.count("state")).toBe(1001);

    const counts = [];
    for (let millis = 0; millis < 15 * minuteMillis; millis += 50) {
      await runtime.advance(50);
      counts.push(runtime.store.count("state"));
    }

    expect([...new Set(counts)]).toEqual([801, 601, 401, 201, 1]);
    await runtime.close();
    await runtime.store.close();
  });

  test("leaves the other values of its address alone, and the function sees what is left", async () => {
    const runtime = await started();
    runtime.send("a/1", { set: { n: "v", kept: "w" } });
    await runtime.settle();
    const before = [...runtime.store.scan("state")].map(([, value]) => value.length);

    await runtime.advance(2 * hourMillis);
    const after = [...runtime.store.scan("state")].map(([, value]) => value.length);
    runtime.send("a/1", { note: "later" });
    await runtime.settle();

    expect(after).toHaveLength(1);
    expect(after[0]).toBeLessThan(before[0] ?? 0);
    const last = runtime.answered("example/a/1").at(-1);
    expect([valueOf(last, "n"), valueOf(last, "kept")]).toEqual([undefined, "w"]);
    await runtime.close();
    await runtime.store.close();
  });

  test("stays after a restart until its function has said again when it expires", async () => {
    const runtime = await started();
    runtime.send("a/1", { set: { n: "v" } });
    await runtime.settle();

    await runtime.crash();
    await runtime.advance(2 * hourMillis);
    expect(runtime.store.count("state")).toBe(1);
    runtime.send("a/other", { note: "asks for the states" });
    await runtime.advance(2 * minuteMillis);

    expect(runtime.store.count("state")).toBe(0);
    await runtime.close();
    await runtime.store.close();
  });
});

test("state of an address with a batch in flight stays until nothing is in flight any more", async () => {
  const runtime = await ScriptedRuntime.start({ functions });
  runtime.send("a/1", { set: { n: "v" } });
  await runtime.settle();
  await runtime.advance(hourMillis - 1);
  runtime.send("a/1", { hold: "g" }, { note: "late" });
  await runtime.settle();

  await runtime.advance(minuteMillis / 2);
  expect(runtime.store.count("state")).toBe(1);
  runtime.release("g");
  await runtime.advance(20 * minuteMillis);

  expect(runtime.store.count("state")).toBe(0);
  await runtime.close();
});

test("state that is called for expires by its last call and not by the pass over the addresses", async () => {
  const silent = { mode: "AFTER_INVOKE", ms: hourMillis } as const;
  const runtime = await ScriptedRuntime.start({
    functions: { "example/a": { states: [{ ...n, expire: silent }] } },
  });
  runtime.send("a/1", { set: { n: "v" } });
  runtime.send("a/2", { set: { n: "v" } });
  await runtime.settle();

  for (let minutes = 0; minutes < 180; minutes += 30) {
    runtime.send("a/1", { note: minutes });
    await runtime.advance(30 * minuteMillis);
  }

  expect([...runtime.store.scan("state")].map(([key]) => key)).toEqual([expect.stringMatching(/\/1$/)]);
  await runtime.close();
});

test("nothing is scheduled where no function has state that expires", async () => {
  const runtime = await ScriptedRuntime.start({ functions: { "example/b": { states: [kept] } } });

  runtime.send("b/1", { set: { kept: "v" } });
  await runtime.settle();

  expect(runtime.clock.nextDueMillis).toBeUndefined();
  await runtime.close();
});

test("the addresses are not read while nothing can have expired", async () => {
  const store = new CountingStore();
  const runtime = await ScriptedRuntime.start({ store, functions });
  for (let id = 0; id < 1000; id++) runtime.send(`a/${String(id)}`, { set: { kept: "v" } });
  await runtime.settle();
  await runtime.advance(3 * hourMillis);
  const before = store.scans;

  await runtime.advance(yearMillis);

  expect(store.scans).toBe(before);
  expect(store.count("state")).toBe(1000);
  await runtime.close();
});

test("nothing is looked at any more once the runtime is closed", async () => {
  const runtime = await ScriptedRuntime.start({ functions });
  runtime.send("a/1", { set: { n: "v" } });
  await runtime.settle();

  await runtime.close();

  expect(runtime.clock.nextDueMillis).toBeUndefined();
});

test("a value that was written since the last commit stays, whatever the store holds", async () => {
  const { tables, type, clock, states } = ofOneType();
  const key = addressKey(type.number, "1");
  const old = [{ bytes: Buffer.from("old"), touchedMillis: 0 }];
  await tables.store.commit([{ table: "state", key, value: stateRecords.encode(old) }]);
  const young = [{ bytes: Buffer.from("young"), touchedMillis: clock.now() }];
  tables.pending.state.put(key, young);

  states.registered(type);
  await clock.advanceTo(clock.now() + 2 * minuteMillis);

  expect(tables.pending.state.get(key)).toBe(young);
});

test("a value that is in memory leaves it together with the store", async () => {
  const { tables, type, clock, states, values } = ofOneType();
  const mailbox = new Mailbox(type, "1", { replied: () => undefined });
  values.mutate(
    mailbox,
    [{ type: 1, name: "n", value: { typename: "golden/text", hasValue: true, bytes: Buffer.from("v") } }],
    [0],
  );
  await tables.commit();

  states.registered(type);
  await clock.advanceTo(clock.now() + 2 * hourMillis);
  await tables.commit();

  expect(tables.store.count("state")).toBe(0);
  expect(values.forRequest(mailbox)).toEqual([undefined]);
});

/** A type with one state, `n`, and what looks after its addresses. */
function ofOneType() {
  const store = memoryStore();
  const clock = virtualClock(10 * hourMillis);
  const pending = new Tables(store);
  const type = new FunctionTypes(pending, [], new Counters(clock)).any({ namespace: "example", name: "a" });
  type.register(0, { ...n, typename: n.type, expires: true }, { after: "write", millis: hourMillis });
  const values = new States(pending, clock, 1_000_000);
  const states = new ExpiredStates({
    store,
    tables: pending,
    states: values,
    clock,
    removed: () => undefined,
  });
  const commit = async (): Promise<void> => {
    await store.commit(pending.take());
    pending.committed();
  };
  return { tables: { store, pending, commit }, type, clock, states, values };
}
