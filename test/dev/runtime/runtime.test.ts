import { expect, test } from "@jest/globals";
import { functionType, requestReplyHandler, statefulFunction, types } from "statefun";
import type { RequestReplyHandler } from "statefun";
import { serializedTypedValue } from "statefun/wire";
import type { JournalEntry } from "../../../dev/runtime/journal-entry.js";
import { Runtime } from "../../../dev/runtime/runtime.js";
import { memoryStore } from "../../../dev/runtime/store/memory.js";
import type { Store } from "../../../dev/runtime/store/store.js";
import { inProcessEndpoints } from "../../../dev/runtime/transport/in-process.js";
import { virtualClock } from "../../../dev/runtime/virtual-clock.js";
import { gate } from "../../support/gate.js";

const Talk = functionType("ns/talk", [types.string]);

function runtimeOf(functions: RequestReplyHandler, journal: (entry: JournalEntry) => void): Runtime {
  const clock = virtualClock();
  return new Runtime({
    store: memoryStore(),
    clock,
    endpoints: inProcessEndpoints(functions, { clock }),
    journal,
  });
}

/** Sends text to `ns/talk/1` as an ingress does. */
function say(runtime: Runtime, text: string): void {
  const argument = serializedTypedValue(types.string.typename, types.string.serialize(text));
  runtime
    .gate("ns/test")
    .admit({ messages: [{ target: { namespace: "ns", name: "talk" }, id: "1", argument }] });
}

test("a message that a function sends to itself is behind the batch that waited meanwhile", async () => {
  const held = gate();
  const heard: string[] = [];
  const talk = statefulFunction(Talk, {
    on: {
      async [types.string.typename](context, text) {
        heard.push(text);
        if (text !== "first") return;
        context.send(Talk.address("1"), types.string("to itself"));
        await held.passed;
      },
    },
  });
  const batches: number[] = [];
  const runtime = runtimeOf(requestReplyHandler([talk]), (entry) => {
    if (entry.kind === "request") batches.push(entry.invocations);
  });
  await runtime.start();

  say(runtime, "first");
  say(runtime, "waiting 1");
  say(runtime, "waiting 2");
  held.open();
  await runtime.whenIdle();

  expect(heard).toEqual(["first", "waiting 1", "waiting 2", "to itself"]);
  expect(batches).toEqual([1, 2, 1]);
  await runtime.close();
});

test("a runtime that something fatal has stopped for good closes without that error", async () => {
  const talk = statefulFunction(Talk, {
    on: {
      [types.string.typename](context) {
        context.send(functionType("no/where", [types.string]).address("1"), types.string("?"));
      },
    },
  });
  const clock = virtualClock();
  const endpoints = inProcessEndpoints(requestReplyHandler([talk]), { clock });
  const runtime = new Runtime({ store: memoryStore(), clock, endpoints, restart: "never" });
  await runtime.start();

  say(runtime, "go");
  await runtime.whenIdle();
  expect(runtime.state).toBe("failed");
  expect(runtime.error?.code).toBe("unknown-function");

  await expect(runtime.close()).resolves.toBeUndefined();
});

test("what was being committed at a crash is there for the run that follows", async () => {
  const talk = statefulFunction(Talk, {
    on: { [types.string.typename]: () => new Promise(() => undefined) },
  });
  const [begun, held] = [gate(), gate()];
  const store = memoryStore();
  const slow: Store = {
    get: (table, key) => store.get(table, key),
    scan: (table, range) => store.scan(table, range),
    count: (table) => store.count(table),
    close: () => store.close(),
    async commit(writes) {
      begun.open();
      await held.passed;
      await store.commit(writes);
    },
  };
  const clock = virtualClock();
  const endpoints = inProcessEndpoints(requestReplyHandler([talk]), { clock });
  const crashing = new Runtime({ store: slow, clock, endpoints });
  await crashing.start();
  say(crashing, "hello");
  await begun.passed;

  const crashed = crashing.crash();
  const next = new Runtime({ store: slow, clock, endpoints });
  const started = crashed.then(() => next.start());
  await new Promise((resolve) => setImmediate(resolve));
  held.open();
  await started;

  expect(next.run.mailbox({ namespace: "ns", name: "talk", id: "1" })?.batch).toHaveLength(1);
  await next.close();
});
