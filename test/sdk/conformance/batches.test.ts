import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { functionType, kafkaEgress, requestReplyHandler, statefulFunction, types } from "statefun";
import { statusTable } from "../../../server-adapters/answer.js";
import { decode, effects } from "../../support/decode.js";
import { gate } from "../../support/gate.js";
import { hex } from "../../support/hex.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { toFunction } from "../../support/to-function.js";
import { wireValue } from "../../support/wire-value.js";
import { golden, V1, V2, V3 } from "./golden-bytes.js";
import { fn, T, ways } from "./ns-fn.js";

function batch(...texts: readonly string[]): Uint8Array {
  return toFunction({
    states: { seen: undefined },
    invocations: texts.map((text) => wireValue.string(text)),
  });
}

describe("invocations of a batch run one at a time", () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  test("K19: three handlers that wait ever shorter finish in the order of their messages", async () => {
    jest.useFakeTimers();
    const log: string[] = [];
    const handler = recordingHandler([
      fn({ seen: types.string }, async (context, millis) => {
        log.push(`begin ${millis}`);
        await new Promise((resolve) => setTimeout(resolve, Number(millis)));
        context.send(T.address(millis), types.int(Number(millis)));
        context.storage.seen.update((held = "") => `${held}${millis} `);
        log.push(`end ${millis}`);
      }),
    ]);

    const answer = handler.answer(batch("30", "20", "10"));
    await jest.advanceTimersByTimeAsync(60);

    expect(log).toEqual(["begin 30", "end 30", "begin 20", "end 20", "begin 10", "end 10"]);
    expect(decode(await answer)).toEqual(
      effects({
        messages: [30, 20, 10].map((n) => ({
          to: { namespace: "ns", type: "t", id: String(n) },
          argument: wireValue.int(n),
        })),
        mutations: [{ type: "MODIFY", name: "seen", value: wireValue.string("30 20 10 ") }],
      }),
    );
  });

  test("K19: no handler begins while an earlier one is held", async () => {
    const gates = [gate(), gate(), gate()];
    const log: string[] = [];
    const handler = recordingHandler([
      fn({}, async (_context, index) => {
        log.push(`begin ${index}`);
        await gates[Number(index)]?.passed;
        log.push(`end ${index}`);
      }),
    ]);

    const answer = handler.answer(toFunction({ invocations: ["0", "1", "2"].map(wireValue.string) }));
    gates[2]?.open();
    gates[1]?.open();
    await settled();
    const before = [...log];
    gates[0]?.open();
    await answer;

    expect(before).toEqual(["begin 0"]);
    expect(log).toEqual(["begin 0", "end 0", "begin 1", "end 1", "begin 2", "end 2"]);
  });

  test("K19: handlers that return and handlers that wait may alternate", async () => {
    const order: string[] = [];
    const handler = recordingHandler([
      fn({}, (_context, text) => {
        order.push(text);
        if (text.startsWith("sync")) return undefined;
        return Promise.resolve().then(() => void order.push(`${text} done`));
      }),
    ]);
    const texts = ["sync 1", "wait 1", "sync 2", "sync 3", "wait 2", "wait 3", "sync 4"];

    await handler.answer(toFunction({ invocations: texts.map(wireValue.string) }));

    expect(order).toEqual(
      texts.flatMap((text) => (text.startsWith("sync") ? [text] : [text, `${text} done`])),
    );
  });
});

