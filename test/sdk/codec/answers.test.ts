import { describe, expect, test } from "@jest/globals";
import { jsonType, kafkaEgress, types, type Context } from "statefun";
import { gate, type Gate } from "../../support/gate.js";
import { hex } from "../../support/hex.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { toFunction } from "../../support/to-function.js";
import { wireValue } from "../../support/wire-value.js";
import { golden, V1 } from "../conformance/golden-bytes.js";
import { fn, T } from "../conformance/ns-fn.js";

const Records = kafkaEgress("ns/eg");

/** Adds to each list of effects. */
function sendEverywhere(
  context: Pick<Context, "send" | "sendAfter" | "cancelDelayedMessage">,
  text: string,
): void {
  context.send(T.address(text), types.int(7));
  context.sendAfter({ seconds: 1 }, T.address(text), types.int(7), { cancellationToken: `token ${text}` });
  context.send(Records, { topic: "t", value: text });
  context.cancelDelayedMessage(`token ${text}`);
}

function request(text: string): Uint8Array {
  return toFunction({ states: { held: undefined }, invocations: [wireValue.string(text)] });
}

describe("an answer", () => {
  const echo = fn({ held: types.string }, (context, text) => {
    sendEverywhere(context, text);
    context.storage.held.set(text);
  });

  test("stays what it was while later batches are answered, however long they are", async () => {
    const handler = recordingHandler([echo]);
    const lengths = [0, 1, 40, 500, 900, 950, 1000, 5000, 70_000];
    const held: { readonly answer: Uint8Array; readonly copy: string }[] = [];

    for (let i = 0; i < 300; i++) {
      const text = String.fromCharCode(97 + (i % 26)).repeat(lengths[i % lengths.length] ?? 0);
      const answer = await handler.answer(request(`x${text}`));
      held.push({ answer, copy: hex(answer) });
    }

    expect(held.filter(({ answer, copy }) => hex(answer) !== copy)).toEqual([]);
  });

  test("belongs to whoever got it: what is written to it shows in no other", async () => {
    const handler = recordingHandler([echo]);
    const first = await handler.answer(request("text"));
    const second = await handler.answer(request("text"));
    const expected = hex(second);

    first.fill(0xff);

    expect(hex(second)).toBe(expected);
    expect(hex(await handler.answer(request("text")))).toBe(expected);
  });

  test("without effects belongs to whoever got it, too", async () => {
    const handler = recordingHandler([fn({}, () => undefined)]);

    (await handler.answer(V1)).fill(0xff);

    expect(hex(await handler.answer(V1))).toBe(golden.R4);
  });

  test("holds the effects of its own batch, however many batches wait at the same time", async () => {
    const gates = new Map<string, Gate>();
    const handler = recordingHandler([
      fn({ held: types.string }, async (context, text) => {
        sendEverywhere(context, text);
        await gates.get(text)?.passed;
        sendEverywhere(context, text);
        context.storage.held.set(text);
      }),
    ]);
    const texts = Array.from({ length: 100 }, (_, i) => `batch ${String(i)}`);
    const alone = await Promise.all(texts.map(async (text) => hex(await handler.answer(request(text)))));
    for (const text of texts) gates.set(text, gate());

    const together = Promise.all(texts.map(async (text) => hex(await handler.answer(request(text)))));
    for (const text of texts.toReversed()) gates.get(text)?.open();

    expect(await together).toEqual(alone);
  });
});

describe("a batch that fails leaves nothing in the answers after it", () => {
  const Anything = jsonType("ns/anything");
  const circular: unknown[] = [];
  circular.push(circular);

  test.each<[string, string, string]>([
    ["by a throw", "throw", "function-failed"],
    ["by a rejection", "reject", "function-failed"],
    ["while its states are written", "circular", "serialization"],
    ["in the middle of its effects", "half", "invalid-argument"],
  ])("%s", async (_, way, code) => {
    const handler = recordingHandler([
      fn({ held: types.string, other: Anything }, (context, text) => {
        sendEverywhere(context, text);
        if (text === "fine") return;
        context.storage.held.set(text);
        if (text === "throw") throw new Error("thrown");
        if (text === "reject") return Promise.reject(new Error("rejected"));
        if (text === "circular") context.storage.other.set(circular as never);
        if (text === "half") context.send(T.address("\ud800"), types.int(7));
        return;
      }),
    ]);
    const states = { held: undefined, other: undefined };
    const fine = toFunction({ states, invocations: [wireValue.string("fine")] });
    const bad = toFunction({ states, invocations: [wireValue.string("fine"), wireValue.string(way)] });
    const expected = hex(await handler.answer(fine));

    for (let i = 0; i < 5; i++) {
      const failure = await handler.failure(bad);

      expect(failure.code).toBe(code);
      expect(hex(await handler.answer(fine))).toBe(expected);
    }
    expect(handler.reports).toHaveLength(5);
  });

  test("when its caller hangs up while a handler goes on sending", async () => {
    const [started, hungUp, sent] = [gate(), gate(), gate<unknown>()];
    const handler = recordingHandler([
      fn({}, async (context, text) => {
        sendEverywhere(context, text);
        if (text === "fine") return;
        started.open();
        await hungUp.passed;
        try {
          sendEverywhere(context, text);
          sent.open("sent");
        } catch (error) {
          sent.open(error);
        }
      }),
    ]);
    const fine = toFunction({ invocations: [wireValue.string("fine")] });
    const expected = hex(await handler.answer(fine));
    const caller = new AbortController();
    const failure = handler.failure(toFunction({ invocations: [wireValue.string("slow")] }), caller.signal);
    await started.passed;
    caller.abort();
    expect((await failure).code).toBe("client-disconnected");

    const waiting = handler.answer(fine); // takes the writer that the failed batch gave back
    hungUp.open();

    expect(await sent.passed).toMatchObject({ code: "context-closed" });
    expect(hex(await waiting)).toBe(expected);
    expect(hex(await handler.answer(fine))).toBe(expected);
  });
});
