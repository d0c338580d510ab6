import { Writable } from "node:stream";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { serializedTypedValue } from "statefun/wire";
import { addressBytes, invocationBytes } from "../../../../dev/runtime/dispatcher/wire-parts.js";
import * as records from "../../../../dev/runtime/records/records.js";
import { exportStore } from "../../../../dev/runtime/store/export.js";
import { importStore } from "../../../../dev/runtime/store/import.js";
import { openLmdbStore } from "../../../../dev/runtime/store/lmdb.js";
import { memoryStore } from "../../../../dev/runtime/store/memory.js";
import { tables } from "../../../../dev/runtime/store/store.js";
import type { Store, StoreKey, StoreWrite, Table } from "../../../../dev/runtime/store/store.js";
import { importMark } from "../../../../dev/runtime/store/unfinished-import.js";
import { writtenBytes } from "../../../../dev/runtime/values/written-value.js";
import { temporaryFolder } from "../../temporary-folder.js";
import { randomOf } from "./random.js";

async function exported(store: Store): Promise<string> {
  const chunks: Buffer[] = [];
  const target = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  await exportStore(store, target);
  return Buffer.concat(chunks).toString();
}

function linesOf(text: string): string[] {
  return text.split("\n").slice(0, -1);
}

function contentOf(store: Store): Record<string, unknown> {
  return Object.fromEntries(
    tables.map((table) => [
      table,
      [...store.scan(table)].map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
    ]),
  );
}

function put(table: Table, key: StoreKey, value: Uint8Array): StoreWrite {
  return { table, key, value };
}

const greet = serializedTypedValue("example/greet", Buffer.from('{"name":"Ada"}'));
const count = writtenBytes("io.statefun.types/int", { value: -7 });
const caller = { namespace: "example", name: "greeter", id: "a\u2028b\u0000\u{1f600}" };

/** A store with entries of every kind, each as the runtime writes them. */
function everyKind(): StoreWrite[] {
  const due = records.delayKey(1_700_000_000_123, 12);
  return [
    put("meta", records.sequenceKey, records.sequenceRecords.encode(40)),
    put("meta", "identity", Buffer.from("0190-identity")),
    put(
      "types",
      1,
      records.typeRecords.encode({
        namespace: "example",
        name: "greeter",
        states: [
          { name: "seen", typename: "io.statefun.types/int", expires: false },
          { name: "profile", typename: "example/profile", expires: true },
          { name: "image", typename: "example/image", expires: false },
        ],
      }),
    ),
    put("types", 2, records.typeRecords.encode({ namespace: "example", name: "other", states: [] })),
    put(
      "state",
      "1/ada",
      records.stateRecords.encode([
        { touchedMillis: 5, bytes: count },
        { touchedMillis: 6, bytes: Buffer.from('{"city":"London"}') },
        { touchedMillis: 7, bytes: Buffer.from([0xff, 0, 1]) },
      ]),
    ),
    put(
      "state",
      "1/bob",
      records.stateRecords.encode([undefined, { touchedMillis: 8, bytes: Buffer.from("plain") }]),
    ),
    put(
      "mail",
      30,
      records.mailRecords.encode({ type: 2, id: "", invocation: invocationBytes(undefined, greet) }),
    ),
    put(
      "mail",
      31,
      records.mailRecords.encode({
        type: 2,
        id: "x",
        invocation: invocationBytes(addressBytes(caller), greet),
      }),
    ),
    put("batches", "2/x", records.batchRecords.encode(31)),
    put(
      "delays",
      due,
      records.delayRecords.encode({
        token: "reminder",
        fromType: 1,
        fromId: "ada",
        toType: 2,
        toId: "x",
        invocation: invocationBytes(addressBytes(caller), serializedTypedValue("example/empty")),
      }),
    ),
    put("tokens", records.tokenKey("ada", "reminder"), records.tokenRecords.encode(due)),
    put("outbox", 33, records.outboxRecords.encode({ egress: "example/out", argument: greet })),
    put("positions", "example/in/topic/0", Buffer.from("1234")),
    put("requests", "key-1", records.requestRecords.encode(1_700_000_000_000)),
    put(
      "quarantine",
      "1/bob",
      records.quarantineRecords.encode({ sinceMillis: 9, code: "call-failed", message: "[call-failed] no" }),
    ),
  ];
}

