import { describe, expect, jest, test } from "@jest/globals";
import { customType, functionType, statefulFunction, types } from "statefun";
import type { Context, StateFunError, Value } from "statefun";
import { decode, effects } from "../support/decode.js";
import { gate } from "../support/gate.js";
import { hex } from "../support/hex.js";
import { recordingHandler } from "../support/recording-handler.js";
import type { RecordingHandler } from "../support/recording-handler.js";
import { toFunction } from "../support/to-function.js";
import { wireValue } from "../support/wire-value.js";
import { golden, V1 } from "./conformance/golden-bytes.js";
import { fn, fnOtherwise } from "./conformance/ns-fn.js";

function batch(...texts: readonly string[]): Uint8Array {
  return toFunction({ states: { seen: undefined }, invocations: texts.map(wireValue.string) });
}

const seenOnce = effects({ mutations: [{ type: "MODIFY", name: "seen", value: wireValue.int(1) }] });

describe("what a handler returns", () => {
  test.each([
    ["nothing", undefined],
    ["a value", 7],
    ["null", null],
    ["an object whose then is not a function", { then: true }],
  ])("makes no promise if it is %s", (_, returned: unknown) => {
    const handler = recordingHandler([fn({}, () => returned as undefined)]);

    expect(handler.handle(V1)).toBeInstanceOf(Uint8Array);
  });

  test("is waited for if it has a then, promise or not", async () => {
    const log: string[] = [];
    const handler = recordingHandler([
      fn({}, (_context, text) => {
        const then = (resolve: () => void): void => {
          log.push(`then of ${text}`);
          setImmediate(() => {
            log.push(`done ${text}`);
            resolve();
          });
        };
        return { then } as unknown as Promise<void>;
      }),
    ]);

    const answer = handler.handle(batch("a", "b"));

    expect(answer).toBeInstanceOf(Promise);
    expect(hex(await answer)).toBe(golden.R4);
    expect(log).toEqual(["then of a", "done a", "then of b", "done b"]);
  });

  test("is waited for also if it is a function with a then", async () => {
    const log: string[] = [];
    const thenable = Object.assign((): void => undefined, {
      then(resolve: () => void) {
        log.push("then");
        resolve();
      },
    });
    const handler = recordingHandler([fn({}, () => thenable as unknown as Promise<void>)]);

    await handler.answer(V1);

    expect(log).toEqual(["then"]);
  });

  test("fails the batch if its then throws", async () => {
    const boom = new Error("boom");
    const thenable = {
      then() {
        throw boom;
      },
    };
    const handler = recordingHandler([fn({}, () => thenable as unknown as Promise<void>)]);

    const failure = await handler.failure(V1);

    expect(failure).toMatchObject({ code: "function-failed", cause: boom });
    expect(handler.reports).toHaveLength(1);
  });

  test("makes a promise of the answer only from the first one that is waited for", () => {
    const handler = recordingHandler([
      fn({}, (_context, text) => (text === "wait" ? Promise.resolve() : undefined)),
    ]);

    expect(handler.handle(batch("a", "b", "c"))).toBeInstanceOf(Uint8Array);
    expect(handler.handle(batch("a", "b", "wait"))).toBeInstanceOf(Promise);
  });
});

describe("a large batch", () => {
  const texts = Array.from({ length: 10_000 }, (_, index) => String(index));
  const count = effects({ mutations: [{ type: "MODIFY", name: "seen", value: wireValue.int(10_000) }] });

  test.each([
    ["synchronously", (): undefined => undefined],
    ["asynchronously", (): Promise<void> => Promise.resolve()],
    [
      "now and then",
      (text: string): Promise<void> | undefined => (text.endsWith("7") ? Promise.resolve() : undefined),
    ],
  ])("of 10,000 messages is handled %s, in order", async (_, wait) => {
    const ran: string[] = [];
    const handler = recordingHandler([
      fn({ seen: types.int }, ({ storage }, text) => {
        ran.push(text);
        storage.seen.update((n = 0) => n + 1);
        return wait(text);
      }),
    ]);

    const answer = await handler.answer(batch(...texts));

    expect(decode(answer)).toEqual(count);
    expect(ran).toEqual(texts);
  });
});

