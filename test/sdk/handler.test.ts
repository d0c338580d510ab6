import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { functionType, requestReplyHandler, statefulFunction, StateFunError, types } from "statefun";
import type { AnyStatefulFunction } from "statefun";
import { hex } from "../support/hex.js";
import { recordingHandler } from "../support/recording-handler.js";
import { toFunction } from "../support/to-function.js";
import { wireValue } from "../support/wire-value.js";
import { golden, V1 } from "./conformance/golden-bytes.js";
import { fn } from "./conformance/ns-fn.js";

const silent = fn({}, () => undefined);
const unhandled: unknown[] = [];
const note = (error: unknown): void => void unhandled.push(error);

afterEach(() => {
  jest.restoreAllMocks();
});

describe("requestReplyHandler", () => {
  const counter = statefulFunction(functionType("shop/counter", [types.int]), {
    storage: { seen: types.long },
    on: { [types.int.typename]: () => undefined },
  });

  test("lists the functions it serves, in the order they were given", () => {
    const handler = requestReplyHandler([silent, counter]);

    expect(handler.functions).toEqual([silent, counter]);
    expect(Object.isFrozen(handler.functions)).toBe(true);
    expect(handler.functions[1]).toMatchObject({
      typename: "shop/counter",
      accepts: [types.int],
      acceptsOthers: false,
      storage: { seen: { type: types.long } },
    });
  });

  test("says of a function with an `otherwise` that it accepts other types, too", () => {
    const any = statefulFunction(functionType("shop/any", []), { on: {}, otherwise: () => undefined });

    expect(requestReplyHandler([any]).functions[0]).toMatchObject({ accepts: [], acceptsOthers: true });
  });

  test("does not notice what becomes of the list", () => {
    const functions = [silent];
    const handler = requestReplyHandler(functions);

    functions.pop();

    expect(handler.functions).toEqual([silent]);
    expect(hex(handler.handle(V1) as Uint8Array)).toBe(golden.R4);
  });

  test("serves requests of at most 64 MiB unless told otherwise", () => {
    expect(requestReplyHandler([silent]).maxRequestBytes).toBe(64 * 1024 * 1024);
    expect(requestReplyHandler([silent], { maxRequestBytes: 7 }).maxRequestBytes).toBe(7);
  });

  test("refuses a function that is given twice", () => {
    const again = fn({}, () => undefined);

    expect(() => requestReplyHandler([silent, counter, again])).toThrow(
      "[invalid-argument] the function ns/fn is given twice: remove one",
    );
  });

  test.each([
    ["a function type", [functionType("shop/cart", [])], "an object (Object)"],
    ["a plain function", [(): void => undefined], "a function"],
    ["nothing, as a cyclic import leaves it", [undefined], "undefined"],
  ])("refuses %s in the list", (_, functions, printed) => {
    const make = (): unknown => requestReplyHandler(functions as unknown as AnyStatefulFunction[]);

    expect(make).toThrow(
      `[invalid-argument] requestReplyHandler was given ${printed}, which is not a function: pass what statefulFunction(…) returned`,
    );
  });

  test("refuses a function that is not in a list", () => {
    const make = (): unknown => requestReplyHandler(silent as unknown as AnyStatefulFunction[]);

    expect(make).toThrow(
      "[invalid-argument] requestReplyHandler was given an object (Object), which is not a list",
    );
  });

  test.each<[Record<string, unknown>, string]>([
    [{ maxRequestBytes: 0 }, "maxRequestBytes is 0, not a whole number of bytes from 1 on"],
    [{ maxRequestBytes: -1 }, "maxRequestBytes is -1, not a whole number"],
    [{ maxRequestBytes: 1.5 }, "maxRequestBytes is 1.5, not a whole number"],
    [{ maxRequestBytes: Number.NaN }, "maxRequestBytes is NaN, not a whole number"],
    [{ maxRequestBytes: Number.POSITIVE_INFINITY }, "maxRequestBytes is Infinity, not a whole number"],
    [{ maxRequestBytes: "16 MiB" }, 'maxRequestBytes is "16 MiB", not a whole number'],
    [{ observe: () => undefined }, "observe is a function, not an object"],
    [{ onError: "log" }, 'onError is "log", not a function'],
    [{ batchTimeout: { milliseconds: 0 } }, "batchTimeout is 0 ms: choose from 1 ms to 24 days"],
    [{ batchTimeout: { milliseconds: 0.5 } }, "batchTimeout is 0 ms: choose from 1 ms to 24 days"],
    [{ batchTimeout: { days: 25 } }, "batchTimeout is 2160000000 ms: choose from 1 ms to 24 days"],
    [{ batchTimeout: { seconds: -1 } }, "the batchTimeout is negative (-1000 ms)"],
    [{ batchTimeout: 30_000 }, "the batchTimeout is number"],
  ])("refuses the options %j", (options, problem) => {
    const make = (): unknown => requestReplyHandler([silent], options);

    expect(make).toThrow(StateFunError);
    expect(make).toThrow(`[invalid-argument] ${problem}`);
  });

  test.each([{ milliseconds: 1 }, { days: 24 }])("takes a batchTimeout of %j", (batchTimeout) => {
    expect(() => requestReplyHandler([silent], { batchTimeout })).not.toThrow();
  });
});

