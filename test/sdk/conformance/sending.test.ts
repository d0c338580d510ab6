import { describe, expect, test } from "@jest/globals";
import type { Duration, SendAfterOptions } from "statefun";
import { kafkaEgress, types } from "statefun";
import { decode, effects, type DecodedDelay } from "../../support/decode.js";
import { fromHex, hex } from "../../support/hex.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { toFunction } from "../../support/to-function.js";
import { wireValue } from "../../support/wire-value.js";
import { golden, V1 } from "./golden-bytes.js";
import { fn, T, ways } from "./ns-fn.js";

const Out = kafkaEgress("ns/eg");
const t2 = { namespace: "ns", type: "t", id: "2" };

function delayed(n: number, delayMillis: bigint, token = ""): DecodedDelay {
  return { isCancellation: false, token, delayMillis, to: t2, argument: wireValue.int(n) };
}

function cancelled(token: string): DecodedDelay {
  return { isCancellation: true, token, delayMillis: 0n, to: undefined, argument: undefined };
}

/** The delayed list of a batch whose only handler sends these. */
async function delays(
  ...given: readonly (readonly [Duration, SendAfterOptions?])[]
): Promise<readonly DecodedDelay[]> {
  const sender = fn({}, (context) => {
    given.forEach(([delay, options], index) => {
      context.sendAfter(delay, T.address("2"), types.int(index), options);
    });
  });
  return decode(await recordingHandler([sender]).answer(V1)).delayed;
}

describe.each(ways)("%s", (_, way) => {
  test("K42: the order of sends is kept within each list, across invocations", async () => {
    let n = 0;
    const sender = fn(
      {},
      way((context, text) => {
        context.send(T.address("a"), types.int(++n));
        context.send(Out, { topic: text, value: "1" });
        context.sendAfter({ seconds: 9 }, T.address("2"), types.int(++n), {
          cancellationToken: `t${String(n)}`,
        });
        context.send(T.address("b"), types.int(++n));
        context.cancelDelayedMessage("x");
        context.send(Out, { topic: text, value: "2" });
        context.sendAfter({ seconds: 1 }, T.address("2"), types.int(++n));
        context.send(T.address("a"), types.int(++n));
      }),
    );

    const answer = decode(
      await recordingHandler([sender]).answer(
        toFunction({ invocations: [wireValue.string("first"), wireValue.string("second")] }),
      ),
    );

    expect(answer.messages).toEqual(
      [
        [1, "a"],
        [3, "b"],
        [5, "a"],
        [6, "a"],
        [8, "b"],
        [10, "a"],
      ].map(([value, id]) => ({
        to: { namespace: "ns", type: "t", id },
        argument: wireValue.int(Number(value)),
      })),
    );
    expect(answer.delayed).toEqual([
      delayed(2, 9000n, "t2"),
      cancelled("x"),
      delayed(4, 1000n),
      delayed(7, 9000n, "t7"),
      cancelled("x"),
      delayed(9, 1000n),
    ]);
    expect(answer.egresses.map(({ namespace, type, argument }) => [namespace, type, argument?.hex])).toEqual(
      ["first", "second"].flatMap((topic) =>
        ["1", "2"].map((value) => [
          "ns",
          "eg",
          hex(
            Buffer.concat([
              fromHex(`1201${hex(Buffer.from(value))}1a`),
              Uint8Array.of(topic.length),
              Buffer.from(topic),
            ]),
          ),
        ]),
      ),
    );
  });
});

test("K42: two thousand sends keep their order", async () => {
  const sender = fn({}, (context) => {
    for (let n = 0; n < 2000; n++) context.send(T.address(String(n % 7)), types.int(n));
  });

  const { messages } = decode(await recordingHandler([sender]).answer(V1));

  expect(messages).toEqual(
    Array.from({ length: 2000 }, (_, n) => ({
      to: { namespace: "ns", type: "t", id: String(n % 7) },
      argument: wireValue.int(n),
    })),
  );
});

