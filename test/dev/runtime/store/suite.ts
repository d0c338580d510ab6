import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { tables } from "../../../../dev/runtime/store/store.js";
import type { ScanRange, Store, StoreKey, StoreWrite, Table } from "../../../../dev/runtime/store/store.js";
import { randomOf } from "./random.js";

/** What every store must do; `open` gives a new one, which the suite closes. */
export function describeStore(name: string, open: () => Promise<Store>): void {
  describe(name, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    testReads(() => store);
    testSteps(() => store);
    testKeys(() => store);
    testModel(() => store);
    testClosing(open);
  });
}

function put(table: Table, key: StoreKey, text: string): StoreWrite {
  return { table, key, value: Buffer.from(text) };
}

function remove(table: Table, key: StoreKey): StoreWrite {
  return { table, key, value: undefined };
}

function textAt(store: Store, table: Table, key: StoreKey): string | undefined {
  const value = store.get(table, key);
  return value === undefined ? undefined : Buffer.from(value).toString();
}

function keysOf(store: Store, table: Table, range?: ScanRange): StoreKey[] {
  return [...store.scan(table, range)].map(([key]) => key);
}

function testReads(open: () => Store): void {
  test("an empty store has nothing in any table", () => {
    const store = open();

    expect(tables.map((table) => store.count(table))).toEqual(tables.map(() => 0));
    expect(tables.flatMap((table) => keysOf(store, table))).toEqual([]);
    expect(store.get("state", "1/nobody")).toBeUndefined();
  });

  test("tables are apart: a key of one is not in another", async () => {
    const store = open();

    await store.commit([put("state", "1/a", "state"), put("quarantine", "1/a", "quarantine")]);

    expect(textAt(store, "state", "1/a")).toBe("state");
    expect(textAt(store, "quarantine", "1/a")).toBe("quarantine");
    expect(store.get("batches", "1/a")).toBeUndefined();
  });

  test("numbers are scanned in their order, also beyond 32 bits", async () => {
    const numbers = [0, 1, 9, 10, 255, 256, 2 ** 31, 2 ** 32, 2 ** 48 - 1, 2 ** 48, Number.MAX_SAFE_INTEGER];
    const store = open();

    await store.commit([...numbers].reverse().map((key) => put("mail", key, String(key))));

    expect([...store.scan("mail")].map(([key, value]) => [key, Buffer.from(value).toString()])).toEqual(
      numbers.map((key) => [key, String(key)]),
    );
    expect(keysOf(store, "mail", { from: 2, to: 2 ** 48 })).toEqual(numbers.slice(2, 9));
  });

  test("a range has its first key, and not its end", async () => {
    const store = open();
    await store.commit(["a", "b", "c", "d"].map((key) => put("delays", key, key)));

    expect(keysOf(store, "delays", { from: "b", to: "d" })).toEqual(["b", "c"]);
    expect(keysOf(store, "delays", { from: "b" })).toEqual(["b", "c", "d"]);
    expect(keysOf(store, "delays", { to: "c" })).toEqual(["a", "b"]);
    expect(keysOf(store, "delays", { from: "bb", to: "cc" })).toEqual(["c"]);
    expect(keysOf(store, "delays", { from: "d", to: "a" })).toEqual([]);
    expect(keysOf(store, "delays", { from: "e" })).toEqual([]);
  });

  test("a limit ends a scan, and the key behind its last one begins the next window", async () => {
    const store = open();
    const count = 25_000;
    await store.commit(Array.from({ length: count }, (_, key) => put("outbox", key, "")));

    const first = keysOf(store, "outbox", { limit: 10_000 });
    const second = keysOf(store, "outbox", { from: 10_000, limit: 10_001 });

    expect(first).toEqual(Array.from({ length: 10_000 }, (_, key) => key));
    expect(second).toEqual(Array.from({ length: 10_001 }, (_, key) => 10_000 + key));
    expect(keysOf(store, "outbox")).toHaveLength(count);
    expect(keysOf(store, "outbox", { limit: 0 })).toEqual([]);
  });

  test("a scan shows what was there when it began, whatever is committed meanwhile", async () => {
    const store = open();
    const count = 20_000;
    await store.commit(Array.from({ length: count }, (_, key) => put("mail", key, "old")));

    const scan = store.scan("mail")[Symbol.iterator]();
    const seen: (readonly [StoreKey, Uint8Array])[] = [];
    const first = scan.next();
    if (first.done !== true) seen.push(first.value);
    await store.commit(Array.from({ length: count }, (_, key) => remove("mail", key)));
    await store.commit([put("mail", 15_000, "new"), put("mail", count, "new")]);
    for (let next = scan.next(); next.done !== true; next = scan.next()) seen.push(next.value);

    expect(seen).toHaveLength(count);
    expect(seen.every(([, value]) => Buffer.from(value).toString() === "old")).toBe(true);
    expect(keysOf(store, "mail")).toEqual([15_000, count]);
  });

  test("a scan that is left early leaves the store usable", async () => {
    const store = open();
    await store.commit([put("mail", 1, ""), put("mail", 2, "")]);

    for (const [key] of store.scan("mail")) if (key === 1) break;
    await store.commit([remove("mail", 1)]);

    expect(keysOf(store, "mail")).toEqual([2]);
  });
}

