import { describe, expect, test } from "@jest/globals";
import type { AnyStatefulFunction, Context } from "statefun";
import { kafkaEgress, StateFunError, types } from "statefun";
import { statusTable } from "../../../server-adapters/answer.js";
import { decode } from "../../support/decode.js";
import { gate } from "../../support/gate.js";
import { hex } from "../../support/hex.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { toFunction } from "../../support/to-function.js";
import { wireValue } from "../../support/wire-value.js";
import { golden, V1, V2, V3 } from "./golden-bytes.js";
import { fn, T } from "./ns-fn.js";

const revoked = Proxy.revocable({}, {});
revoked.revoke();
const thrown: Readonly<Record<string, unknown>> = {
  "a string": "boom",
  undefined: undefined,
  null: null,
  "a number": 7,
  "a bigint": 7n,
  "a symbol": Symbol("boom"),
  "a plain object": { code: 7 },
  "an object without a prototype": Object.create(null),
  "a frozen object": Object.freeze({}),
  "an array": [],
  "a function": () => 1,
  "an error without a message": new Error(""),
  "an error of another kind": new RangeError("boom"),
  "an error whose message throws": Object.defineProperty(new Error(), "message", {
    get: () => {
      throw new Error("worse");
    },
  }),
  "a promise": Promise.resolve(1),
  "a thenable": { then: () => undefined },
  "a proxy that is revoked": revoked.proxy,
};

describe.each(Object.entries(thrown))("K60: throwing %s", (_, value) => {
  const throwing: Readonly<Record<string, AnyStatefulFunction>> = {
    thrown: fn({}, (_context, text) => {
      // Anything may be thrown in JavaScript, which is what this is about.
      if (text === "hi") throwAnything(value);
    }),
    rejected: fn({}, (_context, text) =>
      // The same for a rejection.
      text === "hi"
        ? new Promise((_resolve, reject) => {
            reject(value as Error);
          })
        : undefined,
    ),
  };

  test.each(Object.entries(throwing))(
    "K60: %s, fails the batch and leaves the process alive",
    async (_way, served) => {
      const handler = recordingHandler([served]);

      const failure = await handler.failure(V1);
      const next = await handler.answer(toFunction({ invocations: [wireValue.string("again")] }));

      expect(failure).toMatchObject({ code: "function-failed", typename: "ns/fn", id: "1" });
      expect(Object.is(failure.cause, value)).toBe(true);
      expect(statusTable[failure.code].status).toBe(500);
      expect(handler.reports).toHaveLength(1);
      expect(handler.reports[0]?.error).toBe(failure);
      expect(hex(next)).toBe(golden.R4);
    },
  );
});

test("K60: an error of ours passes through as it is", async () => {
  const own = new StateFunError("overloaded", "not now");
  const handler = recordingHandler([fn({}, () => Promise.reject(own))]);

  const failure = await handler.failure(V1);

  expect(failure).toBe(own);
});

