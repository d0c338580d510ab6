import { expect, test } from "@jest/globals";
import type { JournalEntry } from "../../../../dev/runtime/journal-entry.js";
import { ScriptedRuntime } from "../cases/scripted-runtime.js";

const limits = { maxMailBytes: 2_000, maxQuarantinedMailBytes: 10_000 };
const poison = { egress: { to: "example/nowhere", topic: "t", value: "v" } };

/** More than a fifth of what may wait, and more than a twentieth of what may wait in quarantine. */
const message = { note: "x".repeat(300) };

async function withPoisoned(...addresses: readonly string[]): Promise<ScriptedRuntime> {
  const runtime = await ScriptedRuntime.start({ limits, onFatal: "quarantine" });
  for (const address of addresses) runtime.send(address, poison);
  await runtime.settle();
  return runtime;
}

function sendTimes(runtime: ScriptedRuntime, to: string, times: number): void {
  for (let count = 0; count < times; count++) runtime.send(to, message);
}

function told(runtime: ScriptedRuntime): JournalEntry[] {
  return runtime.journal.filter(({ kind }) => kind === "quarantine-full" || kind === "quarantine-relieved");
}

test("messages for an address in quarantine do not make ingresses pause, and the others go on", async () => {
  const runtime = await withPoisoned("a/p");

  sendTimes(runtime, "a/p", 15);
  expect(runtime.runtime.run.paused).toBe(false);
  runtime.send("b/q", { note: "served" });
  await runtime.settle();

  expect(runtime.notes("example/b/q")).toEqual(["served"]);
  expect(told(runtime)).toEqual([]);
  expect(runtime.runtime.counters.quarantinedMailBytes).toBeGreaterThan(15 * 300);
  await runtime.close();
});

test("too many of them make ingresses pause, and the journal says so once", async () => {
  const runtime = await withPoisoned("a/p", "a/q");

  sendTimes(runtime, "a/p", 20);
  sendTimes(runtime, "a/q", 20);

  const { quarantinedMailBytes } = runtime.runtime.counters;
  expect(runtime.runtime.run.paused).toBe(true);
  expect(told(runtime)).toEqual([{ kind: "quarantine-full", addresses: 2, bytes: expect.any(Number) }]);
  expect(quarantinedMailBytes).toBeGreaterThan(limits.maxQuarantinedMailBytes);
  await runtime.close();
});

test("ingresses go on once enough addresses are taken up or dropped", async () => {
  const runtime = await withPoisoned("a/p", "a/q");
  sendTimes(runtime, "a/p", 40);
  let isOpen = false;
  const opened = runtime.runtime.gate("example/in").whenOpen();
  void opened.then(() => (isOpen = true));
  await runtime.settle();
  expect(isOpen).toBe(false);

  await runtime.runtime.release({ namespace: "example", name: "a", id: "p" }, "dropped");
  await opened;

  expect(told(runtime)).toMatchObject([{ kind: "quarantine-full" }, { kind: "quarantine-relieved" }]);
  await runtime.settle();
  expect(runtime.notes("example/a/p")).toHaveLength(40);
  expect(runtime.runtime.run.paused).toBe(false);
  await runtime.close();
});

test("what waits in quarantine is counted again after a restart, and told again if it is too much", async () => {
  const runtime = await withPoisoned("a/p");
  sendTimes(runtime, "a/p", 40);
  await runtime.settle();
  const before = runtime.runtime.counters.quarantinedMailBytes;
  runtime.journal.length = 0;

  await runtime.crash();

  expect(told(runtime)).toEqual([{ kind: "quarantine-full", addresses: 1, bytes: before }]);
  expect(runtime.runtime.run.paused).toBe(true);
  await runtime.close();
  expect(runtime.runtime.counters.quarantinedMailBytes).toBe(0);
});

test("an address that is retried counts among those that are worked on, and is set aside with all it has", async () => {
  const runtime = await withPoisoned("a/p");
  sendTimes(runtime, "a/p", 15);
  await runtime.settle();
  const before = runtime.runtime.counters.quarantinedMailBytes;

  await runtime.runtime.release({ namespace: "example", name: "a", id: "p" }, "retried");
  await runtime.settle(); // it fails again

  expect(runtime.runtime.counters.quarantinedMailBytes).toBe(before);
  expect(runtime.runtime.run.paused).toBe(false);
  await runtime.close();
});
