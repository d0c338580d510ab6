import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, test } from "@jest/globals";
import { kafkaEgress, types } from "statefun";
import type { Headers, Observer } from "statefun";
import { decode, decodeKafkaRecord } from "../support/decode.js";
import { delimited, joined, varint } from "../support/fields.js";
import { fromHex } from "../support/hex.js";
import { recordingHandler } from "../support/recording-handler.js";
import { toFunction } from "../support/to-function.js";
import { wireValue } from "../support/wire-value.js";
import { V1 } from "./conformance/golden-bytes.js";
import { fn, fnOtherwise, T } from "./conformance/ns-fn.js";

const Orders = kafkaEgress("ns/orders");
const trace = { key: "trace", value: Uint8Array.of(7) };

/** Replaces any `trace` header by its own. */
const tracing: Observer = {
  outgoingHeaders: (_invocation, headers) => [...headers.filter(({ key }) => key !== "trace"), trace],
};

describe("an observer of outgoing headers", () => {
  test("gives headers to messages and delayed messages, and none to records", async () => {
    const handler = recordingHandler(
      [
        fn({}, (context) => {
          context.send(T.address("1"), types.int(7));
          context.sendAfter({ seconds: 1 }, T.address("1"), types.int(7), { cancellationToken: "t" });
          context.send(Orders, { topic: "t", value: "v" });
        }),
      ],
      { observe: tracing },
    );

    const { messages, delayed, egresses } = decode(await handler.answer(V1));

    const sent = { ...wireValue.int(7), headers: [{ key: "trace", hex: "07" }] };
    expect(messages[0]?.argument).toEqual(sent);
    expect(delayed).toMatchObject([{ argument: sent, token: "t", delayMillis: 1000n }]);
    expect(decodeKafkaRecord(fromHex(egresses[0]?.argument?.hex ?? "")).headers).toEqual([]);
  });

  test("is asked with what the author gave, and decides what is sent", async () => {
    const handler = recordingHandler(
      [
        fn({}, (context) => {
          const headers = [
            { key: "mine", value: undefined },
            { key: "trace", value: Uint8Array.of(1) },
          ];
          context.send(T.address("1"), types.int(7), { headers });
        }),
      ],
      { observe: tracing },
    );

    const { messages } = decode(await handler.answer(V1));

    expect(messages[0]?.argument?.headers).toEqual([{ key: "mine" }, { key: "trace", hex: "07" }]);
  });

  test("is given the very invocation that it saw begin, in the handler's asynchronous context", async () => {
    const current = new AsyncLocalStorage<object>();
    const log: unknown[] = [];
    const observe: Observer = {
      invocation: (invocation, run) => current.run(invocation, run),
      outgoingHeaders(invocation, headers) {
        log.push(current.getStore() === invocation);
        return headers;
      },
    };
    const handler = recordingHandler(
      [
        fn({}, async (context) => {
          context.send(T.address("1"), types.int(7));
          await Promise.resolve();
          context.send(T.address("1"), types.int(8));
        }),
      ],
      { observe },
    );

    await handler.answer(toFunction({ invocations: [wireValue.string("a"), wireValue.string("b")] }));

    expect(log).toEqual([true, true, true, true]);
  });

  test("is asked one after the other where there are several", async () => {
    const second: Observer = {
      outgoingHeaders: (_invocation, headers) => [...headers, { key: "second", value: undefined }],
    };
    const handler = recordingHandler(
      [
        fn({}, (context) => {
          context.send(T.address("1"), types.int(7));
        }),
      ],
      { observe: [tracing, second] },
    );

    const { messages } = decode(await handler.answer(V1));

    expect(messages[0]?.argument?.headers).toEqual([{ key: "trace", hex: "07" }, { key: "second" }]);
  });

  test.each<[string, () => unknown, string]>([
    [
      "throws",
      () => {
        throw new Error("broken");
      },
      "[function-failed] the observer of outgoing headers threw: broken",
    ],
    ["returns no list", () => ({ trace: "1" }), "the headers are an object (Object), not a list"],
    ["returns text as a value", () => [{ key: "k", value: "1" }], 'the header "k" has "1"'],
  ])("that %s is reported, and the message goes as the author sent it", async (_, outgoing, problem) => {
    const observe = { outgoingHeaders: outgoing } as unknown as Observer;
    const handler = recordingHandler(
      [
        fn({}, (context) => {
          context.send(T.address("1"), types.int(7), { headers: [{ key: "mine", value: undefined }] });
        }),
      ],
      { observe },
    );

    const { messages } = decode(await handler.answer(V1));

    expect(messages[0]?.argument?.headers).toEqual([{ key: "mine" }]);
    expect(handler.reports).toHaveLength(1);
    expect(handler.reports[0]?.error.message).toContain(problem);
  });

  test("that returns nothing leaves the headers as they are", async () => {
    const observe = { outgoingHeaders: () => undefined } as unknown as Observer;
    const handler = recordingHandler(
      [
        fn({}, (context) => {
          context.send(T.address("1"), types.int(7), { headers: [trace] });
        }),
      ],
      { observe },
    );

    const { messages } = decode(await handler.answer(V1));

    expect(messages[0]?.argument?.headers).toEqual([{ key: "trace", hex: "07" }]);
    expect(handler.reports).toEqual([]);
  });

  test("does not make headers of the author's pass that are none", async () => {
    const handler = recordingHandler(
      [
        fn({}, (context) => {
          context.send(T.address("1"), types.int(7), { headers: 7 as unknown as Headers });
        }),
      ],
      { observe: tracing },
    );

    const failure = await handler.failure(V1);

    expect(failure.code).toBe("invalid-argument");
    expect(failure.message).toContain("the headers are 7, not a list");
  });
});

