import { describe, expect, test } from "@jest/globals";
import { types } from "statefun";
import type { Context, StateFunError, Value } from "statefun";
import { decode, effects } from "../support/decode.js";
import { gate } from "../support/gate.js";
import { recordingHandler } from "../support/recording-handler.js";
import type { RecordingHandler } from "../support/recording-handler.js";
import { toFunction } from "../support/to-function.js";
import { wireValue } from "../support/wire-value.js";
import { V1 } from "./conformance/golden-bytes.js";
import { fn } from "./conformance/ns-fn.js";

function batch(...texts: readonly string[]): Uint8Array {
  return toFunction({ states: { seen: undefined }, invocations: texts.map(wireValue.string) });
}

const seenOnce = effects({ mutations: [{ type: "MODIFY", name: "seen", value: wireValue.int(1) }] });

describe("a context that is used after its batch was answered", () => {
  type Use = (context: Context, seen: Value<number>) => void;
  const send: Use = (context) => {
    context.send(context.self, types.string("late"));
  };
  const uses: Readonly<Record<string, Use>> = {
    send,
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
    use: Use,
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

  test.each(Object.entries(uses))(
    "throws context-closed at %s each time, and is reported once",
    async (_, use) => {
      const { handler, caught, answer } = await late(use);

      expect(caught).toHaveLength(3);
      for (const error of caught) {
        expect(error).toMatchObject({ code: "context-closed", typename: "ns/fn", id: "1" });
        expect((error as StateFunError).message).toContain("await everything that a handler starts");
        expect((error as StateFunError).stack).toContain("context-closed.test");
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
    const { handler } = await late(send);

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
});