test("K42: a message is encoded when it is sent: changing it afterwards changes nothing", async () => {
  const sender = fn({}, (context) => {
    const bytes = Buffer.from("before");
    context.send(T.address("2"), types.bytes(bytes) as never);
    context.send(Out, { topic: "t", value: bytes });
    bytes.write("after!");
  });

  const { messages, egresses } = decode(await recordingHandler([sender]).answer(V1));

  expect(messages[0]?.argument?.hex).toBe(hex(Buffer.from("before")));
  expect(egresses[0]?.argument?.hex).toContain(hex(Buffer.from("before")));
});

describe("K43: delays are whole milliseconds", () => {
  test.each<readonly [Duration, bigint]>([
    [{ milliseconds: 0 }, 0n],
    [{ milliseconds: 1 }, 1n],
    [{ milliseconds: 1001 }, 1001n],
    [{ milliseconds: 2 ** 40 }, 2n ** 40n],
    [{ milliseconds: 0.000001 }, 0n],
    [{ milliseconds: 0.999999 }, 0n],
    [{ milliseconds: 1.999999 }, 1n],
    [{ seconds: 0 }, 0n],
    [{ seconds: 1.001 }, 1001n],
    [{ seconds: 0.3 }, 300n],
    [{ minutes: 0.1 }, 6000n],
    [{ hours: 2, minutes: 30 }, 9_000_000n],
    [{ days: 1, hours: 1, minutes: 1, seconds: 1, milliseconds: 1 }, 90_061_001n],
    [{ seconds: 1, milliseconds: -999 }, 1n],
    [{ milliseconds: -0 }, 0n],
    [{ days: 36500 }, 3_153_600_000_000n],
    [{ milliseconds: 127 }, 127n],
    [{ milliseconds: 128 }, 128n],
    [{ milliseconds: 2 ** 31 }, 2n ** 31n],
    [{ milliseconds: 2 ** 32 }, 2n ** 32n],
    [{ milliseconds: 2 ** 53 - 1 }, 2n ** 53n - 1n],
  ])("K43: %j", async (delay, millis) => {
    expect(await delays([delay])).toEqual([delayed(0, millis)]);
  });

  test("K43: each whole number of milliseconds up to 20,000, given in seconds, is that number", async () => {
    const numbers = Array.from({ length: 20_000 }, (_, index) => index + 1);

    const sent = await delays(...numbers.map((millis) => [{ seconds: millis / 1000 }] as const));

    expect(sent.map(({ delayMillis }) => Number(delayMillis))).toEqual(numbers);
  });
});

test.each([
  { milliseconds: -1 },
  { milliseconds: -0.0001 },
  { seconds: 1, milliseconds: -1001 },
  { milliseconds: Number.NaN },
  { milliseconds: Number.POSITIVE_INFINITY },
  { milliseconds: Number.NEGATIVE_INFINITY },
  { milliseconds: 2 ** 53 },
  { days: 1e300 },
  { milliseconds: "1" },
  { milliseconds: 1n },
  { milliseconds: null },
  { millis: 1 },
  { seconds: 1, unit: 1 },
  {},
  { seconds: undefined },
  1000,
  "1s",
  null,
  undefined,
])("K44: a delay that is none is refused at the call: %p", async (delay) => {
  const sender = fn({}, (context) => {
    const send = (): void => {
      context.sendAfter(delay as never, T.address("2"), types.int(7), { cancellationToken: "tok" });
    };

    expect(send).toThrow(expect.objectContaining({ code: "invalid-argument" }));
    expect(send).toThrow("delay of a message");
  });

  const answer = await recordingHandler([sender]).answer(V1);

  expect(hex(answer)).toBe(golden.R4);
});

