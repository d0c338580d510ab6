import { expect, test } from "@jest/globals";
import { ScriptedRuntime } from "../cases/scripted-runtime.js";
import { FailingStore } from "./failing-store.js";

const functions = { "example/a": { states: [{ name: "n", type: "golden/text" }] } };
const restart = { firstMillis: 1000, mostMillis: 1000 };

async function started(store: FailingStore, cacheBytes?: number): Promise<ScriptedRuntime> {
  const limits = cacheBytes === undefined ? {} : { cacheBytes };
  const runtime = await ScriptedRuntime.start({ store, functions, restart, onFatal: "quarantine", limits });
  runtime.send("a/p", { set: { n: "kept" } });
  await runtime.settle();
  return runtime;
}

test("state that cannot be read stops the runtime as a failure of the store, and sets no address aside", async () => {
  const store = new FailingStore();
  const runtime = await started(store);
  await runtime.crash();

  store.failing = "state";
  runtime.send("a/p", { note: "after" });
  await runtime.settle();

  expect(runtime.runtime.state).toBe("stopped");
  expect(runtime.runtime.error?.message).toMatch(
    /^\[store-damaged\] the table state of the store could not be read at "\d+\/p": EIO: i\/o error, read; look at the disk/,
  );
  expect(runtime.runtime.error?.address).toBeUndefined();
  expect(runtime.journal.filter(({ kind }) => kind === "quarantine")).toEqual([]);
  expect(store.count("quarantine")).toBe(0);

  await runtime.close();
});

test("the runtime goes on where it was once the store can be read again", async () => {
  const store = new FailingStore();
  const runtime = await started(store);
  await runtime.crash();
  runtime.send("b/q", { send: { to: "example/a/p", value: [{ note: "from b" }] } });
  store.failing = "state";
  await runtime.settle();

  store.failing = undefined;
  await runtime.advance(1000);

  expect(runtime.runtime.state).toBe("running");
  expect(runtime.notes("example/a/p")).toEqual(["from b"]);
  expect(runtime.answered("example/a/p").at(-1)?.states.get("n")?.value).toEqual(Buffer.from("kept"));
  await runtime.close();
});

test("of a reply whose state cannot be read nothing becomes durable, and its batch is called for again", async () => {
  const store = new FailingStore();
  const runtime = await started(store, 0);
  runtime.send(
    "a/p",
    { hold: "g" },
    { set: { n: "new" } },
    { egress: { to: "example/out", topic: "t", value: "once" } },
  );
  for (const id of ["q", "r", "s"]) runtime.send(`a/${id}`, { set: { n: "other" } }); // they take the place in memory
  await runtime.settle();

  store.failing = "state";
  runtime.release("g");
  await runtime.settle();

  expect(runtime.runtime.error?.code).toBe("store-damaged");
  store.failing = undefined;
  expect(store.count("outbox")).toBe(0);
  expect(store.count("mail")).toBe(1);
  await runtime.advance(1000);
  expect(await runtime.records()).toHaveLength(1);
  await runtime.close();
});

test("an idempotency key that cannot be looked up stops the runtime, and the request is not taken over", async () => {
  const store = new FailingStore();
  const runtime = await started(store);

  store.failing = "requests";
  const gate = runtime.runtime.gate("example/in");

  expect(() => gate.admit({ messages: [], idempotencyKey: "key" })).toThrow(
    "[store-damaged] the table requests",
  );
  expect(runtime.runtime.state).toBe("stopped");
  await runtime.close();
});

test("a delayed message that cannot be read when it is due stops the runtime, and comes once it can be", async () => {
  const store = new FailingStore();
  const runtime = await started(store);
  runtime.send("a/p", { sendAfter: { ms: 500, to: "example/b/1", value: [{ note: "late" }] } });
  await runtime.settle();

  store.failing = "delays";
  await runtime.advance(500);

  expect(runtime.runtime.error?.message).toContain("[store-damaged] the table delays");
  store.failing = undefined;
  await runtime.advance(1000);
  expect(runtime.notes("example/b/1")).toEqual(["late"]);
  await runtime.close();
});

test("messages that cannot be read when the runtime starts stop it as a failure of the store", async () => {
  const store = new FailingStore();
  const runtime = await started(store);

  store.failing = "mail";
  await runtime.crash();

  expect(runtime.runtime.state).toBe("stopped");
  expect(runtime.runtime.error?.message).toContain("[store-damaged] the table mail of the store");
  store.failing = undefined;
  await runtime.advance(1000);
  expect(runtime.runtime.state).toBe("running");
  await runtime.close();
});
