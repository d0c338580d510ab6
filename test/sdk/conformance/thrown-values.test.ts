import { describe, expect, test } from "@jest/globals";
import type { AnyStatefulFunction } from "statefun";
import { StateFunError } from "statefun";
import { statusTable } from "../../../server-adapters/answer.js";
import { hex } from "../../support/hex.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { toFunction } from "../../support/to-function.js";
import { wireValue } from "../../support/wire-value.js";
import { golden, V1 } from "./golden-bytes.js";
import { fn } from "./ns-fn.js";

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
  "an object without a prototype": Object.create(null) as unknown,
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
      if (text === "hi") throw value as Error;
    }),
    rejected: fn({}, async (_context, text) => {
      await Promise.resolve();
      if (text === "hi") throw value as Error;
    }),
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
  const own = new StateFunError("serialization", "not a cart");
  const handler = recordingHandler([fn({}, () => Promise.reject(own))]);

  const failure = await handler.failure(V1);

  expect(failure).toBe(own);
});

test.each(["malformed-request", "request-too-large", "client-disconnected", "overloaded"] as const)(
  "K60: an author's error with the code %s, which speaks of a request, does not choose the answer",
  async (code) => {
    const own = new StateFunError(code, "thrown by a handler");
    const handler = recordingHandler([fn({}, () => Promise.reject(own))]);

    const failure = await handler.failure(V1);

    expect(failure).toMatchObject({ code: "function-failed", cause: own });
    expect(handler.reports).toHaveLength(1);
  },
);