describe.each(ways)("a failure of %s", (_, way) => {
  const Out = kafkaEgress("ns/eg");
  const boom = new Error("boom");
  const failing = (ran: string[] = []): Parameters<typeof recordingHandler>[0] => [
    fn(
      { seen: types.int },
      way((context, text) => {
        ran.push(text);
        context.storage.seen.update((n = 0) => n + 1);
        context.send(T.address("2"), types.int(7));
        context.sendAfter({ seconds: 1 }, T.address("2"), types.int(7), {
          cancellationToken: `token ${text}`,
        });
        context.send(Out, { topic: "t", value: text });
        if (text === "throw") throw boom;
      }),
    ),
  ];

  test.each([
    [["throw", "b", "c"], ["throw"]],
    [
      ["a", "throw", "c"],
      ["a", "throw"],
    ],
    [
      ["a", "b", "throw"],
      ["a", "b", "throw"],
    ],
    [["throw"], ["throw"]],
  ])("K20: an error fails the whole batch, and nothing behind it runs: %j", async (texts, expected) => {
    const ran: string[] = [];
    const handler = recordingHandler(failing(ran));

    const failure = await handler.failure(batch(...texts));

    expect(ran).toEqual(expected);
    expect(failure).toMatchObject({ code: "function-failed", typename: "ns/fn", id: "1", cause: boom });
    expect(statusTable[failure.code].status).toBe(500);
  });

  test("K21: an error is reported once, with its stack and the address it belongs to", async () => {
    const handler = recordingHandler(failing());

    const failure = await handler.failure(batch("a", "throw", "throw"));

    expect(handler.reports).toEqual([{ error: failure, site: { typename: "ns/fn", id: "1" } }]);
    expect(failure.cause).toBe(boom);
    expect((failure.cause as Error).stack).toContain("batches.test");
    expect(failure.message).toContain("io.statefun.types/string");
    expect(failure.message).toContain('ns/fn "1"');
    expect(failure.message).toContain("boom");
  });

  test("K21: without onError, an error is printed once", async () => {
    const print = jest.spyOn(console, "error").mockImplementation(() => undefined);
    const handler = requestReplyHandler(failing());

    await expect(Promise.resolve().then(() => handler.handle(batch("throw")))).rejects.toMatchObject({
      code: "function-failed",
    });

    const printed = print.mock.calls;
    print.mockRestore();
    expect(printed).toEqual([
      ['statefun: ns/fn "1" failed:', expect.objectContaining({ code: "function-failed", cause: boom })],
    ]);
  });

  test("K21: an onError that throws hides neither error", async () => {
    const print = jest.spyOn(console, "error").mockImplementation(() => undefined);
    const broken = new Error("onError is broken");
    const handler = requestReplyHandler(failing(), {
      onError: () => {
        throw broken;
      },
    });

    const failure: unknown = await Promise.resolve()
      .then(() => handler.handle(batch("throw")))
      .catch((error: unknown) => error);

    const printed = print.mock.calls.flat();
    print.mockRestore();
    expect(failure).toMatchObject({ code: "function-failed", cause: boom });
    expect(printed).toEqual([broken, failure]);
  });

  test("K22: a batch that failed leaves nothing behind when it is sent again", async () => {
    let fails = true;
    const served = fn(
      { seen: types.int },
      way((context, text) => {
        context.storage.seen.update((n = 0) => n + 1);
        context.send(T.address(text), types.int(7));
        context.sendAfter({ seconds: 1 }, T.address("2"), types.int(7), { cancellationToken: text });
        context.cancelDelayedMessage("another");
        context.send(Out, { topic: "t", key: text, value: text.repeat(100) });
        if (fails && text === "b") throw boom;
      }),
    );
    const request = batch("a", "b", "c");
    fails = false;
    const first = hex(await recordingHandler([served]).answer(request));
    const handler = recordingHandler([served]);

    for (let round = 0; round < 100; round++) {
      fails = true;
      await handler.failure(request);
      fails = false;
      const again = hex(await handler.answer(request));

      expect(again).toBe(first);
    }
    expect(handler.reports).toHaveLength(100);
  });

  test("K23: the same request has the same answer, however often it comes", async () => {
    const handler = recordingHandler([
      fn(
        { seen: types.int },
        way(({ storage }) => void storage.seen.update((n = 0) => n + 1)),
      ),
    ]);

    const answers = [
      await handler.answer(V2),
      await handler.answer(V2),
      await handler.answer(V3),
      await handler.answer(V2),
    ];

    expect(answers.map(hex)).toEqual([golden.R2, golden.R2, golden.R3, golden.R2]);
  });

  test("K23: an answer stays as it is while later ones are made", async () => {
    const handler = recordingHandler([
      fn(
        { seen: types.int },
        way(({ storage }) => void storage.seen.update((n = 0) => n + 1)),
      ),
    ]);

    const kept = await handler.answer(V2);
    kept.fill(0xff);
    const later = await handler.answer(V2);

    expect(hex(later)).toBe(golden.R2);
    expect(hex(kept)).toBe("ff".repeat(kept.length));
  });

  test("K23: a request is not changed by answering it", async () => {
    const handler = recordingHandler([
      fn(
        { seen: types.int },
        way(({ storage }) => {
          storage.seen.remove();
        }),
      ),
    ]);
    const request = V3.slice();

    await handler.answer(request);

    expect(hex(request)).toBe(hex(V3));
  });
});

