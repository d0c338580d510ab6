import { describe, expect, jest, test } from "@jest/globals";
import { customType, functionType, statefulFunction, types } from "statefun";
import type { Context } from "statefun";
import { decode, effects } from "../support/decode.js";
import { hex } from "../support/hex.js";
import { recordingHandler } from "../support/recording-handler.js";
import { toFunction } from "../support/to-function.js";
import { wireValue } from "../support/wire-value.js";
import { golden, V1 } from "./conformance/golden-bytes.js";
import { fn, fnOtherwise } from "./conformance/ns-fn.js";

function batch(...texts: readonly string[]): Uint8Array {
  return toFunction({ states: { seen: undefined }, invocations: texts.map(wireValue.string) });
}

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

  const stored = (...texts: readonly string[]): Uint8Array =>
    toFunction({
      states: { seen: wireValue.text("test/text", "held ") },
      invocations: texts.map(wireValue.string),
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

    const answer = await handler.answer(stored("a", "b", "c"));

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
    await handler.answer(stored("r", "r"));

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
