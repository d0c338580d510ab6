import { expect, test } from "@jest/globals";
import type { Batch } from "../../../scenarios/batch.js";
import { ScriptedRuntime } from "./scripted-runtime.js";

const oneState = { "example/a": { states: [{ name: "n", type: "golden/text" }] } };

function stateOf(batch: Batch | undefined, name = "n"): string | undefined {
  const value = batch?.states.get(name)?.value;
  return value === undefined ? undefined : Buffer.from(value).toString("utf8");
}

test("D05: after an incomplete reply the same invocations are sent again, with the states present and empty", async () => {
  const runtime = await ScriptedRuntime.start({ functions: oneState });

  runtime.send("a/p", { note: 1 });
  await runtime.settle();

  const [first, second] = runtime.requests;
  expect(runtime.requests).toHaveLength(2);
  expect([...(first?.states ?? [])]).toEqual([]);
  expect([...(second?.states ?? [])]).toEqual([["n", undefined]]);
  expect(second?.calls).toEqual(first?.calls);
  await runtime.close();
});

test("D06: another address of the type has the states in its first request", async () => {
  const runtime = await ScriptedRuntime.start({ functions: oneState });
  runtime.send("a/p", { note: 1 });
  await runtime.settle();

  runtime.send("a/q", { note: 2 });
  await runtime.settle();

  expect(runtime.to("example/a/q").map(({ states }) => [...states])).toEqual([[["n", undefined]]]);
  await runtime.close();
});

test("D07: after a restart the first request has no states, and the stored values come back once they are asked for", async () => {
  const runtime = await ScriptedRuntime.start({ functions: oneState });
  runtime.send("a/p", { set: { n: "kept" } });
  await runtime.settle();

  await runtime.crash();
  runtime.requests.length = 0;
  runtime.send("a/p", { note: 1 });
  await runtime.settle();

  expect(runtime.requests.map(({ states }) => states.size)).toEqual([0, 1]);
  expect(stateOf(runtime.requests[1])).toBe("kept");
  await runtime.close();
});

test("D09: a state that is asked for again with another typename is fatal, and the error names it and both types", async () => {
  const runtime = await ScriptedRuntime.start({ functions: oneState });
  runtime.send("a/p", { note: 1 });
  await runtime.settle();

  runtime.send("a/p", { incomplete: [{ name: "n", type: "golden/other" }] });
  await runtime.settle();

  expect(runtime.runtime.state).toBe("failed");
  expect(runtime.runtime.error?.message).toMatch(
    /^\[invalid-state\] example\/a\/p .*"n".*golden\/text.*golden\/other/,
  );
  await runtime.close();
});

test("D10: a value is there after it is set, stays, and is gone after it is deleted", async () => {
  const runtime = await ScriptedRuntime.start({ functions: oneState });

  for (const command of [{ set: { n: "1" } }, { note: 0 }, { del: "n" }, { note: 0 }]) {
    runtime.send("a/p", command);
    await runtime.settle();
  }

  expect(runtime.answered("example/a/p").map((batch) => stateOf(batch))).toEqual([
    undefined,
    "1",
    "1",
    undefined,
  ]);
  await runtime.close();
});

test("D11: a value without bytes is a value", async () => {
  const runtime = await ScriptedRuntime.start({ functions: oneState });

  runtime.send("a/p", { set: { n: { typed: { type: "golden/text", has: false, value: "" } } } });
  await runtime.settle();
  runtime.send("a/p", { note: 1 });
  await runtime.settle();

  expect(stateOf(runtime.requests.at(-1))).toBe("");
  await runtime.close();
});

test("D12: of several mutations of a state the last one counts", async () => {
  const runtime = await ScriptedRuntime.start({ functions: oneState });

  runtime.send("a/p", { set: { n: "1" } }, { set: { n: "2" } }, { del: "n" }, { set: { n: "3" } });
  await runtime.settle();
  runtime.send("a/p", { note: 1 });
  await runtime.settle();

  expect(stateOf(runtime.requests.at(-1))).toBe("3");
  await runtime.close();
});

const mutations = [
  ["D13: a mutation of a state that was not asked for", { set: { x: "1" } }, /"x".*not asked for/],
  [
    "D14: a mutation with another typename",
    { set: { n: { typed: { type: "golden/other", has: true, value: "1" } } } },
    /"golden\/other".*"n".*golden\/text/,
  ],
  [
    "a mutation of a kind that does not exist",
    { set: { n: { typed: { type: "golden/text", has: true, value: "1" }, kind: 7 } } },
    /mutation type 7/,
  ],
] as const;

for (const [name, mutation, message] of mutations) {
  test(`${name} is fatal, and nothing of the reply is applied`, async () => {
    const runtime = await ScriptedRuntime.start({ functions: oneState });
    runtime.send("a/p", { set: { n: "before" } });
    await runtime.settle();

    runtime.send(
      "a/p",
      { send: { to: "example/b/q", value: [{ note: "lost" }] } },
      { sendAfter: { ms: 1, to: "example/b/q", value: [{ note: "lost" }] } },
      { egress: { to: "example/out", topic: "t", value: "lost" } },
      { set: { n: "lost" } },
      mutation,
    );
    await runtime.settle();

    expect(runtime.runtime.state).toBe("failed");
    expect(runtime.runtime.error?.code).toBe("invalid-state");
    expect(runtime.runtime.error?.message).toMatch(message);
    await runtime.advance(10);
    expect(runtime.to("example/b/q")).toEqual([]);
    expect(await runtime.records()).toEqual([]);
    expect([...runtime.store.scan("delays")]).toEqual([]);
    const values = runtime.runtime.run.tables.state.get("0/p");
    expect(Buffer.from(values?.[0]?.bytes ?? []).toString()).toBe("before");
    await runtime.close();
  });
}

test("D40: a state that expires after write is gone then, whatever was read meanwhile", async () => {
  const expire = { mode: "AFTER_WRITE", ms: 1000 } as const;
  const functions = { "example/a": { states: [{ name: "n", type: "golden/text", expire }] } };
  const runtime = await ScriptedRuntime.start({ functions });
  runtime.send("a/p", { set: { n: "1" } });
  await runtime.settle();

  for (let i = 0; i < 3; i++) {
    await runtime.advance(i === 2 ? 1 : 499);
    runtime.send("a/p", { note: i });
    await runtime.settle();
  }
  await runtime.advance(1);
  runtime.send("a/p", { note: "late" });
  await runtime.settle();

  const seen = runtime.answered("example/a/p").map((batch) => stateOf(batch));
  expect(seen).toEqual([undefined, "1", "1", "1", undefined]);
  await runtime.close();
});

test("D41: a state that expires after call stays while it is called for, and is gone after a time of silence", async () => {
  const expire = { mode: "AFTER_INVOKE", ms: 1000 } as const;
  const functions = { "example/a": { states: [{ name: "n", type: "golden/text", expire }] } };
  const runtime = await ScriptedRuntime.start({ functions });
  runtime.send("a/p", { set: { n: "1" } });
  await runtime.settle();

  for (let i = 0; i < 5; i++) {
    await runtime.advance(600);
    runtime.send("a/p", { note: i });
    await runtime.settle();
  }
  await runtime.advance(1000);
  runtime.send("a/p", { note: "late" });
  await runtime.settle();

  const seen = runtime.answered("example/a/p").map((batch) => stateOf(batch));
  expect(seen).toEqual([undefined, "1", "1", "1", "1", "1", undefined]);
  await runtime.close();
});
