import { describe, expect, test } from "@jest/globals";
import type { Context } from "statefun";
import { kafkaEgress, types } from "statefun";
import { decode } from "../../support/decode.js";
import { gate } from "../../support/gate.js";
import { hex } from "../../support/hex.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { toFunction } from "../../support/to-function.js";
import { wireValue } from "../../support/wire-value.js";
import { golden, V1, V2 } from "./golden-bytes.js";
import { fn, T } from "./ns-fn.js";

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
              use(context);
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
    const reports = [...handler.reports];
    const next = await handler.answer(V2);

    expect([hex(answer), hex(next)]).toEqual([golden.R4, golden.R4]);
    const closed = expect.objectContaining({ code: "context-closed", typename: "ns/fn", id: "1" });
    expect(errors.slice(0, 3)).toEqual([closed, closed, closed]);
    expect(reports).toEqual([{ error: closed, site: { typename: "ns/fn", id: "1" } }]);
    expect(reports[0]?.error).toBe(errors[0]);
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
                use(context);
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
});
