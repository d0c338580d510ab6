import { Writable } from "node:stream";
import { expect, test } from "@jest/globals";
import { exportStore } from "../../../../dev/runtime/store/export.js";
import { importStore } from "../../../../dev/runtime/store/import.js";
import { memoryStore } from "../../../../dev/runtime/store/memory.js";
import type { Store } from "../../../../dev/runtime/store/store.js";
import type { DeclaredFunctions } from "../../../scenarios/scenario.js";
import { ScriptedRuntime } from "../cases/scripted-runtime.js";

/** A function with state that is kept, that expires after write, and that expires after call. */
function functionsWith(shortMillis: number): DeclaredFunctions {
  return {
    "example/a": {
      states: [
        { name: "kept", type: "golden/text" },
        { name: "short", type: "golden/text", expire: { mode: "AFTER_WRITE", ms: shortMillis } },
        { name: "long", type: "golden/text", expire: { mode: "AFTER_INVOKE", ms: 5000 } },
      ],
    },
  };
}

async function exported(store: Store, nowMillis?: number): Promise<string[]> {
  let text = "";
  const target = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  await exportStore(store, target, nowMillis);
  return text.split("\n").slice(0, -1);
}

/** Address and name of each value in an export. */
async function valuesAt(store: Store, nowMillis?: number): Promise<readonly string[]> {
  const lines = (await exported(store, nowMillis)).map(
    (line) => JSON.parse(line) as { readonly table?: string; readonly id: string; readonly state: string },
  );
  return lines.flatMap(({ table, id, state }) => (table === "state" ? [`${id} ${state}`] : []));
}

/** A store whose runtime is closed, and when its values were written. */
async function closedStore(): Promise<{ readonly store: Store; readonly writtenMillis: number }> {
  const runtime = await ScriptedRuntime.start({ functions: functionsWith(1000) });
  runtime.send("a/p", { set: { kept: "1", short: "2", long: "3" } });
  runtime.send("a/q", { set: { short: "4" } });
  await runtime.settle();
  const writtenMillis = runtime.clock.now();
  await runtime.close();
  return { store: runtime.store, writtenMillis };
}

test("an export leaves out what has expired by then, and addresses that hold nothing else", async () => {
  const { store, writtenMillis } = await closedStore();

  expect(await valuesAt(store)).toEqual(["p kept", "p short", "p long", "q short"]);
  expect(await valuesAt(store, writtenMillis + 999)).toEqual(["p kept", "p short", "p long", "q short"]);
  expect(await valuesAt(store, writtenMillis + 1000)).toEqual(["p kept", "p long"]);
  expect(await valuesAt(store, writtenMillis + 5000)).toEqual(["p kept"]);
});

test("a store that was imported knows when its state expires, before its functions have been called", async () => {
  const { store, writtenMillis } = await closedStore();
  const second = memoryStore();

  await importStore(second, await exported(store));

  expect(await exported(second)).toEqual(await exported(store));
  expect(await valuesAt(second, writtenMillis + 1000)).toEqual(["p kept", "p long"]);
});

test("the expiration that a function has registered last is the one that counts", async () => {
  const { store, writtenMillis } = await closedStore();
  const runtime = await ScriptedRuntime.start({ store, functions: functionsWith(3000) });

  runtime.send("a/other", { note: "asks for the states" });
  await runtime.settle();
  await runtime.close();

  expect(await valuesAt(store, writtenMillis + 2999)).toContain("q short");
  expect(await valuesAt(store, writtenMillis + 3000)).not.toContain("q short");
});

test("an expiration that makes no sense is refused on import, with its line", async () => {
  const { store } = await closedStore();
  const lines = await exported(store);
  const broken = lines.map((line) => line.replace('"after":"write"', '"after":"lunch"'));
  const at = broken.findIndex((line, index) => line !== lines[index]) + 1;

  await expect(importStore(memoryStore(), broken)).rejects.toThrow(
    new RegExp(`line ${String(at)}\\b.*"after" is neither`, "i"),
  );
});