/** Entries that no runtime would write: an export keeps them all the same. */
function oddEntries(): StoreWrite[] {
  return [
    put("types", 9, Buffer.from([200])),
    put("state", "1/empty", Buffer.alloc(0)),
    put("state", "77/unknown", records.stateRecords.encode([{ touchedMillis: 1, bytes: count }])),
    put("state", "no key of an address", Buffer.from("?")),
    put("mail", 50, Buffer.from([1])),
    put("delays", "not a due time", Buffer.alloc(40, 0xfe)),
    put("tokens", "\ud800", Buffer.alloc(0)),
    put(
      "outbox",
      51,
      Buffer.concat([records.outboxRecords.encode({ egress: "e/e", argument: greet }), Buffer.of(0xff)]),
    ),
    put("positions", "", Buffer.from([0xc3, 0x28])),
  ];
}

const stores: readonly (readonly [string, () => Promise<Store>])[] = [
  ["in memory", () => Promise.resolve(memoryStore())],
  ["on disk", () => openLmdbStore({ folder: join(temporaryFolder(), "data") })],
];

describe.each(stores)("an export of a store %s", (_, open) => {
  test("brings everything back into another: the second export is the same text", async () => {
    const [first, second] = [await open(), await open()];
    await first.commit([...everyKind(), ...oddEntries()]);

    const text = await exported(first);
    const entries = await importStore(second, linesOf(text));

    expect(entries).toBe(everyKind().length + oddEntries().length);
    expect(contentOf(second)).toEqual(contentOf(first));
    expect(await exported(second)).toBe(text);
    await Promise.all([first.close(), second.close()]);
  });

  test("of any bytes under any keys brings them back", async () => {
    const random = randomOf(99);
    const [first, second] = [await open(), await open()];
    const writes = Array.from({ length: 3000 }, (__, at): StoreWrite => {
      const table = tables[random(tables.length)] ?? "state";
      const isNumbered = table === "types" || table === "mail" || table === "outbox";
      const key = isNumbered
        ? at
        : `${random(3).toString()}/${String.fromCharCode(random(0x10000))}${at.toString()}`;
      return put(
        table,
        key,
        Buffer.from(Array.from({ length: random(40) }, () => random(random(2) === 0 ? 8 : 256))),
      );
    });
    await first.commit([...everyKind(), ...writes]);

    const text = await exported(first);
    await importStore(second, linesOf(text));

    expect(contentOf(second)).toEqual(contentOf(first));
    expect(await exported(second)).toBe(text);
    await Promise.all([first.close(), second.close()]);
  });
});

test("the lines can be read: addresses by typename, values as their types have them", async () => {
  const store = memoryStore();
  await store.commit(everyKind());

  const lines = linesOf(await exported(store)).map((line) => JSON.parse(line) as unknown);

  expect(lines[0]).toEqual({ format: "statefun-export", version: 1, storeVersion: 1 });
  expect(lines.at(-1)).toEqual({ end: true });
  expect(lines).toContainEqual({
    table: "state",
    function: "example/greeter",
    id: "ada",
    state: "seen",
    typename: "io.statefun.types/int",
    touchedMillis: 5,
    value: -7,
  });
  expect(lines).toContainEqual(
    expect.objectContaining({ state: "profile", value: { city: "London" }, id: "ada" }),
  );
  expect(lines).toContainEqual(expect.objectContaining({ state: "image", base64: "/wAB" }));
  expect(lines).toContainEqual({
    table: "mail",
    sequence: 31,
    to: { function: "example/other", id: "x" },
    caller: { function: "example/greeter", id: caller.id },
    message: { typename: "example/greet", value: { name: "Ada" } },
  });
  expect(lines).toContainEqual({
    table: "delays",
    dueMillis: 1_700_000_000_123,
    delaySequence: 12,
    token: "reminder",
    from: { function: "example/greeter", id: "ada" },
    to: { function: "example/other", id: "x" },
    caller: { function: "example/greeter", id: caller.id },
    message: expect.objectContaining({ typename: "example/empty" }) as unknown,
  });
});

test("no line holds a character at which some readers end a line", async () => {
  const store = memoryStore();
  await store.commit([...everyKind(), put("positions", "\u2028\u2029\r\u0085", Buffer.from("\u2029"))]);

  const text = await exported(store);

  expect(text.split(/\r\n|\n|\r|\u2028|\u2029/)).toEqual(text.split("\n"));
});