describe("batches of different addresses", () => {
  const Other = functionType("ns/other", []);
  const count = 100;
  const ids = Array.from({ length: count }, (_, index) => String(index + 1));

  function request(id: string): Uint8Array {
    const caller = { namespace: "ns", type: "other", id: `caller of ${id}` };
    return toFunction({
      target: { namespace: "ns", type: "fn", id },
      states: { seen: wireValue.string(`state of ${id}`) },
      invocations: ["first", "second"].map((text) => ({
        caller,
        argument: wireValue.string(`${text} of ${id}`),
      })),
    });
  }

  test("K24: a hundred interleaved batches keep their storage, callers and effects apart", async () => {
    const gates = new Map(ids.map((id) => [id, gate()]));
    const served = statefulFunction(functionType("ns/fn", [types.string]), {
      storage: { seen: types.string },
      on: {
        async [types.string.typename](context, text) {
          context.storage.seen.update((held = "") => `${held}, ${text}`);
          await gates.get(context.self.id)?.passed;
          const caller = Other.from(context.caller);
          context.send(T.address(context.self.id), types.int(Number(context.self.id)));
          await Promise.resolve();
          context.storage.seen.update((held = "") => `${held} by ${caller?.id ?? "nobody"}`);
        },
      },
    });
    const handler = recordingHandler([served]);

    const answers = new Map(ids.map((id) => [id, handler.answer(request(id))]));
    // 37 has no factor in common with 100, so this opens each gate once, in an order unlike the one they closed in.
    for (let step = 0; step < count; step++) {
      gates.get(String(((step * 37) % count) + 1))?.open();
      if (step % 3 === 0) await settled();
    }

    for (const id of ids) {
      const answer = await answers.get(id);
      const by = ` by caller of ${id}`;
      expect(decode(answer ?? new Uint8Array())).toEqual(
        effects({
          messages: [1, 2].map(() => ({
            to: { namespace: "ns", type: "t", id },
            argument: wireValue.int(Number(id)),
          })),
          mutations: [
            {
              type: "MODIFY",
              name: "seen",
              value: wireValue.string(`state of ${id}, first of ${id}${by}, second of ${id}${by}`),
            },
          ],
        }),
      );
    }
    expect(handler.reports).toEqual([]);
  });

  test("K24: a batch that a handler starts while it runs stays apart from its own", async () => {
    const inner = recordingHandler([
      fn({}, (context) => {
        context.send(T.address("inner"), types.int(1));
      }),
    ]);
    const within: string[] = [];
    const outer = recordingHandler([
      fn({}, (context) => {
        context.send(T.address("before"), types.int(2));
        within.push(hex(inner.handle(V1) as Uint8Array));
        context.send(T.address("after"), types.int(3));
      }),
    ]);

    const answer = decode(await outer.answer(V1));
    const alone = hex(await inner.answer(V1));

    expect(answer.messages.map(({ to }) => to?.id)).toEqual(["before", "after"]);
    expect(within).toEqual([alone]);
  });
});

/** Lets everything that can go on go on. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