describe("K61: work that a handler did not wait for", () => {
  const Out = kafkaEgress("ns/eg");
  type Late = (
    context: Context<
      never,
      { seen: { get(): unknown; set(n: number): void; update(c: () => number): void; remove(): void } }
    >,
  ) => void;
  const uses: Readonly<Record<string, Late>> = {
    send: (context) => {
      context.send(T.address("2"), types.int(7));
    },
    "send to an egress": (context) => {
      context.send(Out, { topic: "t", value: "v" });
    },
    sendAfter: (context) => {
      context.sendAfter({ seconds: 1 }, T.address("2"), types.int(7));
    },
    cancelDelayedMessage: (context) => {
      context.cancelDelayedMessage("tok");
    },
    "storage get": (context) => void context.storage.seen.get(),
    "storage set": (context) => {
      context.storage.seen.set(9);
    },
    "storage update": (context) => {
      context.storage.seen.update(() => 9);
    },
    "storage remove": (context) => {
      context.storage.seen.remove();
    },
  };

  test.each(Object.entries(uses))("K61: %s after the answer throws, and is reported once", async (_, use) => {
    const answered = gate();
    const errors: unknown[] = [];
    const late: Promise<void>[] = [];
    const handler = recordingHandler([
      fn({ seen: types.int }, (context) => {
        const work = answered.passed.then(() => {
          for (let round = 0; round < 3; round++) {
            try {
              use(context as never);
            } catch (error) {
              errors.push(error);
            }
          }
        });
        late.push(work);
      }),
    ]);

    const answer = await handler.answer(V2);
    answered.open();
    await Promise.all(late);
    const next = await handler.answer(V2);

    expect(hex(answer)).toBe(golden.R4);
    expect(hex(next)).toBe(golden.R4);
    const closed = expect.objectContaining({ code: "context-closed", typename: "ns/fn", id: "1" });
    expect(errors.slice(0, 3)).toEqual([closed, closed, closed]);
    expect(handler.reports.slice(0, 1)).toEqual([{ error: closed, site: { typename: "ns/fn", id: "1" } }]);
    expect(handler.reports[0]?.error).toBe(errors[0]);
  });

  test("K61: it never reaches the batch that runs meanwhile", async () => {
    const first = gate();
    const second = gate();
    const errors: unknown[] = [];
    const handler = recordingHandler([
      fn({ seen: types.int }, async (context, text) => {
        if (text === "leaves work behind") {
          void first.passed.then(() => {
            for (const use of Object.values(uses)) {
              try {
                use(context as never);
              } catch (error) {
                errors.push(error);
              }
            }
            second.open();
          });
          return;
        }
        context.storage.seen.update((n = 0) => n + 1);
        context.send(T.address("2"), types.int(1));
        first.open();
        await second.passed;
        context.send(T.address("2"), types.int(2));
      }),
    ]);
    const batch = (text: string): Uint8Array =>
      toFunction({ states: { seen: undefined }, invocations: [wireValue.string(text)] });

    const before = await handler.answer(batch("leaves work behind"));
    const meanwhile = decode(await handler.answer(batch("runs")));

    expect(hex(before)).toBe(golden.R4);
    expect(errors).toHaveLength(Object.keys(uses).length);
    expect(handler.reports.map(({ error }) => error.code)).toEqual(["context-closed"]);
    expect(meanwhile.messages.map(({ argument }) => argument)).toEqual([wireValue.int(1), wireValue.int(2)]);
    expect(meanwhile.mutations.map(({ value }) => value)).toEqual([wireValue.int(1)]);
    expect([...meanwhile.delayed, ...meanwhile.egresses]).toEqual([]);
  });

  test("K61: what it does before the batch is answered belongs to the batch", async () => {
    const started = gate();
    const handler = recordingHandler([
      fn({}, async (context, text) => {
        if (text === "first") {
          void started.passed.then(() => {
            context.send(T.address("late"), types.int(1));
          });
          return;
        }
        started.open();
        await new Promise((resolve) => setImmediate(resolve));
        context.send(T.address("second"), types.int(2));
      }),
    ]);

    const answer = decode(
      await handler.answer(
        toFunction({ invocations: [wireValue.string("first"), wireValue.string("second")] }),
      ),
    );

    expect(answer.messages.map(({ to }) => to?.id)).toEqual(["late", "second"]);
    expect(handler.reports).toEqual([]);
  });

  test("K61: after a failed batch it throws too, and is not reported: the batch comes again as a whole", async () => {
    const failed = gate();
    const errors: unknown[] = [];
    const late: Promise<void>[] = [];
    const handler = recordingHandler([
      fn({}, (context) => {
        late.push(
          failed.passed.then(() => {
            try {
              context.send(T.address("2"), types.int(7));
            } catch (error) {
              errors.push(error);
            }
          }),
        );
        throw new Error("boom");
      }),
    ]);

    const failure = await handler.failure(V1);
    failed.open();
    await Promise.all(late);

    expect(errors).toEqual([expect.objectContaining({ code: "context-closed" })]);
    expect(handler.reports.map(({ error }) => error)).toEqual([failure]);
  });

  test("K61: an update whose change outlives its batch is refused", async () => {
    const handler = recordingHandler([
      fn({ seen: types.int }, async ({ storage, signal }) => {
        storage.seen.update(() => {
          controller.abort();
          return signal.aborted ? 1 : 2;
        });
      }),
    ]);
    const controller = new AbortController();

    const answer = await handler.answer(V2, controller.signal).then(hex, (error: unknown) => error);

    // The signal is looked at when the handler has returned: too late to stop it, early enough to drop its effects.
    expect(answer).toMatchObject({ code: "client-disconnected" });
  });
});