describe("a received message that is sent on", () => {
  const head = joined(delimited(1, "shop/Other"), varint(2, 1));
  const tail = joined(delimited(3, "bytes"), varint(15, 7));
  const old = delimited(4, delimited(1, "trace"), delimited(2, "old"), varint(3, 1), varint(9, 7));
  const argument = joined(head, old, tail);
  const target = delimited(1, delimited(1, "ns"), delimited(2, "fn"), delimited(3, "1"));
  const request = delimited(100, target, delimited(3, delimited(2, argument)));

  /** Whether the bytes stand in the answer as they are. */
  function holds(answer: Buffer, bytes: Uint8Array): boolean {
    return answer.includes(Buffer.from(bytes));
  }

  async function answerWith(observe: Observer): Promise<Buffer> {
    const handler = recordingHandler(
      [
        fnOtherwise({}, (context, message) => {
          context.send(T.address("2"), message);
        }),
      ],
      { observe },
    );
    return Buffer.from(await handler.answer(request));
  }

  test("goes bit for bit where the observer leaves its headers alone", async () => {
    const seen: Headers[] = [];
    const answer = await answerWith({
      outgoingHeaders(_invocation, headers) {
        seen.push(headers);
        return headers;
      },
    });

    expect(seen).toEqual([[{ key: "trace", value: new Uint8Array(Buffer.from("old")) }]]);
    expect(holds(answer, argument)).toBe(true);
  });

  test("keeps all but its headers, unknown fields too, where the observer changes them", async () => {
    const answer = await answerWith(tracing);

    const replaced = delimited(4, delimited(1, "trace"), delimited(2, Uint8Array.of(7)), varint(3, 1));
    expect(holds(answer, joined(head, tail, replaced))).toBe(true);
    expect(answer.includes("old")).toBe(false);
  });

  test("may lose its headers", async () => {
    const answer = await answerWith({ outgoingHeaders: () => [] });

    expect(holds(answer, delimited(2, head, tail))).toBe(true);
  });
});
