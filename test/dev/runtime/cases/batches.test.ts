import { expect, test } from "@jest/globals";
import { serializedTypedValue } from "statefun/wire";
import { commandsTypename, ScriptedRuntime } from "./scripted-runtime.js";

const oneState = { "example/a": { states: [{ name: "n", type: "golden/text" }] } };

test("D01: a message from an ingress is one request with the target, no caller, no state and one invocation", async () => {
  const runtime = await ScriptedRuntime.start();

  runtime.send("a/p", { note: 1 });
  await runtime.settle();

  expect(runtime.requests).toHaveLength(1);
  const [request] = runtime.requests;
  expect(request).toMatchObject({
    address: "example/a/p",
    calls: [{ from: null, typename: commandsTypename }],
  });
  expect(request?.states.size).toBe(0);
  await runtime.close();
});

test("D02: four messages that arrive while the first is held are one batch, in order", async () => {
  const runtime = await ScriptedRuntime.start();
  runtime.send("a/p", { hold: "g" }, { note: 0 });
  await runtime.settle();

  for (let note = 1; note <= 4; note++) runtime.send("a/p", { note });
  await runtime.settle();
  expect(runtime.requests).toHaveLength(1);
  runtime.release("g");
  await runtime.settle();

  expect(runtime.requests.map(({ calls }) => calls.length)).toEqual([1, 4]);
  expect(runtime.notes("example/a/p")).toEqual([0, 1, 2, 3, 4]);
  await runtime.close();
});

test("D03: the batch has no cap, and the threshold pauses ingresses until a reply is there", async () => {
  const runtime = await ScriptedRuntime.start({ maxNumBatchRequests: 10 });
  const gate = runtime.runtime.gate("example/in");
  runtime.send("a/p", { hold: "g" });
  await runtime.settle();

  let admitted = 0;
  while (!gate.paused) runtime.send("a/p", { note: ++admitted });
  expect(admitted).toBe(10);
  for (let note = 11; note <= 5000; note++) runtime.send("a/p", { note }); // already inside, as those of functions are
  const opened = gate.whenOpen();
  runtime.release("g");
  await opened;
  await runtime.settle();

  expect(runtime.requests.map(({ calls }) => calls.length)).toEqual([1, 5000]);
  expect(gate.paused).toBe(false);
  await runtime.close();
});

test("D04: fifty addresses have fifty requests open at once, and none has two", async () => {
  const runtime = await ScriptedRuntime.start();
  runtime.send("a/first", { note: "opens the type" });
  await runtime.settle();

  for (let i = 0; i < 50; i++) runtime.send(`a/${i.toString()}`, { hold: "g" });
  for (let i = 0; i < 50; i++) runtime.send(`a/${i.toString()}`, { note: i });
  await runtime.settle();

  expect(runtime.runtime.run.dispatcher.load.calls).toBe(50);
  expect(runtime.requests).toHaveLength(51);
  runtime.release("g");
  await runtime.settle();
  expect(runtime.requests).toHaveLength(101);
  await runtime.close();
});

test("the first request of a type holds up the others of the type, and no other type", async () => {
  const runtime = await ScriptedRuntime.start({ functions: oneState });

  runtime.send("a/p", { hold: "g" });
  runtime.send("a/q", { note: 1 });
  runtime.send("b/q", { note: 2 });
  await runtime.settle();
  expect(runtime.requests.map(({ address }) => address)).toEqual(["example/a/p", "example/b/q"]);
  runtime.release("g");
  await runtime.settle();

  expect(runtime.to("example/a/q").map(({ states }) => [...states.keys()])).toEqual([["n"]]);
  await runtime.close();
});

test("D08: messages that arrive during the negotiation come after the batch that is sent again", async () => {
  const runtime = await ScriptedRuntime.start({ functions: oneState });
  runtime.send("a/p", { hold: "g" }, { note: 0 });
  await runtime.settle();

  for (let note = 1; note <= 3; note++) runtime.send("a/p", { note });
  runtime.release("g");
  await runtime.settle();

  const requests = runtime.to("example/a/p");
  expect(requests.map(({ calls }) => calls.length)).toEqual([1, 1, 3]);
  expect(requests.map(({ states }) => states.has("n"))).toEqual([false, true, true]);
  expect(requests[1]?.calls).toEqual(requests[0]?.calls);
  await runtime.close();
});