describe("a state value", () => {
  /** A type that counts how often it encodes and decodes. */
  function counted() {
    const serialize = jest.fn((value: string) => new TextEncoder().encode(value));
    const deserialize = jest.fn((bytes: Uint8Array) => new TextDecoder().decode(bytes));
    return {
      serialize,
      deserialize,
      type: customType<string, "test/text">("test/text", { serialize, deserialize }),
    };
  }

  const stored = (text: string): Uint8Array =>
    toFunction({
      states: { seen: wireValue.text("test/text", "held ") },
      invocations: [...text].map(wireValue.string),
    });

  test("that every handler reads and writes is decoded once and encoded once", async () => {
    const { serialize, deserialize, type } = counted();
    const handler = recordingHandler([
      fn({ seen: type }, ({ storage }, text) => {
        storage.seen.get();
        storage.seen.update((held = "") => held + text);
        storage.seen.set(`${storage.seen.get() ?? ""}.`);
      }),
    ]);

    const answer = await handler.answer(stored("abc"));

    expect(decode(answer)).toEqual(
      effects({
        mutations: [{ type: "MODIFY", name: "seen", value: wireValue.text("test/text", "held a.b.c.") }],
      }),
    );
    expect(deserialize).toHaveBeenCalledTimes(1);
    expect(serialize).toHaveBeenCalledTimes(1);
  });

  test("that is only read is not encoded, and one that is not read is not decoded", async () => {
    const { serialize, deserialize, type } = counted();
    const handler = recordingHandler([
      fn({ seen: type }, ({ storage }, text) => {
        if (text === "r") storage.seen.get();
      }),
    ]);

    await handler.answer(stored("x"));
    const untouched = deserialize.mock.calls.length;
    await handler.answer(stored("rr"));

    expect(untouched).toBe(0);
    expect(deserialize).toHaveBeenCalledTimes(1);
    expect(serialize).not.toHaveBeenCalled();
  });
});

describe("messages that the function does not accept", () => {
  test("go to otherwise, in their place among the others", async () => {
    const log: string[] = [];
    const handler = recordingHandler([
      statefulFunction(functionType("ns/fn", [types.string]), {
        on: { [types.string.typename]: (_context, text) => void log.push(text) },
        otherwise: (_context, { typename, hasValue, bytes }) =>
          void log.push(`${typename} ${String(hasValue)} ${hex(bytes)}`),
      }),
    ]);

    await handler.answer(
      toFunction({
        invocations: [
          wireValue.string("a"),
          wireValue.int(7),
          wireValue.none("shop/Nothing"),
          wireValue.string("b"),
          wireValue.none(""),
        ],
      }),
    );

    expect(log).toEqual([
      "a",
      "io.statefun.types/int true 0d07000000",
      "shop/Nothing false ",
      "b",
      " false ",
    ]);
  });

  test("go to otherwise also where an accepted type has the name in other letter case", async () => {
    const otherwise = jest.fn();
    const handler = recordingHandler([fnOtherwise({}, (_context, { typename }) => void otherwise(typename))]);

    await handler.answer(toFunction({ invocations: [wireValue.of("IO.statefun.types/string", "")] }));

    expect(otherwise).toHaveBeenCalledWith("IO.statefun.types/string");
  });
});