describe("an import is refused, and leaves the store empty, when", () => {
  async function wholeLines(): Promise<string[]> {
    const store = memoryStore();
    await store.commit(everyKind());
    return linesOf(await exported(store));
  }

  async function refusal(lines: readonly string[]): Promise<string> {
    const store = memoryStore();
    const error: unknown = await importStore(store, lines).then(
      () => "imported",
      (reason: unknown) => reason,
    );
    expect(tables.map((table) => store.count(table))).toEqual(tables.map(() => 0));
    return String(error);
  }

  test("the end is missing", async () => {
    const lines = await wholeLines();

    for (let length = 0; length < lines.length; length++)
      expect(await refusal(lines.slice(0, length))).toContain(
        `[invalid-argument] Line ${(length + 1).toString()} of the export: the export ends before its last line`,
      );
  });

  test.each([
    ["no JSON", "half a li", "it is no JSON"],
    ["a list", "[]", "it is no JSON object"],
    ["of a table that there is not", '{"table":"colours"}', 'there is no table "colours"'],
    ["of a table before this one", '{"table":"types","number":8}', "table types has ended before"],
    ["without a field", '{"table":"quarantine","function":"example/greeter"}', '"id" is missing'],
    [
      "of a function that there is not",
      '{"table":"quarantine","function":"a/b","id":""}',
      "names function a/b",
    ],
    [
      "with a field too many",
      '{"table":"quarantine","rawKey":"z","base64":"","why":1}',
      '"why" is no field that belongs there',
    ],
    [
      "with a field of another kind",
      '{"table":"quarantine","rawKey":"z","base64":1}',
      '"base64" is not text',
    ],
    ["of broken base64", '{"table":"quarantine","rawKey":"z","base64":"***"}', '"base64" is not base64'],
    [
      "of an entry that was there",
      '{"table":"quarantine","rawKey":"1/a","base64":""}',
      "behind one that comes later",
    ],
  ])("a line is %s", async (_, line, problem) => {
    const lines = await wholeLines();
    lines.splice(-1, 0, line);

    const message = await refusal(lines);

    expect(message).toContain(`Line ${(lines.length - 1).toString()} of the export: `);
    expect(message).toContain(problem);
    expect(message).toContain("Nothing was imported");
  });

  test("it is no export, or one of a newer version", async () => {
    expect(await refusal(['{"hello":"world"}'])).toContain("Line 1 of the export");
    expect(await refusal(['{"format":"statefun-export","version":2,"storeVersion":1}'])).toContain(
      "[store-too-new]",
    );
    expect(await refusal(['{"format":"statefun-export","version":1,"storeVersion":9}'])).toContain(
      "[store-too-new]",
    );
  });

  test("something stands behind the end", async () => {
    expect(await refusal([...(await wholeLines()), "", "{}"])).toContain("it stands behind the end");
  });
});

test("an import into a store that is not empty is refused, and changes nothing", async () => {
  const store = memoryStore();
  await store.commit([put("positions", "a", Buffer.from("1"))]);

  const refused = importStore(store, []);

  await expect(refused).rejects.toThrow("[invalid-argument] The store to import into is not empty");
  expect(store.count("positions")).toBe(1);
});

test("an import whose process ended half way left nothing behind", async () => {
  const folder = join(temporaryFolder(), "data");
  const store = await openLmdbStore({ folder });
  await store.commit([put("meta", importMark, Buffer.from("import"))]);
  await store.commit([...everyKind(), ...oddEntries()]);
  await store.close();

  const again = await openLmdbStore({ folder });

  expect(tables.map((table) => again.count(table))).toEqual(tables.map(() => 0));
  await again.close();
});

test("a store of many addresses is imported in several steps", async () => {
  const [first, second] = [memoryStore(), memoryStore()];
  await first.commit([
    put(
      "types",
      1,
      records.typeRecords.encode({
        namespace: "a",
        name: "b",
        states: [{ name: "s", typename: "t/t", expires: false }],
      }),
    ),
    ...Array.from({ length: 25_000 }, (_, at) =>
      put(
        "state",
        `1/${at.toString()}`,
        records.stateRecords.encode([{ touchedMillis: at, bytes: Buffer.alloc(300, "x") }]),
      ),
    ),
  ]);

  await importStore(second, linesOf(await exported(first)));

  expect(second.count("state")).toBe(25_000);
  expect(contentOf(second)).toEqual(contentOf(first));
});
