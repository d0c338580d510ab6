import { expect, test } from "@jest/globals";
import type { RequestReplyHandler } from "statefun";
import { functionType, kafkaEgress, requestReplyHandler, statefulFunction, types } from "statefun";
import { RuntimeError } from "../../../../dev/runtime/runtime-error.js";
import { inProcessEndpoints } from "../../../../dev/runtime/transport/in-process.js";
import type { InProcessOptions } from "../../../../dev/runtime/transport/in-process.js";
import type { Transport } from "../../../../dev/runtime/transport/transport.js";
import { virtualClock } from "../../../../dev/runtime/virtual-clock.js";
import { toFunction } from "../../../support/to-function.js";
import { RecordedOutcome } from "./outcomes.js";

const Counter = functionType("example/counter", [types.string]);
const Other = functionType("example/other", []);
const Out = kafkaEgress("example/out");
const target = { namespace: "example", name: "counter", id: "a" };
const request = toFunction({
  target: { namespace: "example", type: "counter", id: "a" },
  invocations: [{ typename: "io.statefun.types/string", hasValue: true, hex: "0a0161" }],
});

/** Two functions; the first does `behave` in each attempt, and writes a record. */
function functions(behave: (signal: AbortSignal) => void | Promise<void>): RequestReplyHandler {
  const counter = statefulFunction(Counter, {
    on: {
      [types.string.typename](context, value) {
        context.send(Out, { topic: "t", value: types.string(value) });
        return behave(context.signal);
      },
    },
  });
  const other = statefulFunction(Other, { on: {} });
  return requestReplyHandler([counter, other], { onError: () => undefined });
}

function transport(handler: RequestReplyHandler, options: InProcessOptions): Transport {
  const [endpoint] = inProcessEndpoints(handler, options);
  if (endpoint === undefined) throw new Error("no endpoint");
  return endpoint.transportFor(target);
}

/** Lets promises settle: what a handler that has returned set in motion. */
const settle = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

test("each function of the handler has an endpoint of its own", () => {
  const endpoints = inProcessEndpoints(
    functions(() => undefined),
    { clock: virtualClock(), maxNumBatchRequests: 7 },
  );

  expect(endpoints.map((endpoint) => endpoint.functions)).toEqual([
    { namespace: "example", name: "counter" },
    { namespace: "example", name: "other" },
  ]);
  expect(endpoints.map((endpoint) => endpoint.maxNumBatchRequests)).toEqual([7, 7]);
});

test("a batch that is answered synchronously is reported before call returns", () => {
  const outcome = new RecordedOutcome();

  transport(
    functions(() => undefined),
    { clock: virtualClock() },
  ).call(target, request, outcome);

  expect(outcome.response).toMatchObject({ kind: "result", egresses: [{ name: "out" }] });
  expect(outcome.bytes.length).toBeGreaterThan(0);
});

test("a batch that is answered later is reported then", async () => {
  const outcome = new RecordedOutcome();

  transport(functions(settle), { clock: virtualClock() }).call(target, request, outcome);

  expect(outcome.reports).toEqual([]);
  await outcome.settled;
  expect(outcome.response).toMatchObject({ kind: "result" });
});

test("D33: a batch that throws is tried again after 4, 8, 16 … ms, and its effects are there once", async () => {
  const clock = virtualClock(5000);
  const attempts: number[] = [];
  const handler = functions(() => {
    attempts.push(clock.now());
    if (attempts.length < 5) throw new Error("not yet");
  });
  const heard: (string | undefined)[] = [];
  const listener = {
    attempted: (_: unknown, __: number, failure: string | undefined) => heard.push(failure),
  };
  const outcome = new RecordedOutcome();

  transport(handler, { clock, listener }).call(target, request, outcome);
  await clock.advanceTo(6000, settle);

  expect(attempts).toEqual([5000, 5004, 5012, 5028, 5060]);
  expect(outcome.response).toMatchObject({ kind: "result", egresses: [{ name: "out" }] });
  expect(heard.map((failure) => failure?.includes("not yet"))).toEqual([true, true, true, true, undefined]);
});

test("a batch that always rejects is tried 15 times in the default 2 minutes, and fails with all that is known", async () => {
  const clock = virtualClock();
  const attempts: number[] = [];
  const handler = functions(async () => {
    attempts.push(clock.now());
    await settle();
    throw new Error("never");
  });
  const outcome = new RecordedOutcome();

  transport(handler, { clock }).call(target, request, outcome);
  await clock.advanceTo(119_999, async () => {
    for (let turn = 0; turn < 5; turn++) await settle();
  });
  const before = [...outcome.reports];
  await clock.advanceTo(120_000);

  expect(before).toEqual([]);
  expect(attempts.slice(0, 6)).toEqual([0, 4, 12, 28, 60, 124]);
  expect(attempts).toHaveLength(15);
  expect(outcome.error).toBeInstanceOf(RuntimeError);
  expect(outcome.error).toMatchObject({ code: "call-failed", address: target });
  expect(outcome.error.message).toMatch(/example\/counter\/a .*15 attempts in 120 s.*never/);
});

test("D37: a batch that is not answered within the budget fails, and its signal aborts", async () => {
  const clock = virtualClock();
  let signal: AbortSignal | undefined;
  const handler = functions((given) => {
    signal = given;
    return new Promise(() => undefined);
  });
  const outcome = new RecordedOutcome();

  transport(handler, { clock, callMillis: 300 }).call(target, request, outcome);
  await clock.advanceTo(299, settle);
  const before = [...outcome.reports];
  await clock.advanceTo(300, settle);

  expect(before).toEqual([]);
  expect(outcome.error.message).toMatch(/1 attempt in 300 ms.*no answer in 300 ms/);
  expect(signal?.aborted).toBe(true);
});

test("a call that is given up is not tried again, and reports nothing", async () => {
  const clock = virtualClock();
  let attempts = 0;
  const handler = functions(() => {
    attempts++;
    throw new Error("no");
  });
  const outcome = new RecordedOutcome();

  const call = transport(handler, { clock }).call(target, request, outcome);
  call.abort();
  await clock.advanceTo(200_000, settle);

  expect(attempts).toBe(1);
  expect(outcome.reports).toEqual([]);
});

test("closing gives up what is under way, in back-offs and in handlers", async () => {
  const clock = virtualClock();
  const signals: AbortSignal[] = [];
  const handler = functions((given) => {
    signals.push(given);
    if (signals.length === 1) throw new Error("no");
    return new Promise(() => undefined);
  });
  const outcomes = [new RecordedOutcome(), new RecordedOutcome()];
  const closing = transport(handler, { clock });
  for (const outcome of outcomes) closing.call(target, request, outcome);

  await closing.close();
  await clock.advanceTo(200_000, settle);

  expect(signals).toHaveLength(2);
  expect(signals[1]?.aborted).toBe(true);
  expect(outcomes.flatMap(({ reports }) => reports)).toEqual([]);
  expect(clock.nextDueMillis).toBeUndefined();
});