function testSteps(open: () => Store): void {
  test("a step changes several tables", async () => {
    const store = open();
    await store.commit([put("mail", 1, "message")]);

    await store.commit([remove("mail", 1), put("state", "1/a", "1"), put("outbox", 7, "record")]);

    expect(store.count("mail")).toBe(0);
    expect(textAt(store, "state", "1/a")).toBe("1");
    expect(textAt(store, "outbox", 7)).toBe("record");
  });

  test("of several writes of one key in a step the last one counts", async () => {
    const store = open();

    await store.commit([
      put("state", "a", "1"),
      put("state", "a", "2"),
      put("state", "b", "1"),
      remove("state", "b"),
      remove("state", "c"),
      put("state", "c", "3"),
    ]);

    expect([...store.scan("state")].map(([key, value]) => [key, Buffer.from(value).toString()])).toEqual([
      ["a", "2"],
      ["c", "3"],
    ]);
    expect(store.count("state")).toBe(2);
  });

  test("removing what is not there does nothing", async () => {
    const store = open();

    await store.commit([remove("state", "nobody"), remove("mail", 3)]);

    expect(store.count("state")).toBe(0);
  });

  test("steps that are not waited for are committed in the order of the calls", async () => {
    const store = open();

    const steps = Array.from({ length: 500 }, (_, step) =>
      store.commit([put("meta", "last", String(step)), put("mail", step, "")]),
    );
    await Promise.all(steps);

    expect(textAt(store, "meta", "last")).toBe("499");
    expect(store.count("mail")).toBe(500);
  });

  test("a step of no writes is committed", async () => {
    await expect(open().commit([])).resolves.toBeUndefined();
  });

  test("a value may be empty, which is not the same as removed", async () => {
    const store = open();

    await store.commit([put("state", "empty", "")]);

    expect(store.get("state", "empty")).toHaveLength(0);
    expect(store.count("state")).toBe(1);
  });

  test("values of 40 MB come back byte for byte, and can be replaced by small ones", async () => {
    const store = open();
    const large = Buffer.alloc(40_000_000, "0123456789abcdef!");

    await store.commit([{ table: "state", key: "large", value: large }, put("state", "small", "s")]);
    const held = store.get("state", "large");
    await store.commit([put("state", "large", "now small")]);

    expect(held !== undefined && Buffer.compare(held, large)).toBe(0);
    expect(textAt(store, "state", "large")).toBe("now small");
    expect(textAt(store, "state", "small")).toBe("s");
  });

  test("bytes that were read stay as they are when the store goes on", async () => {
    const store = open();
    await store.commit([put("state", "a", "first"), put("state", "b", "second")]);

    const first = store.get("state", "a");
    const entries = [...store.scan("state")];
    await store.commit([put("state", "a", "FIRST"), put("state", "b", "SECOND")]);
    store.get("state", "a");

    expect(Buffer.from(first ?? []).toString()).toBe("first");
    expect(entries.map(([, value]) => Buffer.from(value).toString())).toEqual(["first", "second"]);
  });
}

/** Keys as Kafka may give them, in the order of their code units. */
const hardKeys: readonly string[] = [
  "",
  "\0",
  "\0\0",
  "\0a",
  "\u0001",
  "1/",
  "1/\0",
  "1/\0\0token",
  "1/a",
  "1/a\0b",
  "1/a b\n",
  "1/é",
  "1/ü/ü",
  "1/\u07ff",
  "1/\u0800",
  "1/日本",
  "1/\ud800", // half of a pair
  "1/\ud83d\ude00",
  "1/\ud83d\ude01",
  "1/\udc00",
  "1/\ue000",
  "1/\uffff",
  "2/",
];

