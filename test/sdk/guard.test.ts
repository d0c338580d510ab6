import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { types } from "statefun";
import type { Context } from "statefun";
import { decode, effects } from "../support/decode.js";
import { gate } from "../support/gate.js";
import { hex } from "../support/hex.js";
import { recordingHandler } from "../support/recording-handler.js";
import { toFunction } from "../support/to-function.js";
import { wireValue } from "../support/wire-value.js";
import { golden, V1 } from "./conformance/golden-bytes.js";
import { fn } from "./conformance/ns-fn.js";

const site = { typename: "ns/fn", id: "1" };
const batchTimeout = { seconds: 30 };

/** A function whose handlers hang until the gate opens; it keeps the contexts they were given. */
function hanging() {
  const held = gate();
  const contexts: Context[] = [];
  const served = fn({}, async (context) => {
    contexts.push(context as Context);
    context.send(context.self, types.string("from a batch that fails"));
    await held.passed;
  });
  return { held, contexts, served };
}

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ["setImmediate", "nextTick"] });
});

afterEach(() => {
  jest.useRealTimers();
});

describe("a batch that takes longer than batchTimeout", () => {
  test("fails with batch-timeout, reported once, and its signal is aborted with it", async () => {
    const { contexts, served } = hanging();
    const handler = recordingHandler([served], { batchTimeout });

    const outcome = handler.failure(V1);
    jest.advanceTimersByTime(29_999);
    const before = contexts[0]?.signal.aborted;
    jest.advanceTimersByTime(1);
    const failure = await outcome;

    expect(before).toBe(false);
    expect(failure).toMatchObject({ code: "batch-timeout", ...site });
    expect(failure.message).toBe(
      '[batch-timeout] the batch for ns/fn "1" was not done after 30000 ms, the batchTimeout',
    );
    expect(handler.reports).toEqual([{ error: failure, site }]);
    expect(contexts[0]?.signal.aborted).toBe(true);
    expect(contexts[0]?.signal.reason).toBe(failure);
  });

  test("is told to a handler that listens to the signal", async () => {
    const handler = recordingHandler(
      [
        fn({}, async ({ signal }) => {
          await new Promise((_resolve, reject) => {
            signal.addEventListener("abort", () => {
              reject(signal.reason as Error);
            });
          });
        }),
      ],
      { batchTimeout },
    );

    const outcome = handler.failure(V1);
    jest.advanceTimersByTime(30_000);
    const failure = await outcome;

    expect(failure.code).toBe("batch-timeout");
    expect(handler.reports).toHaveLength(1);
  });

  test("runs no further handler, and what the late one does has no effect and is no second report", async () => {
    const { held, contexts, served } = hanging();
    const handler = recordingHandler([served], { batchTimeout });
    const outcome = handler.failure(
      toFunction({ invocations: [wireValue.string("a"), wireValue.string("b")] }),
    );
    jest.advanceTimersByTime(30_000);
    await outcome;

    held.open();
    await new Promise((resolve) => setImmediate(resolve));
    const late = (): void => {
      contexts[0]?.send(contexts[0].self, types.string("late"));
    };

    expect(late).toThrow("[context-closed]");
    expect(contexts).toHaveLength(1);
    expect(handler.reports).toHaveLength(1);
  });

  test("is not reported again when its handler fails in the end", async () => {
    const { held, served } = hanging();
    const handler = recordingHandler([served], { batchTimeout });
    const outcome = handler.failure(V1);
    jest.advanceTimersByTime(30_000);
    await outcome;

    held.fail(new Error("boom"));
    await new Promise((resolve) => setImmediate(resolve));

    expect(handler.reports.map(({ error }) => error.code)).toEqual(["batch-timeout"]);
  });

  test("leaves nothing in the next one", async () => {
    const { held, served } = hanging();
    const handler = recordingHandler([served], { batchTimeout });
    const outcome = handler.failure(V1);
    jest.advanceTimersByTime(30_000);
    await outcome;

    held.open();
    const next = await handler.answer(V1);

    expect(decode(next).messages).toHaveLength(1);
  });
});