describe("a request", () => {
  test("may be a byte array, a Node buffer, or a part of a larger one", () => {
    const padded = new Uint8Array(V1.length + 20);
    padded.set(V1, 7);
    const handler = recordingHandler([silent]);

    const answers = [V1, Buffer.from(V1), padded.subarray(7, 7 + V1.length)].map((request) =>
      handler.handle(request),
    );

    expect(answers.map((answer) => hex(answer as Uint8Array))).toEqual([golden.R4, golden.R4, golden.R4]);
  });

  test.each([
    ["no bytes", new Uint8Array(0)],
    ["text", new TextEncoder().encode("GET / HTTP/1.1")],
    ["a batch without a target", Uint8Array.of(0xa2, 0x06, 0x02, 0x1a, 0x00)],
    ["one that is cut short", V1.subarray(0, V1.length - 1)],
  ])("of %s is malformed-request, reported once without an address", async (_, request) => {
    const handler = recordingHandler([silent]);

    const failure = await handler.failure(request);

    expect(failure.code).toBe("malformed-request");
    expect(handler.reports).toEqual([{ error: failure, site: {} }]);
  });

  test.each([
    ["ns", "other"],
    ["NS", "fn"],
    ["ns", "fn/1"],
    ["", "ns/fn"],
    ["ns/fn", ""],
  ])(
    "for %j, %j, which is not served, is unknown-function, reported once with its address",
    async (namespace, type) => {
      const handler = recordingHandler([silent]);
      const target = { namespace, type, id: "alice" };

      const failure = await handler.failure(toFunction({ target, invocations: [wireValue.string("hi")] }));

      const site = { typename: `${namespace}/${type}`, id: "alice" };
      expect(failure).toMatchObject({ code: "unknown-function", ...site });
      expect(failure.message).toBe(
        `[unknown-function] no function "${site.typename}" is served here; there is ns/fn: add it to requestReplyHandler([…]), or correct the module's endpoint`,
      );
      expect(handler.reports).toEqual([{ error: failure, site }]);
    },
  );

  test("for any function is unknown where none is served", async () => {
    const failure = await recordingHandler([]).failure(V1);

    expect(failure.message).toContain("there is none");
  });

  test("is answered without a promise if its handlers make none, and with one if they do", async () => {
    const sync = requestReplyHandler([silent]);
    const async = requestReplyHandler([fn({}, async () => undefined)]);

    const now = sync.handle(V1);
    const later = async.handle(V1);

    expect(now).toBeInstanceOf(Uint8Array);
    expect(later).toBeInstanceOf(Promise);
    expect(hex(await later)).toBe(hex(await now));
  });
});

describe("report", () => {
  const error = new StateFunError("overloaded", "try again");

  test("hands an error that arose elsewhere to onError, with its site", () => {
    const handler = recordingHandler([silent]);

    handler.report(error, { typename: "ns/fn" });
    handler.report(error);

    expect(handler.reports).toEqual([
      { error, site: { typename: "ns/fn" } },
      { error, site: {} },
    ]);
  });

  test("prints both errors where onError throws, and does not throw itself", () => {
    const print = jest.spyOn(console, "error").mockImplementation(() => undefined);
    const broken = new Error("onError is broken");
    const handler = requestReplyHandler([silent], {
      onError: () => {
        throw broken;
      },
    });

    expect(() => {
      handler.report(error);
    }).not.toThrow();

    expect(print.mock.calls).toEqual([[broken], [error]]);
  });

  test("prints both errors where an async onError rejects, and nothing is left unhandled", async () => {
    const print = jest.spyOn(console, "error").mockImplementation(() => undefined);
    const broken = new Error("onError is broken");
    const rejecting: (...told: unknown[]) => unknown = () => Promise.reject(broken);
    const handler = requestReplyHandler([silent], { onError: rejecting });
    process.on("unhandledRejection", note);

    handler.report(error);
    await new Promise((resolve) => setImmediate(resolve));

    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
    expect(print.mock.calls).toEqual([[broken], [error]]);
  });
});
