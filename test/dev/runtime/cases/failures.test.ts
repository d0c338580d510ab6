import { expect, test } from "@jest/globals";
import type { Ingress } from "../../../../dev/runtime/ingress/ingress.js";
import { Runtime } from "../../../../dev/runtime/runtime.js";
import { memoryStore } from "../../../../dev/runtime/store/memory.js";
import { virtualClock } from "../../../../dev/runtime/virtual-clock.js";
import { outboxRecords } from "../../../../dev/runtime/records/records.js";
import { ScriptedRuntime } from "./scripted-runtime.js";

const oneState = { "example/a": { states: [{ name: "n", type: "golden/text" }] } };

for (const [what, command, code, message] of [
  ["function", { send: { to: "example/nobody/1", value: [] } }, "unknown-function", /example\/nobody/],
  [
    "egress",
    { egress: { to: "example/nowhere", topic: "t", value: "v" } },
    "unknown-egress",
    /example\/nowhere.*example\/out/,
  ],
] as const) {
  test(`D31: an unknown ${what} is fatal and not dropped`, async () => {
    const runtime = await ScriptedRuntime.start({ functions: oneState });

    runtime.send("a/p", { set: { n: "lost" } }, command);
    await runtime.settle();

    expect(runtime.runtime.state).toBe("failed");
    expect(runtime.runtime.error?.code).toBe(code);
    expect(runtime.runtime.error?.message).toMatch(message);
    expect(runtime.runtime.error?.address).toMatchObject({ name: "a", id: "p" });
    await runtime.close();
    expect([...runtime.store.scan("state")]).toEqual([]);
    expect([...runtime.store.scan("mail")]).toHaveLength(1);
  });
}

test("D49: a call in flight at a crash is made again as it was, first without state, then the backlog as one batch", async () => {
  const runtime = await ScriptedRuntime.start({ functions: oneState });
  runtime.send("a/p", { add: { n: 1 } });
  await runtime.settle();
  runtime.send(
    "a/p",
    { hold: "g" },
    { add: { n: 1 } },
    { egress: { to: "example/out", topic: "t", value: "once" } },
  );
  await runtime.settle();
  for (let i = 0; i < 3; i++) runtime.send("a/p", { add: { n: 1 } });
  await runtime.settle();
  const before = runtime.requests.at(-1);
  runtime.requests.length = 0;

  await runtime.crash();
  runtime.release("g");
  await runtime.settle();

  expect(runtime.requests.map(({ states, calls }) => [states.size, calls.length])).toEqual([
    [0, 1],
    [1, 1],
    [1, 3],
  ]);
  expect(runtime.requests[0]?.calls).toEqual(before?.calls);
  expect(Buffer.from(runtime.runtime.run.tables.state.get("0/p")?.[0]?.bytes ?? []).toString()).toBe("5");
  expect(await runtime.records()).toHaveLength(1);
  await runtime.close();
});

test("a batch of several messages that was in flight at a crash is the same batch afterwards", async () => {
  const runtime = await ScriptedRuntime.start();
  runtime.send("a/p", { hold: "first" });
  await runtime.settle();
  runtime.send("a/p", { note: 1 });
  runtime.send("a/p", { hold: "second" }, { note: 2 });
  runtime.release("first");
  await runtime.settle();
  runtime.send("a/p", { note: 3 });
  await runtime.settle();
  runtime.requests.length = 0;

  await runtime.crash();
  runtime.release("second");
  await runtime.settle();

  expect(runtime.requests.map(({ calls }) => calls.length)).toEqual([2, 1]);
  expect(runtime.notes("example/a/p")).toEqual([1, 2, 3]);
  await runtime.close();
});