describe("K62: a handler may return anything with a then", () => {
  const nothing = (): void => undefined;
  const thenables: Readonly<Record<string, (done: () => void) => PromiseLike<void>>> = {
    "an object": (done) => ({
      then: ((resolve: () => void) => {
        queueMicrotask(() => {
          done();
          resolve();
        });
      }) as never,
    }),
    "an object that resolves at once": (done) => ({
      then: ((resolve: () => void) => {
        done();
        resolve();
      }) as never,
    }),
    "a function": (done) =>
      Object.assign(nothing, {
        then: (resolve: () => void) => {
          setImmediate(() => {
            done();
            resolve();
          });
        },
      }) as never,
    "an object that begins only when it is asked": (done) => {
      let begun = false;
      return {
        then: ((resolve: () => void) => {
          if (begun) throw new Error("begun twice");
          begun = true;
          setImmediate(() => {
            done();
            resolve();
          });
        }) as never,
      };
    },
    "one that resolves with another": (done) => ({
      then: ((resolve: (value: unknown) => void) => {
        resolve(
          new Promise<void>((inner) =>
            setImmediate(() => {
              done();
              inner();
            }),
          ),
        );
      }) as never,
    }),
    "one that resolves twice": (done) => ({
      then: ((resolve: () => void) => {
        setImmediate(() => {
          done();
          resolve();
          resolve();
        });
      }) as never,
    }),
    "one that inherits its then": (done) =>
      Object.create({
        then: (resolve: () => void) => {
          setImmediate(() => {
            done();
            resolve();
          });
        },
      }) as never,
    "a promise of a subclass": (done) =>
      new (class extends Promise<void> {})((resolve) =>
        setImmediate(() => {
          done();
          resolve();
        }),
      ),
  };

  test.each(Object.entries(thenables))("K62: %s is waited for", async (_, thenable) => {
    const handler = recordingHandler([
      fn({ seen: types.int }, (context) =>
        thenable(() => {
          context.storage.seen.update((n = 0) => n + 1);
        }),
      ),
    ]);

    const answer = await handler.answer(V3);

    expect(hex(answer)).toBe(golden.R3);
    expect(handler.reports).toEqual([]);
  });

  const boom = new Error("boom");
  const failing: Readonly<Record<string, () => unknown>> = {
    "that rejects": () => ({
      then: (_resolve: unknown, reject: (error: unknown) => void) => {
        reject(boom);
      },
    }),
    "that rejects later": () => ({
      then: (_resolve: unknown, reject: (error: unknown) => void) => {
        setImmediate(() => {
          reject(boom);
        });
      },
    }),
    "whose then throws": () => ({
      then: () => {
        throw boom;
      },
    }),
    "whose then cannot be read": () =>
      Object.defineProperty({}, "then", {
        get: () => {
          throw boom;
        },
      }),
  };

  test.each(Object.entries(failing))("K62: one %s fails the batch", async (_, thenable) => {
    const handler = recordingHandler([fn({}, () => thenable() as never)]);

    const failure = await handler.failure(V1);

    expect(failure).toMatchObject({ code: "function-failed", cause: boom });
    expect(handler.reports).toHaveLength(1);
  });

  test.each([undefined, null, 0, "", "text", {}, [], { then: 1 }, () => 1])(
    "K62: anything else that is returned is ignored: %p",
    async (returned) => {
      const handler = recordingHandler([fn({}, () => returned as never)]);

      expect(handler.handle(V1)).toBeInstanceOf(Uint8Array);
      expect(hex(await handler.answer(V1))).toBe(golden.R4);
    },
  );
});

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
});

function throwAnything(value: unknown): never {
  const throwing: Iterator<never> = {
    next: () => ({ done: true, value: undefined }),
    throw: undefined as never,
  };
  void throwing;
  throw value as Error;
}
