import { describe, expect, test } from "@jest/globals";
import { types } from "statefun";
import { gate } from "../../support/gate.js";
import { hex } from "../../support/hex.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { golden, V1, V2, V3 } from "./golden-bytes.js";
import { fn } from "./ns-fn.js";

describe("K63: a client that hangs up", () => {
  test("K63: fails the batch, tells the handler, and leaves the next request for the address alone", async () => {
    const held = gate();
    const seen: unknown[] = [];
    const late: unknown[] = [];
    let isFirst = true;
    const handler = recordingHandler([
      fn({ seen: types.int }, async (context, text) => {
        seen.push(text);
        context.storage.seen.update((n = 0) => n + 1);
        if (!isFirst) return;
        isFirst = false;
        const { signal } = context;
        await held.passed;
        late.push(signal.aborted, signal.reason, context.signal === signal);
        try {
          context.storage.seen.set(99);
        } catch (error) {
          late.push(error);
        }
      }),
    ]);
    const client = new AbortController();

    const first = handler.failure(V3, client.signal);
    client.abort();
    const failure = await first;
    const second = await handler.answer(V3);
    held.open();
    await new Promise((resolve) => setImmediate(resolve));

    expect(failure).toMatchObject({ code: "client-disconnected", typename: "ns/fn", id: "1" });
    expect(hex(second)).toBe(golden.R3);
    expect(late).toEqual([true, failure, true, expect.objectContaining({ code: "context-closed" })]);
    // Once for the batch that was given up, whose second message never ran, and twice for the next one.
    expect(seen).toEqual(["hi", "hi", "hi"]);
    expect(handler.reports).toEqual([{ error: failure, site: { typename: "ns/fn", id: "1" } }]);
  });

  test("K63: has gone before the batch begins: an asynchronous batch fails, a synchronous one is answered", async () => {
    const gone = AbortSignal.abort();
    const waiting = recordingHandler([fn({ seen: types.int }, () => new Promise<void>(() => undefined))]);
    const ready = recordingHandler([fn({}, () => undefined)]);

    const failure = await waiting.failure(V2, gone);
    const answer = await ready.answer(V1, gone);

    expect(failure.code).toBe("client-disconnected");
    expect(hex(answer)).toBe(golden.R4);
    expect(ready.reports).toEqual([]);
  });

  test("K63: hangs up after the answer: nothing happens", async () => {
    const client = new AbortController();
    const signals: AbortSignal[] = [];
    const handler = recordingHandler([
      fn({}, async (context) => {
        signals.push(context.signal);
      }),
    ]);

    const answer = await handler.answer(V1, client.signal);
    client.abort();
    await new Promise((resolve) => setImmediate(resolve));

    expect(hex(answer)).toBe(golden.R4);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    expect(handler.reports).toEqual([]);
  });

  test("K63: what the given-up handler throws later is neither reported nor unhandled", async () => {
    const held = gate();
    const client = new AbortController();
    const handler = recordingHandler([
      fn({}, async () => {
        await held.passed;
      }),
    ]);

    const first = handler.failure(V1, client.signal);
    client.abort();
    const failure = await first;
    held.fail(new Error("too late"));
    await new Promise((resolve) => setImmediate(resolve));

    expect(handler.reports.map(({ error }) => error)).toEqual([failure]);
  });

  test("K63: hangs up before a handler first waits: its effects are dropped", async () => {
    const client = new AbortController();
    const handler = recordingHandler([
      fn({ seen: types.int }, async ({ storage, signal }) => {
        storage.seen.set(1);
        client.abort();
        expect(signal.aborted).toBe(false); // nobody looks at the client's signal while a handler runs
      }),
    ]);

    const failure = await handler.failure(V2, client.signal);

    expect(failure.code).toBe("client-disconnected");
    expect(handler.reports).toHaveLength(1);
  });
});
