import { describe, expect, jest, test } from "@jest/globals";
import { requestReplyHandler, StateFunError, types } from "statefun";
import type { Observer } from "statefun";
import { hex } from "../support/hex.js";
import { recordingHandler } from "../support/recording-handler.js";
import { toFunction } from "../support/to-function.js";
import { wireValue } from "../support/wire-value.js";
import { golden, V1, V3 } from "./conformance/golden-bytes.js";
import { fn, ways } from "./conformance/ns-fn.js";

const broken = new Error("the observer is broken");

/** An observer that writes down when it is called, under a name. */
function named(name: string, log: string[]): Observer {
  return {
    async batch(_batch, run) {
      log.push(`${name}: batch begins`);
      const answer = await run();
      log.push(`${name}: batch ends`);
      return answer;
    },
    async invocation(_invocation, run) {
      log.push(`${name}: invocation begins`);
      await run();
      log.push(`${name}: invocation ends`);
    },
    failure: ({ code }) => log.push(`${name}: ${code}`),
  };
}

/** Lets everything that can go on go on. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe.each(ways)("several observers around %s", (_, way) => {
  const counter = (): ReturnType<typeof fn> =>
    fn(
      { seen: types.int },
      way(({ storage }) => void storage.seen.update((n = 0) => n + 1)),
    );

  test("are one in the other, the first outermost", async () => {
    const log: string[] = [];
    const handle = way(() => void log.push("handler"));
    const handler = recordingHandler([fn({}, handle)], { observe: [named("a", log), named("b", log)] });

    await handler.answer(V1);
    await settled();

    const of = (what: string): string[] => log.filter((line) => line.includes(what) || line === "handler");
    expect(log.slice(0, 5)).toEqual([
      "a: batch begins",
      "b: batch begins",
      "a: invocation begins",
      "b: invocation begins",
      "handler",
    ]);
    expect(of("invocation ends")).toHaveLength(3);
    expect(of("batch ends")).toHaveLength(3);
  });

  test.each(["batch", "invocation"] as const)(
    "whose outer one never calls run on a %s leave the inner one and the handler as they were",
    async (method) => {
      const log: string[] = [];
      const idle = { [method]: () => undefined } as unknown as Observer;
      const handler = recordingHandler([counter()], { observe: [idle, named("b", log)] });

      const answer = await handler.answer(V3);
      await settled();

      expect(hex(answer)).toBe(golden.R3);
      expect(log.filter((line) => line === `b: ${method} begins`)).toHaveLength(method === "batch" ? 1 : 2);
      expect(handler.reports).toEqual([]);
    },
  );

  test.each([
    ["inner", (failing: Observer, other: Observer) => [other, failing]],
    ["outer", (failing: Observer, other: Observer) => [failing, other]],
  ] as const)(
    "whose %s one throws: it is reported once, and the other sees a success",
    async (_name, both) => {
      const log: string[] = [];
      const failing: Observer = {
        batch(_batch, run) {
          void run();
          throw broken;
        },
      };
      const handler = recordingHandler([counter()], { observe: both(failing, named("other", log)) });

      const answer = await handler.answer(V3);
      await settled();

      expect(hex(answer)).toBe(golden.R3);
      expect(handler.reports.map(({ error }) => error.cause)).toEqual([broken]);
      expect(log).toContain("other: batch ends");
    },
  );

  test("all see a failure of the handler as the same error, and are told of it", async () => {
    const seen: unknown[] = [];
    const watching: Observer = {
      async batch(_batch, run) {
        try {
          return await run();
        } catch (error) {
          seen.push(error);
          throw error;
        }
      },
      failure: (error) => seen.push(error),
    };
    const handle = way(() => {
      throw broken;
    });
    const handler = recordingHandler([fn({}, handle)], { observe: [watching, watching] });

    const failure = await handler.failure(V1);
    await settled();

    expect(seen).toEqual([failure, failure, failure, failure]);
    expect(handler.reports).toHaveLength(1);
  });
});

describe("failures that observers are told of", () => {
  test("are told to the observer before onError, with the same error and site", () => {
    const log: unknown[] = [];
    const handler = requestReplyHandler(
      [
        fn({}, () => {
          throw broken;
        }),
      ],
      {
        observe: { failure: (error, site) => log.push(["observer", error, site]) },
        onError: (error, site) => log.push(["onError", error, site]),
      },
    );

    expect(() => handler.handle(V1)).toThrow("the observer is broken");

    const failure = expect.objectContaining({ code: "function-failed", cause: broken }) as unknown;
    const site = { typename: "ns/fn", id: "1" };
    expect(log).toEqual([
      ["observer", failure, site],
      ["onError", failure, site],
    ]);
  });

  test("of requests that make no batch are told too", async () => {
    const seen: unknown[] = [];
    const handler = recordingHandler([], {
      observe: { failure: ({ code }, site) => seen.push([code, site]) },
    });

    await handler.failure(new Uint8Array(0));
    await handler.failure(V1);
    handler.report(new StateFunError("unsupported-media-type", "of an adapter"));

    expect(seen).toEqual([
      ["malformed-request", {}],
      ["unknown-function", { typename: "ns/fn", id: "1" }],
      ["unsupported-media-type", {}],
    ]);
  });

  test.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw broken;
      },
    ],
    ["rejects", () => Promise.reject(broken)],
  ])("reach onError also if the observer %s, which goes to the console", async (_, failure) => {
    const printed = jest.spyOn(console, "error").mockImplementation(() => undefined);
    const handler = recordingHandler([], { observe: { failure } as Observer });

    await handler.failure(V1);
    await settled();

    const calls = [...printed.mock.calls];
    printed.mockRestore();
    expect(handler.reports.map(({ error }) => error.code)).toEqual(["unknown-function"]);
    expect(calls).toEqual([[broken]]);
  });
});

test("an observer may ask a batch for the headers of its messages", async () => {
  const seen: unknown[] = [];
  const observe: Observer = {
    batch(batch, run) {
      seen.push(batch.messageHeaders);
      return run();
    },
  };
  const request = toFunction({
    invocations: [
      wireValue.string("a"),
      { ...wireValue.string("b"), headers: [{ key: "trace", hex: "01" }, { key: "none" }] },
    ],
  });

  await recordingHandler([fn({}, () => undefined)], { observe }).answer(request);

  expect(seen).toEqual([
    [
      [],
      [
        { key: "trace", value: Uint8Array.of(1) },
        { key: "none", value: undefined },
      ],
    ],
  ]);
});

test("an empty list of observers is none", async () => {
  const handler = recordingHandler([fn({}, () => undefined)], { observe: [] });

  expect(hex(await handler.answer(V1))).toBe("a20600");
});

test.each<[string, unknown, string]>([
  ["text", "metrics", 'observe is "metrics", not an object'],
  ["nothing in a list", [{}, undefined], "observe[1] is undefined, not an object"],
  ["a method that is none", { batch: 7 }, "observe.batch is 7, not a function"],
  ["one in a list", [{ outgoingHeaders: "x" }], 'observe[0].outgoingHeaders is "x", not a function'],
])("observe refuses %s", (_, observe, problem) => {
  let thrown: unknown;

  try {
    requestReplyHandler([], { observe: observe as Observer });
  } catch (error) {
    thrown = error;
  }

  expect(thrown).toBeInstanceOf(StateFunError);
  expect(thrown).toMatchObject({ code: "invalid-argument" });
  expect((thrown as StateFunError).message).toContain(problem);
});
