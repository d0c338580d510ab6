import { describe, expect, test } from "@jest/globals";
import { types } from "statefun";
import type { Observer } from "statefun";
import { gate } from "../support/gate.js";
import { hex } from "../support/hex.js";
import { recordingHandler } from "../support/recording-handler.js";
import { toFunction } from "../support/to-function.js";
import { wireValue } from "../support/wire-value.js";
import { golden, V1, V3 } from "./conformance/golden-bytes.js";
import { fn, ways } from "./conformance/ns-fn.js";

const boom = new Error("boom");
const broken = new Error("the observer is broken");
const two = toFunction({ invocations: [wireValue.string("a"), wireValue.string("b")] });

/** Lets everything that can go on go on. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe("what an observer is told", () => {
  test("of a batch: its address, how many messages, how many bytes", async () => {
    const seen: unknown[] = [];
    const observe: Observer = {
      batch(batch, run) {
        seen.push(batch);
        return run();
      },
    };

    await recordingHandler([fn({}, () => undefined)], { observe }).answer(two);

    expect(seen).toEqual([
      { self: { typename: "ns/fn", id: "1" }, invocations: 2, requestBytes: two.length },
    ]);
  });

  test("of a batch and of its invocations with one and the same self", async () => {
    const selves: unknown[] = [];
    const observe: Observer = {
      batch({ self }, run) {
        selves.push(self);
        return run();
      },
      invocation({ self }, run) {
        selves.push(self);
        return run();
      },
    };

    await recordingHandler([fn({}, () => undefined)], { observe }).answer(two);

    expect(selves).toHaveLength(3);
    expect(new Set(selves).size).toBe(1);
  });

  test("of an invocation: its address, caller, typename and headers", async () => {
    const seen: unknown[] = [];
    const observe: Observer = {
      invocation(invocation, run) {
        seen.push(invocation);
        return run();
      },
    };
    const request = toFunction({
      invocations: [
        wireValue.string("a"),
        {
          argument: { ...wireValue.string("b"), headers: [{ key: "trace", hex: "01ff" }, { key: "none" }] },
          caller: { namespace: "ns", type: "other", id: "9" },
        },
      ],
    });

    await recordingHandler([fn({}, () => undefined)], { observe }).answer(request);

    const self = { typename: "ns/fn", id: "1" };
    const typename = types.string.typename;
    expect(seen).toEqual([
      { self, caller: undefined, typename, headers: [] },
      {
        self,
        caller: { typename: "ns/other", id: "9" },
        typename,
        headers: [
          { key: "trace", value: Uint8Array.of(1, 0xff) },
          { key: "none", value: undefined },
        ],
      },
    ]);
  });

  test("not of requests that make no batch, and not of handlers where states are missing", async () => {
    const seen: string[] = [];
    const observe: Observer = {
      batch: (_batch, run) => {
        seen.push("batch");
        return run();
      },
      invocation: (_invocation, run) => {
        seen.push("invocation");
        return run();
      },
    };
    const handler = recordingHandler([fn({ seen: types.int }, () => undefined)], { observe });

    await handler.failure(new Uint8Array(0));
    await handler.failure(toFunction({ target: { namespace: "ns", type: "x", id: "1" }, invocations: [] }));
    const before = [...seen];
    const answer = await handler.answer(V1);

    expect(before).toEqual([]);
    expect(seen).toEqual(["batch"]);
    expect(hex(answer)).toBe(golden.R1);
  });
});

describe.each(ways)("around %s", (_, way) => {
  test("batch and invocation are wrapped, from beginning to end", async () => {
    const log: string[] = [];
    const observe: Observer = {
      async batch(_batch, run) {
        log.push("batch begins");
        const bytes = await run();
        log.push("batch ends");
        return bytes;
      },
      async invocation(_invocation, run) {
        log.push("invocation begins");
        await run();
        log.push("invocation ends");
      },
    };
    const handler = recordingHandler(
      [
        fn(
          {},
          way((_context, text) => void log.push(text)),
        ),
      ],
      { observe },
    );

    await handler.answer(V1);
    await settled();

    expect(log).toEqual(["batch begins", "invocation begins", "hi", "invocation ends", "batch ends"]);
  });

  test("the answer is that of the handlers, whatever the observer returns", async () => {
    const observe = {
      batch: (_batch: unknown, run: () => unknown) => {
        void run();
        return new Uint8Array(7);
      },
      invocation: (_invocation: unknown, run: () => unknown) => {
        void run();
        return Promise.resolve("something else");
      },
    } as unknown as Observer;
    const handler = recordingHandler([counter(way)], { observe });

    expect(hex(await handler.answer(V3))).toBe(golden.R3);
    expect(handler.reports).toEqual([]);
  });

  test("run may be called twice: the handler runs once", async () => {
    let runs = 0;
    const observe: Observer = {
      batch(_batch, run) {
        void run();
        return run();
      },
      invocation(_invocation, run) {
        void run();
        return run();
      },
    };
    const handler = recordingHandler(
      [
        fn(
          {},
          way(() => {
            runs++;
          }),
        ),
      ],
      { observe },
    );

    await handler.answer(V1);

    expect(runs).toBe(1);
  });

  test("a failure passes through as the error that is reported, once", async () => {
    const seen: unknown[] = [];
    const observe: Observer = {
      async batch(_batch, run) {
        try {
          return await run();
        } catch (error) {
          seen.push(error);
          throw error;
        }
      },
      async invocation(_invocation, run) {
        try {
          await run();
        } catch (error) {
          seen.push(error);
          throw error;
        }
      },
    };
    const handler = recordingHandler(
      [
        fn(
          {},
          way(() => fail()),
        ),
      ],
      { observe },
    );

    const failure = await handler.failure(V1);
    await settled();

    expect(failure).toMatchObject({ code: "function-failed", cause: boom });
    expect(seen).toEqual([failure, failure]);
    expect(handler.reports).toEqual([{ error: failure, site: { typename: "ns/fn", id: "1" } }]);
  });

  test("a failure that the observer swallows fails the batch all the same", async () => {
    const observe: Observer = {
      async batch(_batch, run) {
        return Promise.resolve(run()).catch(() => new Uint8Array(0));
      },
      async invocation(_invocation, run) {
        await Promise.resolve()
          .then(run)
          .catch(() => undefined);
      },
    };
    const handler = recordingHandler(
      [
        fn(
          {},
          way(() => fail()),
        ),
      ],
      { observe },
    );

    const failure = await handler.failure(V1);

    expect(failure).toMatchObject({ code: "function-failed", cause: boom });
    expect(handler.reports).toHaveLength(1);
  });

  const failingObservers: Readonly<Record<string, (run: () => unknown) => unknown>> = {
    "throws before it runs the handler": () => {
      throw broken;
    },
    "throws after it ran the handler": (run) => {
      void run();
      throw broken;
    },
    "rejects before it runs the handler": () => Promise.reject(broken),
    "rejects after the handler is done": async (run) => {
      await run();
      throw broken;
    },
  };

  test.each(Object.entries(failingObservers))(
    "an observer of batches that %s is reported and changes nothing",
    async (_name, batch) => {
      const observe = { batch: (_batch: unknown, run: () => unknown) => batch(run) } as Observer;
      const handler = recordingHandler([counter(way)], { observe });

      const answer = await handler.answer(V3);
      await settled();

      expect(hex(answer)).toBe(golden.R3);
      expect(handler.reports).toEqual([
        {
          error: expect.objectContaining({
            code: "function-failed",
            cause: broken,
            message: "[function-failed] the observer of batches threw: the observer is broken",
          }) as unknown,
          site: { typename: "ns/fn", id: "1" },
        },
      ]);
    },
  );

  test.each(Object.entries(failingObservers))(
    "an observer of invocations that %s is reported each time and changes nothing",
    async (_name, invocation) => {
      const observe = {
        invocation: (_invocation: unknown, run: () => unknown) => invocation(run),
      } as Observer;
      const handler = recordingHandler([counter(way)], { observe });

      const answer = await handler.answer(V3);
      await settled();

      expect(hex(answer)).toBe(golden.R3);
      expect(handler.reports.map(({ error }) => [error.message, error.cause])).toEqual([
        ["[function-failed] the observer of invocations threw: the observer is broken", broken],
        ["[function-failed] the observer of invocations threw: the observer is broken", broken],
      ]);
    },
  );

  test("an observer that never runs the handler changes nothing: it runs", async () => {
    const observe = { batch: () => undefined, invocation: () => undefined } as unknown as Observer;
    const handler = recordingHandler([counter(way)], { observe });

    expect(hex(await handler.answer(V3))).toBe(golden.R3);
    expect(handler.reports).toEqual([]);
  });
});

test("around synchronous handlers, an observer that passes results on keeps the answer synchronous", () => {
  const observe: Observer = { batch: (_batch, run) => run(), invocation: (_invocation, run) => run() };
  const handler = recordingHandler([fn({}, () => undefined)], { observe });

  expect(handler.handle(V1)).toBeInstanceOf(Uint8Array);
});

test("an async observer does not make a synchronous batch wait", () => {
  const observe: Observer = {
    async batch(_batch, run) {
      await Promise.resolve();
      return run();
    },
  };
  const handler = recordingHandler([fn({}, () => undefined)], { observe });

  expect(handler.handle(V1)).toBeInstanceOf(Uint8Array);
});

test("an observer sees that a batch timed out, or that its caller hung up", async () => {
  const held = gate();
  const ended = gate<unknown>();
  const observe: Observer = {
    async invocation(_invocation, run) {
      await run();
    },
    batch(_batch, run) {
      const answer = run();
      if (answer instanceof Promise) {
        answer.catch((error: unknown) => {
          ended.open(error);
        });
      }
      return answer;
    },
  };
  const handler = recordingHandler([fn({}, () => held.passed)], { observe });

  const failure = await handler.failure(V1, AbortSignal.abort());
  held.open();

  expect(failure.code).toBe("client-disconnected");
  expect(await ended.passed).toBe(failure);
  expect(handler.reports).toHaveLength(1);
});

function fail(): never {
  throw boom;
}

function counter(way: (typeof ways)[number][1]): ReturnType<typeof fn> {
  return fn(
    { seen: types.int },
    way(({ storage }) => void storage.seen.update((n = 0) => n + 1)),
  );
}