describe("a context that is used after its batch was answered", () => {
  type Uses = Readonly<Record<string, (context: Context, seen: Value<number>) => void>>;
  const uses: Uses = {
    send: (context) => {
      context.send(context.self, types.string("late"));
    },
    sendAfter: (context) => {
      context.sendAfter({ seconds: 1 }, context.self, types.string("late"));
    },
    cancelDelayedMessage: (context) => {
      context.cancelDelayedMessage("token");
    },
    get: (_context, seen) => void seen.get(),
    set: (_context, seen) => {
      seen.set(7);
    },
    update: (_context, seen) => void seen.update((n = 0) => n + 1),
    remove: (_context, seen) => {
      seen.remove();
    },
  };

  /** Answers a batch whose handler returns before it is done, and then uses the context. */
  async function late(
    use: (context: Context, seen: Value<number>) => void,
  ): Promise<{ handler: RecordingHandler; caught: unknown[]; answer: Uint8Array }> {
    const answered = gate();
    const used = gate();
    const caught: unknown[] = [];
    const handler = recordingHandler([
      fn({ seen: types.int }, (context) => {
        context.storage.seen.set(1);
        void answered.passed.then(() => {
          for (let i = 0; i < 3; i++) {
            try {
              use(context as Context, context.storage.seen);
            } catch (error) {
              caught.push(error);
            }
          }
          used.open();
        });
      }),
    ]);
    const answer = await handler.answer(batch("hi"));
    answered.open();
    await used.passed;
    return { handler, caught, answer };
  }

  test.each(Object.keys(uses))(
    "throws context-closed at %s each time, and is reported once",
    async (name) => {
      const { handler, caught, answer } = await late(uses[name] as Uses[string]);

      expect(caught).toHaveLength(3);
      for (const error of caught) {
        expect(error).toMatchObject({ code: "context-closed", typename: "ns/fn", id: "1" });
        expect((error as StateFunError).message).toContain("await everything that a handler starts");
        expect((error as StateFunError).stack).toContain("batch.test");
      }
      expect(handler.reports).toEqual([{ error: caught[0], site: { typename: "ns/fn", id: "1" } }]);
      expect(decode(answer)).toEqual(seenOnce);
    },
  );

  test("still says who it was for", async () => {
    const seen: unknown[] = [];
    const { handler } = await late((context) => seen.push(context.self, context.caller, context.headers));

    expect(seen.slice(0, 3)).toEqual([{ typename: "ns/fn", id: "1" }, undefined, []]);
    expect(handler.reports).toEqual([]);
  });

  test("leaves nothing in the answers of later batches", async () => {
    const { handler } = await late(uses.send as Uses[string]);

    const next = await handler.answer(batch("hi"));

    expect(decode(next)).toEqual(seenOnce);
  });

  test("is not reported if the batch had failed, since nothing was lost", async () => {
    const failed = gate();
    const used = gate<unknown>();
    const handler = recordingHandler([
      fn({}, (context) => {
        void failed.passed.then(() => {
          try {
            context.send(context.self, types.string("late"));
          } catch (error) {
            used.open(error);
          }
        });
        throw new Error("boom");
      }),
    ]);

    const failure = await handler.failure(V1);
    failed.open();
    const late = await used.passed;

    expect(late).toMatchObject({ code: "context-closed" });
    expect(handler.reports).toEqual([{ error: failure, site: { typename: "ns/fn", id: "1" } }]);
  });

  test("is a matter of the batch: between its handlers the context of an earlier one may be used", async () => {
    let first: Context | undefined;
    const handler = recordingHandler([
      fn({}, (context) => {
        first ??= context as Context;
        first.send(first.self, types.string("from the first"));
      }),
    ]);

    const answer = await handler.answer(batch("a", "b"));

    expect(decode(answer).messages).toHaveLength(2);
    expect(handler.reports).toEqual([]);
  });

  test("within update is refused where the change has let the batch end", async () => {
    const opened = gate();
    const caught = gate<unknown>();
    const handler = recordingHandler([
      fn({ seen: types.int }, async ({ storage }) => {
        await opened.passed;
        caught.open(storage.seen.update((n = 0) => n + 1));
      }),
    ]);

    const answer = handler.answer(batch("hi"));
    opened.open();

    expect(await caught.passed).toBe(1);
    expect(decode(await answer)).toEqual(seenOnce);
  });
});

describe("the signal of a context", () => {
  test("is one for the whole batch, and stays quiet while all is well", async () => {
    const signals: AbortSignal[] = [];
    const handler = recordingHandler([fn({}, async ({ signal }) => void signals.push(signal))]);

    await handler.answer(batch("a", "b"));

    expect(signals[0]).toBe(signals[1]);
    expect(signals[0]?.aborted).toBe(false);
  });

  test("is aborted with the failure when another handler of the batch fails", async () => {
    let signal: AbortSignal | undefined;
    const handler = recordingHandler([
      fn({}, (context, text) => {
        if (text === "a") signal = context.signal;
        else throw new Error("boom");
      }),
    ]);

    const failure = await handler.failure(batch("a", "b"));

    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toBe(failure);
  });

  test("is aborted already where it is asked for after the failure", async () => {
    let context: Context | undefined;
    const handler = recordingHandler([
      fn({}, (given) => {
        context = given as Context;
        throw new Error("boom");
      }),
    ]);

    const failure = await handler.failure(V1);

    expect(context?.signal.aborted).toBe(true);
    expect(context?.signal.reason).toBe(failure);
  });
});