test("something fatal stops the runtime, which starts again after a while that doubles, until it is mended", async () => {
  const runtime = await ScriptedRuntime.start({
    functions: oneState,
    restart: { firstMillis: 1000, mostMillis: 4000 },
  });
  runtime.send("a/p", { set: { x: "unregistered" } });
  await runtime.settle();
  const waits: unknown[] = [];

  for (let i = 0; i < 4; i++) {
    expect(runtime.runtime.state).toBe("stopped");
    waits.push((runtime.runtime.retryAtMillis ?? 0) - runtime.clock.now());
    await runtime.advance(Number(waits.at(-1)));
  }
  runtime.functions = {
    "example/a": {
      states: [
        { name: "n", type: "golden/text" },
        { name: "x", type: "golden/text" },
      ],
    },
  };
  await runtime.advance(4000);

  expect(waits).toEqual([1000, 2000, 4000, 4000]);
  expect(runtime.runtime.state).toBe("running");
  expect(runtime.runtime.restarts).toBe(5);
  expect([...runtime.store.scan("mail")]).toEqual([]);
  await runtime.close();
});

test("quarantine sets the one address aside, keeps the rest going, and survives a crash", async () => {
  const runtime = await ScriptedRuntime.start({ functions: oneState, onFatal: "quarantine" });
  runtime.send("a/bad", { set: { x: "unregistered" } });
  await runtime.settle();

  runtime.send("a/bad", { note: "waits" });
  runtime.send("a/good", { note: "goes on" });
  await runtime.settle();
  await runtime.crash();

  expect(runtime.runtime.state).toBe("running");
  expect(runtime.notes("example/a/good")).toEqual(["goes on"]);
  expect(runtime.notes("example/a/bad")).toEqual([]);
  const parked = runtime.runtime.run.mailbox({ namespace: "example", name: "a", id: "bad" });
  expect(parked?.quarantined).toMatchObject({ code: "invalid-state" });
  await runtime.close();
});

test("a quarantined address is tried again on request, or goes on without the batch that failed", async () => {
  const address = { namespace: "example", name: "a", id: "bad" };
  for (const what of ["retried", "dropped"] as const) {
    const runtime = await ScriptedRuntime.start({ functions: oneState, onFatal: "quarantine" });
    runtime.send("a/bad", { note: "first" }, { set: { x: "1" } });
    await runtime.settle();
    runtime.send("a/bad", { note: "second" });
    runtime.functions = { "example/a": { states: [{ name: "x", type: "golden/text" }] } };
    runtime.requests.length = 0;

    await runtime.runtime.release(address, what);
    await runtime.settle();

    expect(runtime.notes("example/a/bad")).toEqual(what === "retried" ? ["first", "second"] : ["second"]);
    expect([...runtime.store.scan("quarantine"), ...runtime.store.scan("mail")]).toEqual([]);
    await runtime.close();
  }
});

test("a message that nobody serves is set aside with --on-fatal quarantine, and stops the runtime otherwise", async () => {
  const stopping = await ScriptedRuntime.start();
  const parking = await ScriptedRuntime.start({ onFatal: "quarantine" });

  expect(() => {
    stopping.send("nobody/1", { note: 1 });
  }).toThrow("[unknown-function]");
  parking.send("nobody/1", { note: 1 });
  await parking.settle();

  expect(stopping.runtime.state).toBe("failed");
  expect(parking.runtime.state).toBe("running");
  expect([...parking.store.scan("quarantine")]).toHaveLength(1);
  await stopping.close();
  await parking.close();
});

