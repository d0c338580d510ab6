import { expect, test } from "@jest/globals";
import { ScriptedRuntime } from "./scripted-runtime.js";

const later = (ms: number, note: unknown, token?: string, to = "example/b/q"): object => ({
  sendAfter: { ms, to, value: [{ note }], ...(token === undefined ? {} : { token }) },
});

test("D21: a message delayed by a second is not there after 999 ms, and there after 1000", async () => {
  const runtime = await ScriptedRuntime.start();
  runtime.send("a/p", later(1000, "due"));

  await runtime.advance(999);
  expect(runtime.notes("example/b/q")).toEqual([]);
  await runtime.advance(1);

  expect(runtime.notes("example/b/q")).toEqual(["due"]);
  await runtime.close();
});

test("D22: a delay of 0 ms is delivered, after the reply is applied", async () => {
  const runtime = await ScriptedRuntime.start();

  runtime.send("a/p", later(0, "delayed"), { send: { to: "example/b/q", value: [{ note: "at once" }] } });
  await runtime.advance(0);

  expect(runtime.notes("example/b/q")).toEqual(["at once", "delayed"]);
  await runtime.close();
});

test("D23: messages of one sender that are due in the same millisecond come in the order in which they were sent", async () => {
  const runtime = await ScriptedRuntime.start();

  runtime.send("a/p", later(10, 1), later(5, 0), later(10, 2));
  runtime.send("a/p", later(10, 3));
  await runtime.advance(10);

  expect(runtime.notes("example/b/q")).toEqual([0, 1, 2, 3]);
  await runtime.close();
});

test("D24: a message that is cancelled before it is due is never delivered", async () => {
  const runtime = await ScriptedRuntime.start();
  runtime.send("a/p", later(1000, "cancelled", "t"), later(1000, "kept", "u"));
  await runtime.advance(500);

  runtime.send("a/p", { cancel: "t" });
  await runtime.advance(10_000);

  expect(runtime.notes("example/b/q")).toEqual(["kept"]);
  expect([...runtime.store.scan("delays"), ...runtime.store.scan("tokens")]).toEqual([]);
  await runtime.close();
});

test("D25: cancelling what was delivered, cancelled or never sent does nothing", async () => {
  const runtime = await ScriptedRuntime.start();
  runtime.send("a/p", later(10, "due", "t"));
  await runtime.advance(10);

  runtime.send("a/p", { cancel: "t" }, { cancel: "t" }, { cancel: "never" });
  await runtime.settle();

  expect(runtime.notes("example/b/q")).toEqual(["due"]);
  expect(runtime.runtime.state).toBe("running");
  await runtime.close();
});

test("D26: in one reply, what is sent and then cancelled is not delivered, and what is cancelled and then sent is", async () => {
  const runtime = await ScriptedRuntime.start();

  runtime.send("a/p", later(1, "no", "t"), { cancel: "t" }, { cancel: "u" }, later(1, "yes", "u"));
  runtime.send("a/r", later(1, "no", "t"), { cancel: "t" }, later(1, "second", "t"));
  await runtime.advance(1);

  expect(runtime.notes("example/b/q")).toEqual(["yes", "second"]);
  await runtime.close();
});

test("D27: a second message under a token that is pending is fatal, in one reply and over two", async () => {
  for (const together of [true, false]) {
    const runtime = await ScriptedRuntime.start();
    if (together) runtime.send("a/p", later(10, 1, "t"), later(20, 2, "t"));
    else {
      runtime.send("a/p", later(10, 1, "t"));
      await runtime.settle();
      runtime.send("a/p", later(20, 2, "t"));
    }

    await runtime.settle();

    expect(runtime.runtime.state).toBe("failed");
    expect(runtime.runtime.error?.message).toMatch(/^\[invalid-delay\] example\/a\/p .*"t".*pending/);
    await runtime.close();
  }
});