function testKeys(open: () => Store): void {
  test("keys of any text come back as they are, in the order of their code units", async () => {
    const store = open();

    await store.commit([...hardKeys].reverse().map((key) => put("tokens", key, `value of ${key}`)));

    expect(keysOf(store, "tokens")).toEqual(hardKeys);
    expect(hardKeys.filter((key) => store.get("tokens", key) === undefined)).toEqual([]);
  });

  test("every key of these begins a range, and ends one", async () => {
    const store = open();
    await store.commit(hardKeys.map((key) => put("tokens", key, "")));

    for (const [at, key] of hardKeys.entries()) {
      expect(keysOf(store, "tokens", { from: key })).toEqual(hardKeys.slice(at));
      expect(keysOf(store, "tokens", { to: key })).toEqual(hardKeys.slice(0, at));
    }
  });

  test.each([470, 478, 479, 480, 481, 511, 512, 513, 1978, 4096, 70_000])(
    "keys around %i characters are apart, in order, and found in ranges",
    async (length) => {
      const store = open();
      const long = "x".repeat(length);
      const keys = [long, `${long}\0`, `${long}\0\0`, `${long}a`, `${long}b`, `${long}é`, `${long}\uffff`];
      const all = ["x", ...keys, "y"];

      await store.commit([...all].reverse().map((key) => put("state", key, `of ${key}`)));
      await store.commit([put("state", `${long}a`, "replaced"), put("state", "x", "")]);

      expect(keysOf(store, "state")).toEqual(all);
      expect(keysOf(store, "state", { from: "x", to: "y" })).toEqual(all.slice(0, -1));
      expect(keysOf(store, "state", { from: `${long}\0`, to: `${long}b` })).toEqual(keys.slice(1, 4));
      expect(keysOf(store, "state", { from: `${long}aa`, limit: 2 })).toEqual(keys.slice(4, 6));
      expect(textAt(store, "state", `${long}a`)).toBe("replaced");
      expect(textAt(store, "state", `${long}b`)).toBe(`of ${long}b`);

      await store.commit(keys.map((key) => remove("state", key)));
      expect(keysOf(store, "state")).toEqual(["x", "y"]);
    },
  );

  test("a range by a short prefix holds the long keys that begin with it", async () => {
    const store = open();
    const ids = ["", "short", "l".repeat(3000), `${"l".repeat(3000)}o`];
    await store.commit(["1", "2", "3"].flatMap((type) => ids.map((id) => put("state", `${type}/${id}`, ""))));

    expect(keysOf(store, "state", { from: "2/", to: "20" }).sort()).toEqual(
      ids.map((id) => `2/${id}`).sort(),
    );
  });
}

function testModel(open: () => Store): void {
  test("thousands of random steps leave what a plain map says, in the same order", async () => {
    const random = randomOf(20_241_124);
    const store = open();
    const model = new Map<string, string>();

    for (let step = 0; step < 1500; step++) {
      const writes = Array.from({ length: random(8) }, () => {
        const key = `${"k".repeat(random(3) * 240)}${String.fromCharCode(random(0x10000))}${String(random(40))}`;
        if (random(3) === 0) {
          model.delete(key);
          return remove("tokens", key);
        }
        const text = "v".repeat(random(200)) + String(step);
        model.set(key, text);
        return put("tokens", key, text);
      });
      await store.commit(writes);
    }

    const held = [...store.scan("tokens")].map(([key, value]) => [key, Buffer.from(value).toString()]);
    expect(model.size).toBeGreaterThan(1000);
    expect(held).toEqual([...model].sort(([a], [b]) => (a < b ? -1 : 1)));
    expect(store.count("tokens")).toBe(model.size);
  });
}

function testClosing(open: () => Promise<Store>): void {
  test("closing waits for the steps that are under way", async () => {
    const store = await open();
    const settled: string[] = [];

    const steps = Array.from({ length: 50 }, async (_, step) => {
      await store.commit([put("mail", step, "")]);
      settled.push("step");
    });
    const closed = store.close().then(() => settled.push("closed"));
    await Promise.all([...steps, closed]);

    expect(settled).toHaveLength(51);
    expect(settled.at(-1)).toBe("closed");
  });

  test("a scan that is under way when the store is closed ends with an error, or with what it had read", async () => {
    const store = await open();
    await store.commit(Array.from({ length: 20_000 }, (_, key) => put("mail", key, "")));
    const scan = store.scan("mail")[Symbol.iterator]();
    scan.next();

    await store.close();

    let seen = 1;
    let failure: Error | undefined;
    try {
      for (let next = scan.next(); next.done !== true; next = scan.next()) seen++;
    } catch (error) {
      failure = error as Error;
    }
    if (failure === undefined) expect(seen).toBe(20_000);
    else expect(failure.message).toContain("[closed]");
  });

  test("a closed store refuses everything, and closing it again does nothing", async () => {
    const store = await open();
    await store.close();

    await expect(store.commit([put("mail", 1, "")])).rejects.toThrow("[closed]");
    expect(() => store.get("mail", 1)).toThrow("[closed]");
    expect(() => [...store.scan("mail")]).toThrow("[closed]");
    expect(() => store.count("mail")).toThrow("[closed]");
    await expect(store.close()).resolves.toBeUndefined();
  });
}