describe("K45: tokens", () => {
  test("K45: a token names a delayed message, and a cancellation has nothing but its token", async () => {
    const sender = fn({}, (context) => {
      context.sendAfter({ seconds: 1 }, T.address("2"), types.int(7), { cancellationToken: "tok" });
      context.cancelDelayedMessage("tok");
    });

    const answer = decode(await recordingHandler([sender]).answer(V1));

    expect(answer.delayed).toEqual([
      ...decode(fromHex(golden.R7)).delayed,
      ...decode(fromHex(golden.R8)).delayed,
    ]);
    expect(answer).toEqual(effects({ delayed: [delayed(7, 1000n, "tok"), cancelled("tok")] }));
  });

  test.each([
    "x",
    " ",
    "shop/cart:abandonment",
    "é😀\u0000",
    "t".repeat(127),
    "t".repeat(128),
    "ü".repeat(10_000),
  ])("K45: any text but the empty one is a token: %#", async (token) => {
    const sender = fn({}, (context) => {
      context.sendAfter({ seconds: 1 }, T.address("2"), types.int(7), { cancellationToken: token });
      context.cancelDelayedMessage(token);
    });

    const answer = decode(await recordingHandler([sender]).answer(V1));

    expect(answer.delayed).toEqual([delayed(7, 1000n, token), cancelled(token)]);
  });

  test("K45: a token may be used again after a cancellation, and by several messages of different names", async () => {
    const sender = fn({}, (context, text) => {
      context.cancelDelayedMessage("a");
      context.sendAfter({ seconds: 1 }, T.address("2"), types.int(1), { cancellationToken: "a" });
      context.sendAfter({ seconds: 1 }, T.address("2"), types.int(2), { cancellationToken: "A" });
      context.sendAfter({ seconds: 1 }, T.address("2"), types.int(3));
      context.sendAfter({ seconds: 1 }, T.address("2"), types.int(4));
      context.cancelDelayedMessage("a");
      context.cancelDelayedMessage("A");
      if (text === "last")
        context.sendAfter({ seconds: 1 }, T.address("2"), types.int(5), { cancellationToken: "a" });
    });
    const round = [
      cancelled("a"),
      delayed(1, 1000n, "a"),
      delayed(2, 1000n, "A"),
      delayed(3, 1000n),
      delayed(4, 1000n),
      cancelled("a"),
      cancelled("A"),
    ];

    const answer = decode(
      await recordingHandler([sender]).answer(
        toFunction({ invocations: [wireValue.string("first"), wireValue.string("last")] }),
      ),
    );

    expect(answer.delayed).toEqual([...round, ...round, delayed(5, 1000n, "a")]);
  });

  test("K45: a token that is pending from this batch is refused, also by a later invocation", async () => {
    const handler = recordingHandler([
      fn({}, (context) => {
        context.sendAfter({ seconds: 1 }, T.address("2"), types.int(1), { cancellationToken: "tok" });
      }),
    ]);
    const twice = toFunction({ invocations: [wireValue.string("a"), wireValue.string("b")] });

    const failure = await handler.failure(twice);
    const next = decode(await handler.answer(V1));

    expect(failure.code).toBe("invalid-argument");
    expect(failure.message).toContain('"tok"');
    expect(next.delayed).toEqual([delayed(1, 1000n, "tok")]);
  });
});

test.each(["", null, 7, {}, "half \uD800"])(
  "K46: %p is no token, for a send and for a cancellation",
  async (token) => {
    const sender = fn({}, (context) => {
      const send = (): void => {
        context.sendAfter({ seconds: 1 }, T.address("2"), types.int(7), {
          cancellationToken: token as never,
        });
      };
      const cancel = (): void => {
        context.cancelDelayedMessage(token as never);
      };

      expect(send).toThrow(expect.objectContaining({ code: "invalid-argument" }));
      expect(cancel).toThrow(expect.objectContaining({ code: "invalid-argument" }));
    });

    const answer = await recordingHandler([sender]).answer(V1);

    expect(hex(answer)).toBe(golden.R4);
  },
);

test("K46: a cancellation without a token is refused; a send without one has none", async () => {
  const sender = fn({}, (context) => {
    expect(() => {
      context.cancelDelayedMessage(undefined as never);
    }).toThrow(expect.objectContaining({ code: "invalid-argument" }));
    context.sendAfter({ seconds: 1 }, T.address("2"), types.int(1), { cancellationToken: undefined });
    context.sendAfter({ seconds: 1 }, T.address("2"), types.int(1), {});
  });

  const answer = decode(await recordingHandler([sender]).answer(V1));

  expect(answer.delayed).toEqual([delayed(1, 1000n), delayed(1, 1000n)]);
});