describe("a batch that is done in time", () => {
  test("is answered, and its timer is gone", async () => {
    const { held, served } = hanging();
    const handler = recordingHandler([served], { batchTimeout });

    const outcome = handler.answer(V1);
    const running = jest.getTimerCount();
    held.open();
    const answer = await outcome;
    await new Promise((resolve) => setImmediate(resolve));

    expect(decode(answer).messages).toHaveLength(1);
    expect([running, jest.getTimerCount()]).toEqual([1, 0]);
    expect(handler.reports).toEqual([]);
  });

  test("and fails, fails with its own error, and its timer is gone", async () => {
    const { held, served } = hanging();
    const handler = recordingHandler([served], { batchTimeout });

    const outcome = handler.failure(V1);
    held.fail(new Error("boom"));
    const failure = await outcome;
    await new Promise((resolve) => setImmediate(resolve));

    expect(failure.code).toBe("function-failed");
    expect(handler.reports).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  test("starts no timer if its handlers are synchronous", () => {
    const handler = recordingHandler([fn({}, () => undefined)], { batchTimeout });

    const answer = handler.handle(V1) as Uint8Array;

    expect(hex(answer)).toBe(golden.R4);
    expect(jest.getTimerCount()).toBe(0);
  });

  test("waits for ever without a batchTimeout", async () => {
    const { held, served } = hanging();
    const handler = recordingHandler([served]);

    const outcome = handler.answer(V1);
    const timers = jest.getTimerCount();
    held.open();
    await outcome;

    expect(timers).toBe(0);
  });
});

describe("a caller that hangs up", () => {
  test("while a handler runs: client-disconnected, reported once, and the context's signal is aborted", async () => {
    const { contexts, served } = hanging();
    const handler = recordingHandler([served]);
    const client = new AbortController();

    const outcome = handler.failure(V1, client.signal);
    client.abort();
    client.abort();
    const failure = await outcome;

    expect(failure).toMatchObject({ code: "client-disconnected", ...site });
    expect(failure.message).toBe(
      '[client-disconnected] the batch for ns/fn "1" was still running when its caller hung up',
    );
    expect(handler.reports).toEqual([{ error: failure, site }]);
    expect(contexts[0]?.signal.reason).toBe(failure);
  });

  test("before the batch begins: the same, and no second handler runs", async () => {
    const { contexts, served } = hanging();
    const handler = recordingHandler([served]);
    const twice = toFunction({ invocations: [wireValue.string("a"), wireValue.string("b")] });

    const failure = await handler.failure(twice, AbortSignal.abort());

    expect(failure.code).toBe("client-disconnected");
    expect(handler.reports).toEqual([{ error: failure, site }]);
    expect(contexts).toHaveLength(1);
    expect(contexts[0]?.signal.aborted).toBe(true);
  });

  test("is not looked at if the batch is answered without a promise", () => {
    const handler = recordingHandler([fn({}, () => undefined)]);

    const answer = handler.handle(V1, { signal: AbortSignal.abort() }) as Uint8Array;

    expect(hex(answer)).toBe(golden.R4);
    expect(handler.reports).toEqual([]);
  });

  test("after the answer: nothing happens, and nothing listens to the signal any more", async () => {
    const { held, served } = hanging();
    const handler = recordingHandler([served]);
    const client = new AbortController();

    const outcome = handler.answer(V1, client.signal);
    const listening = getEventListeners(client.signal, "abort").length;
    held.open();
    const answer = await outcome;
    await new Promise((resolve) => setImmediate(resolve));
    const listeners = getEventListeners(client.signal, "abort").length;
    client.abort();

    expect(decode(answer).messages).toHaveLength(1);
    expect([listening, listeners]).toEqual([1, 0]);
    expect(handler.reports).toEqual([]);
  });

  test("leaves the next request for the address untouched", async () => {
    const { held, served } = hanging();
    const handler = recordingHandler([served]);
    await handler.failure(V1, AbortSignal.abort());

    held.open();
    const next = await handler.answer(V1);

    expect(decode(next)).toEqual(
      effects({
        messages: [
          {
            to: { namespace: "ns", type: "fn", id: "1" },
            argument: wireValue.string("from a batch that fails"),
          },
        ],
      }),
    );
  });

  test("when the time is up as well: the first of the two is the failure", async () => {
    const { served } = hanging();
    const handler = recordingHandler([served], { batchTimeout });
    const client = new AbortController();

    const outcome = handler.failure(V1, client.signal);
    client.abort();
    jest.advanceTimersByTime(60_000);
    const failure = await outcome;

    expect(failure.code).toBe("client-disconnected");
    expect(handler.reports).toHaveLength(1);
  });
});