test("D28: a token is free again once its message is delivered or cancelled", async () => {
  const runtime = await ScriptedRuntime.start();

  runtime.send("a/p", later(1, 1, "t"));
  await runtime.advance(1);
  runtime.send("a/p", later(1, 2, "t"));
  await runtime.settle();
  runtime.send("a/p", { cancel: "t" });
  await runtime.settle();
  runtime.send("a/p", later(1, 3, "t"));
  await runtime.advance(1);

  expect(runtime.notes("example/b/q")).toEqual([1, 3]);
  await runtime.close();
});

test("D29: a token belongs to the id of its sender, whatever its typename", async () => {
  const runtime = await ScriptedRuntime.start();
  runtime.send("a/p", later(10, "cancelled by b/p", "t"), later(10, "not cancelled by a/x", "u"));
  await runtime.settle();

  runtime.send("a/x", { cancel: "u" });
  runtime.send("b/p", { cancel: "t" });
  await runtime.advance(10);

  expect(runtime.notes("example/b/q")).toEqual(["not cancelled by a/x"]);
  await runtime.close();
});

for (const [what, command, message] of [
  ["a negative delay", later(-1, 1), /-1 ms/],
  ["a cancellation without a token", { cancel: "" }, /without its token/],
] as const) {
  test(`D30: ${what} is fatal`, async () => {
    const runtime = await ScriptedRuntime.start();

    runtime.send("a/p", command);
    await runtime.settle();

    expect(runtime.runtime.error?.code).toBe("invalid-delay");
    expect(runtime.runtime.error?.message).toMatch(message);
    await runtime.close();
  });
}

test("a message that has come due waits in the mailbox, and a cancellation does not take it back", async () => {
  const runtime = await ScriptedRuntime.start();
  runtime.send("a/p", later(10, "due", "t", "example/b/p"));
  runtime.send("b/p", { hold: "g" });
  await runtime.advance(10);

  runtime.send("a/p", { cancel: "t" });
  await runtime.settle();
  runtime.release("g");
  await runtime.settle();

  expect(runtime.notes("example/b/p")).toEqual(["due"]);
  await runtime.close();
});

test("delayed messages survive a crash with their times and tokens, and what is overdue comes at once", async () => {
  const runtime = await ScriptedRuntime.start();
  runtime.send("a/p", later(10, "overdue"), later(100, "pending", "t"), later(100, "cancelled", "u"));
  await runtime.settle();
  await runtime.runtime.crash();
  await runtime.clock.advanceTo(runtime.clock.now() + 50);

  await runtime.crash();
  await runtime.advance(0);
  expect(runtime.notes("example/b/q")).toEqual(["overdue"]);
  runtime.send("a/p", { cancel: "u" });
  await runtime.advance(50);

  expect(runtime.notes("example/b/q")).toEqual(["overdue", "pending"]);
  await runtime.close();
});

test("far more delayed messages than are held in memory come in the order of their times", async () => {
  const runtime = await ScriptedRuntime.start();
  const { delays } = runtime.runtime.run;
  const count = 210_000;
  runtime.send("b/q", { note: "opens the type" });
  await runtime.settle();
  const { number } = [...runtime.runtime.run.types.all][0] ?? { number: 0 };
  const invocation = new Uint8Array(0);
  const elapsed: number[] = [];
  for (let i = 0; i < count; i++) {
    const due = (i * 7919) % count; // each millisecond once, in no order
    delays.send(BigInt(due), {
      token: "",
      fromType: number,
      fromId: String(due),
      toType: number,
      toId: "",
      invocation,
    });
  }
  runtime.runtime.run.dispatcher.run(); // the turn in which all of it happened ends

  runtime.runtime.run.dispatcher.elapsed = (record) => {
    elapsed.push(Number(record.fromId));
  };
  await runtime.advance(count);

  expect(elapsed).toHaveLength(count);
  expect(elapsed.every((due, at) => due === at)).toBe(true);
  await runtime.close();
});