test("an ingress is stopped before it is started again, also when what was restored is fatal at once", async () => {
  const store = memoryStore();
  const clock = virtualClock(1_000_000);
  const told: string[] = [];
  const ingress: Ingress = {
    id: "example/in",
    description: "tells what is asked of it",
    start: () => Promise.resolve(void told.push("start")),
    stop: () => Promise.resolve(void told.push("stop")),
    close: () => Promise.resolve(void told.push("close")),
  };
  const before = new Runtime({ store, clock, endpoints: [], onFatal: "quarantine", restart: "never" });
  await before.start();
  before.gate("example/in").admit({
    messages: [{ target: { namespace: "example", name: "gone" }, id: "1", argument: Uint8Array.of() }],
  });
  await before.whenIdle();
  await before.close();
  await store.commit(
    [...store.scan("quarantine")].map(([key]) => ({ table: "quarantine", key, value: undefined })),
  );
  const restart = { firstMillis: 1000, mostMillis: 1000 };
  const runtime = new Runtime({ store, clock, endpoints: [], ingresses: [ingress], restart });

  await runtime.start();
  await clock.advanceTo(clock.now() + 1000, async () => {
    while (!runtime.settled) await runtime.moved();
  });

  expect(runtime.state).toBe("stopped");
  expect(runtime.error?.code).toBe("unknown-function");
  expect(runtime.restarts).toBe(1);
  expect(told).toEqual([]);
  await runtime.close();
  expect(told).toEqual(["close"]);
});

test("a store that cannot be read when the runtime starts again leaves it failed, and says so", async () => {
  const store = memoryStore();
  const clock = virtualClock(1_000_000);
  const restart = { firstMillis: 1000, mostMillis: 1000 };
  const runtime = new Runtime({ store, clock, endpoints: [], restart });
  await runtime.start();
  expect(() =>
    runtime.gate("example/in").admit({
      messages: [{ target: { namespace: "example", name: "gone" }, id: "1", argument: Uint8Array.of() }],
    }),
  ).toThrow("[unknown-function]");
  expect(runtime.state).toBe("stopped");
  await store.commit([{ table: "types", key: 0, value: Uint8Array.of(255) }]);

  await clock.advanceTo(clock.now() + 1000, async () => {
    while (!runtime.settled) await runtime.moved();
  });

  expect(runtime.state).toBe("failed");
  expect(runtime.error?.code).toBe("store-damaged");
  await runtime.close();
});

test("records for an egress that the module has lost stay in the store, and the journal says how many wait", async () => {
  const runtime = await ScriptedRuntime.start();
  await runtime.store.commit([
    {
      table: "outbox",
      key: 1,
      value: outboxRecords.encode({ egress: "example/gone", argument: new Uint8Array(0) }),
    },
    {
      table: "outbox",
      key: 2,
      value: outboxRecords.encode({ egress: "example/gone", argument: new Uint8Array(0) }),
    },
  ]);

  await runtime.crash();
  await runtime.settle();

  const told = runtime.journal.find((entry) => entry.kind === "egress-failed");
  expect(told).toMatchObject({ egress: "example/gone", error: { code: "unknown-egress" } });
  expect(told?.kind === "egress-failed" && told.error.message).toMatch(
    /2 records wait for the egress example\/gone/,
  );
  expect(runtime.store.count("outbox")).toBe(2);
  await runtime.close();
});

test("a record for an egress that the module has lost can be seen and dropped", async () => {
  const runtime = await ScriptedRuntime.start();
  const value = outboxRecords.encode({ egress: "example/gone", argument: Uint8Array.of(1) });
  await runtime.store.commit([
    { table: "outbox", key: 1, value },
    { table: "outbox", key: 2, value },
  ]);
  await runtime.crash();
  const waiting = (): readonly number[] =>
    runtime.runtime.run.outbox.records("example/gone").map(({ sequence }) => sequence);
  const before = waiting();

  const dropped = await runtime.runtime.dropRecord("example/gone", 1);
  const none = await runtime.runtime.dropRecord("example/gone", 1);

  expect(before).toEqual([1, 2]);
  expect(dropped).toEqual({ sequence: 1, argument: Uint8Array.of(1), mayHaveArrived: true });
  expect(none).toBeUndefined();
  expect(waiting()).toEqual([2]);
  expect([...runtime.store.scan("outbox")].map(([key]) => key)).toEqual([2]);
  expect(runtime.runtime.counters.egress("example/gone")).toMatchObject({ dropped: 1, waiting: 1 });
  expect(runtime.journal.filter(({ kind }) => kind === "egress-dropped")).toHaveLength(1);
  await runtime.close();
});