test("D15: a reply without bytes is a result without effects, and the next batch proceeds", async () => {
  const runtime = await ScriptedRuntime.start();
  runtime.send("a/p", { hold: "g" });
  runtime.send("a/p", { note: "next" });
  runtime.release("g");

  await runtime.settle();

  expect(runtime.notes("example/a/p")).toEqual(["next"]);
  await runtime.close();
});

test("D16: messages come before delayed messages, delayed before records, and state is there for the next batch", async () => {
  const runtime = await ScriptedRuntime.start({ functions: oneState });

  runtime.send(
    "a/p",
    { sendAfter: { ms: 0, to: "example/b/p", value: [{ note: "delayed" }] } },
    { egress: { to: "example/out", topic: "t", key: "k", value: "record" } },
    { set: { n: "1" } },
    { send: { to: "example/b/p", value: [{ note: "message" }] } },
    { send: { to: "self", value: [{ note: "self" }] } },
  );
  await runtime.advance(0);

  expect(runtime.notes("example/b/p")).toEqual(["message", "delayed"]);
  expect(await runtime.records()).toHaveLength(1);
  const last = runtime.to("example/a/p").at(-1);
  expect(Buffer.from(last?.states.get("n")?.value ?? []).toString()).toBe("1");
  await runtime.close();
});

test("D17: what a function sends to itself comes behind what was waiting already", async () => {
  const runtime = await ScriptedRuntime.start();
  runtime.send("a/p", { hold: "g" }, { send: { to: "self", value: [{ note: "self" }] } });
  await runtime.settle();

  runtime.send("a/p", { note: 1 });
  runtime.send("a/p", { note: 2 });
  runtime.release("g");
  await runtime.settle();

  expect(runtime.notes("example/a/p")).toEqual([1, 2, "self"]);
  await runtime.close();
});

test("D18: messages of functions have a caller, also delayed ones and those to themselves; those of an ingress have none", async () => {
  const runtime = await ScriptedRuntime.start();

  runtime.send(
    "a/p",
    { send: { to: "example/b/1", value: [{ note: 1 }] } },
    { send: { to: "self", value: [{ note: 2 }] } },
    { sendAfter: { ms: 5, to: "example/b/2", value: [{ note: 3 }] } },
  );
  await runtime.advance(5);

  const callers = (address: string): unknown[] =>
    runtime.to(address).flatMap(({ calls }) => calls.map(({ from }) => from));
  expect(callers("example/a/p")).toEqual([null, "example/a/p"]);
  expect(callers("example/b/1")).toEqual(["example/a/p"]);
  expect(callers("example/b/2")).toEqual(["example/a/p"]);
  await runtime.close();
});

test("D19: a thousand messages of one function to another arrive in order, over several batches", async () => {
  const runtime = await ScriptedRuntime.start();

  for (let from = 1; from <= 1000; from += 100) {
    runtime.send("a/p", { sendMany: { to: "example/b/q", from, upto: from + 99 } });
  }
  await runtime.settle();

  expect(runtime.notes("example/b/q")).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
  expect(runtime.to("example/a/p").length).toBeGreaterThan(1);
  await runtime.close();
});

test("D20: an argument that the runtime cannot know is delivered and forwarded bit for bit", async () => {
  const runtime = await ScriptedRuntime.start();
  const unknownField = Buffer.from("0a0b756e6b6e6f776e2f612f62a2060401020304", "hex");
  const unset = serializedTypedValue("not a typename");

  runtime.sendArgument("a/p", unknownField);
  runtime.sendArgument("a/q", unset);
  await runtime.settle();

  const [first] = runtime.to("example/a/p");
  const [second] = runtime.to("example/a/q");
  expect(first?.calls.map(({ argument }) => Buffer.from(argument).toString("hex"))).toEqual([
    unknownField.toString("hex"),
  ]);
  expect(second?.calls).toMatchObject([{ typename: "not a typename", hasValue: false }]);
  await runtime.close();
});
