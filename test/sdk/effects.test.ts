import { describe, expect, test } from "@jest/globals";
import { customType, egress, jsonType, kafkaEgress, types } from "statefun";
import type { Address, Context, Duration, Message, TypedValue } from "statefun";
import { decode, effects } from "../support/decode.js";
import type { DecodedAnswer } from "../support/decode.js";
import { hex } from "../support/hex.js";
import { recordingHandler } from "../support/recording-handler.js";
import { toFunction } from "../support/to-function.js";
import { wireValue } from "../support/wire-value.js";
import { V1 } from "./conformance/golden-bytes.js";
import { fn, fnOtherwise, T } from "./conformance/ns-fn.js";

const Orders = kafkaEgress("ns/orders");
const Cart = jsonType<{ n: number; items: string[] }, "shop/Cart">("shop/Cart");
const Audit = egress("ns/audit", [Cart, types.int]);

const t1 = { namespace: "ns", type: "t", id: "1" };
const anywhere = T.address("1") as Address;

/** What one handler's effects look like on the wire. */
async function effectsOf(does: (context: Context) => void): Promise<DecodedAnswer> {
  const handler = recordingHandler([
    fn({}, (context) => {
      does(context as Context);
    }),
  ]);
  return decode(await handler.answer(V1));
}

/** The message of the error that one handler's effects fail with. */
async function problemOf(does: (context: Context) => void): Promise<string> {
  const handler = recordingHandler([
    fn({}, (context) => {
      does(context as Context);
    }),
  ]);
  const { message } = await handler.failure(V1);
  return message;
}

describe("a message", () => {
  test("is encoded when it is sent: what becomes of its object afterwards changes nothing", async () => {
    const cart = { n: 1, items: ["tea"] };

    const answer = await effectsOf((context) => {
      const message = Cart(cart);
      context.send(anywhere, message);
      context.sendAfter({ seconds: 1 }, anywhere, message);
      context.send(Audit, message);
      context.send(Orders, { topic: "t", value: message });
      cart.n = 2;
      cart.items.push("milk");
      context.send(anywhere, message);
    });

    const first = wireValue.text("shop/Cart", '{"n":1,"items":["tea"]}');
    expect(answer.messages.map(({ argument }) => argument)).toEqual([
      first,
      wireValue.text("shop/Cart", '{"n":2,"items":["tea","milk"]}'),
    ]);
    expect(answer.delayed[0]?.argument).toEqual(first);
    expect(answer.egresses[0]?.argument).toEqual(first);
    expect(answer.egresses[1]?.argument?.hex).toContain(first.hex);
  });

  test("of bytes is copied when it is sent", async () => {
    const bytes = Uint8Array.of(1, 2, 3);

    const answer = await effectsOf((context) => {
      context.send(anywhere, types.bytes(bytes));
      bytes.fill(9);
    });

    expect(answer.messages[0]?.argument).toEqual(wireValue.of("statefun.types/bytes", "010203"));
  });

  test("may be sent often, and to several targets", async () => {
    const seven = types.int(7);

    const answer = await effectsOf((context) => {
      context.send(anywhere, seven);
      context.send(context.self, seven);
      context.send(anywhere, seven);
    });

    expect(answer.messages.map(({ to }) => to?.type)).toEqual(["t", "fn", "t"]);
    expect(new Set(answer.messages.map(({ argument }) => argument?.hex)).size).toBe(1);
  });

  test("put together by hand is carried as it is", async () => {
    const typename = "elsewhere/without a rule";

    const answer = await effectsOf((context) => {
      context.send(anywhere, { typename, hasValue: true, bytes: Uint8Array.of(1) });
      context.send(anywhere, { typename, hasValue: false, bytes: new Uint8Array(0) });
      context.send(anywhere, { typename, hasValue: true, bytes: new Uint8Array(0) });
    });

    expect(answer.messages.map(({ argument }) => argument)).toEqual([
      wireValue.of(typename, "01"),
      wireValue.none(typename),
      wireValue.of(typename, ""),
    ]);
  });

  test("that was received is repeated, also after its handler has waited", async () => {
    const handler = recordingHandler([
      fnOtherwise({}, async (context, message) => {
        await Promise.resolve();
        context.send(T.address("1"), message);
        context.sendAfter({ seconds: 1 }, T.address("1"), message);
        context.send(Audit, message);
      }),
    ]);
    const other = wireValue.of("elsewhere/Other", "00ff");

    const answer = decode(await handler.answer(toFunction({ invocations: [other] })));

    expect([answer.messages, answer.delayed, answer.egresses].map((list) => list[0]?.argument)).toEqual([
      other,
      other,
      other,
    ]);
  });

  test.each<[string, unknown, string]>([
    ["nothing", undefined, "undefined"],
    ["null", null, "null"],
    ["a text", "hi", '"hi"'],
    ["a number", 7, "7"],
    ["a plain object", { n: 1 }, "an object (Object)"],
    ["an array", [types.int(7)], "an array"],
    ["a type that was not called", types.int, "a function"],
    ["a copy of a typed value, which no type made", { ...types.int(7) }, "an object (Object)"],
    ["a message without bytes", { typename: "a/b", hasValue: true }, "an object (Object)"],
  ])("that is %s is refused", async (_, message, printed) => {
    const problem = await problemOf((context) => {
      context.send(anywhere, message);
    });

    expect(problem).toContain(
      `what was sent is ${printed}, which no type made: send Greet({…}), types.int(7) or a received message`,
    );
  });

  test("whose serializer throws fails at the send, with the author's error as its cause", async () => {
    const boom = new Error("boom");
    const Broken = customType<number, "shop/Broken">("shop/Broken", {
      serialize() {
        throw boom;
      },
      deserialize: () => 7,
    });
    const handler = recordingHandler([
      fn({}, (context) => {
        context.send(anywhere, Broken(7));
      }),
    ]);

    const failure = await handler.failure(V1);

    expect(failure).toMatchObject({ code: "serialization", cause: boom });
    expect(failure.message).toContain("shop/Broken: serialize threw");
  });
});

describe("a target", () => {
  test.each([
    ["the empty id", { typename: "ns/t", id: "" }, { namespace: "ns", type: "t", id: "" }],
    [
      "a long id",
      { typename: "ns/t", id: "é".repeat(5000) },
      { namespace: "ns", type: "t", id: "é".repeat(5000) },
    ],
    [
      "an address put together by hand",
      { typename: "a.b/c", id: "x" },
      { namespace: "a.b", type: "c", id: "x" },
    ],
  ])("may be %s", async (_, target, to) => {
    const answer = await effectsOf((context) => {
      context.send(target as Address, types.int(7));
    });

    expect(answer.messages[0]?.to).toEqual(to);
  });

  test.each<[string, unknown, string]>([
    ["nothing", undefined, "the target of a message is undefined without an id"],
    ["null", null, "the target of a message is null without an id"],
    ["a text", "ns/t", 'the target of a message is "ns/t" without an id'],
    ["a function type", T, 'the target of a message is "ns/t" without an id'],
    ["an address with a number as its id", { typename: "ns/t", id: 7 }, '"ns/t" without an id'],
    [
      "an address with half of a surrogate pair",
      { typename: "ns/t", id: "\udc00" },
      "holds half of a surrogate pair",
    ],
    ["an address without a slash", { typename: "t", id: "1" }, '"t" is not a typename of a target'],
    ["an address with two slashes", { typename: "a/b/c", id: "1" }, '"a/b/c" is not a typename of a target'],
    ["an address without a typename", { id: "1" }, "is not a typename of a target"],
  ])("may not be %s", async (_, target, says) => {
    const problems = [
      await problemOf((context) => {
        context.send(target as Address, types.int(7));
      }),
      await problemOf((context) => {
        context.sendAfter({ seconds: 1 }, target as Address, types.int(7));
      }),
    ];

    for (const problem of problems) {
      expect(problem).toContain("[invalid-argument]");
      expect(problem).toContain(says);
    }
  });

  test("of a delayed message may not be an egress: there are no delayed records", async () => {
    const problem = await problemOf((context) => {
      context.sendAfter({ seconds: 1 }, Orders as unknown as Address, types.int(7));
    });

    expect(problem).toContain("[invalid-argument]");
    expect(problem).toContain(
      '"ns/orders" is an egress, which takes no delayed messages: send yourself a message',
    );
  });
});

describe("a delayed message", () => {
  const delayed = { isCancellation: false, token: "", to: t1, argument: wireValue.int(7) };
  const cancelled = { isCancellation: true, delayMillis: 0n, to: undefined, argument: undefined };

  test.each<[Duration, bigint]>([
    [{ milliseconds: 0 }, 0n],
    [{ milliseconds: 127 }, 127n],
    [{ milliseconds: 128 }, 128n],
    [{ hours: 2, minutes: 30 }, 9_000_000n],
    [{ milliseconds: Number.MAX_SAFE_INTEGER }, 9007199254740991n],
  ])("carries its delay of %j in whole milliseconds", async (delay, delayMillis) => {
    const answer = await effectsOf((context) => {
      context.sendAfter(delay, anywhere, types.int(7));
    });

    expect(answer).toEqual(effects({ delayed: [{ ...delayed, delayMillis }] }));
  });

  test("is cancelled in its place among the others", async () => {
    const answer = await effectsOf((context) => {
      context.cancelDelayedMessage("a");
      context.sendAfter({ seconds: 1 }, anywhere, types.int(7), { cancellationToken: "a" });
      context.cancelDelayedMessage("b");
    });

    expect(answer.delayed).toEqual([
      { ...cancelled, token: "a" },
      { ...delayed, delayMillis: 1000n, token: "a" },
      { ...cancelled, token: "b" },
    ]);
  });

  const token = { cancellationToken: "shop/cart:tick" };

  test.each<[string, (context: Context) => void]>([
    [
      "in one handler",
      (context) => {
        context.sendAfter({ seconds: 1 }, anywhere, types.int(1), token);
        context.sendAfter({ seconds: 2 }, T.address("2"), types.int(2), token);
      },
    ],
    [
      "behind another one",
      (context) => {
        context.sendAfter({ seconds: 1 }, anywhere, types.int(1), token);
        context.sendAfter({ seconds: 1 }, anywhere, types.int(1), { cancellationToken: "another" });
        context.cancelDelayedMessage("another");
        context.sendAfter({ seconds: 2 }, anywhere, types.int(2), token);
      },
    ],
  ])("may not use a token twice %s, because the job would fail", async (_, does) => {
    const problem = await problemOf(does);

    expect(problem).toContain(
      'the cancellation token "shop/cart:tick" names a delayed message of this batch already; a second pending one fails the job: cancel the first, or use another token',
    );
  });

  test("may not use a token that an earlier handler of the batch has used", async () => {
    const handler = recordingHandler([
      fn({}, (context) => {
        context.sendAfter({ seconds: 1 }, anywhere, types.int(1), token);
      }),
    ]);
    const twice = toFunction({ invocations: [wireValue.string("a"), wireValue.string("b")] });

    const failure = await handler.failure(twice);

    expect(failure.message).toContain("names a delayed message of this batch already");
  });

  test("may use a token again in the next batch: only the cluster knows what is pending then", async () => {
    const handler = recordingHandler([
      fn({}, (context) => {
        context.sendAfter({ seconds: 1 }, anywhere, types.int(1), token);
      }),
    ]);

    const answers = [hex(await handler.answer(V1)), hex(await handler.answer(V1))];

    expect(answers[0]).toBe(answers[1]);
    expect(handler.reports).toEqual([]);
  });

  test("may use a token again behind its cancellation", async () => {
    const answer = await effectsOf((context) => {
      context.sendAfter({ seconds: 1 }, anywhere, types.int(7), token);
      context.cancelDelayedMessage(token.cancellationToken);
      context.sendAfter({ seconds: 1 }, anywhere, types.int(7), token);
    });

    expect(answer.delayed.map(({ isCancellation }) => isCancellation)).toEqual([false, true, false]);
  });

  test("that could not be sent leaves its token free", async () => {
    const answer = await effectsOf((context) => {
      try {
        context.sendAfter({ seconds: 1 }, anywhere, "no message", token);
      } catch {
        context.sendAfter({ seconds: 1 }, anywhere, types.int(7), token);
      }
    });

    expect(answer.delayed).toEqual([{ ...delayed, delayMillis: 1000n, token: token.cancellationToken }]);
  });

  test.each<[unknown, string]>([
    ["", "the cancellation token is empty, which fails the job: give it text of its own"],
    [7, "the cancellation token is 7: give it text of its own"],
    [null, "the cancellation token is null: give it text of its own"],
    ["\ud83d", "the cancellation token is"],
  ])("has no token %j, and none can be cancelled", async (given, says) => {
    const sending = await problemOf((context) => {
      context.sendAfter({ seconds: 1 }, anywhere, types.int(7), { cancellationToken: given as string });
    });
    const cancelling = await problemOf((context) => {
      context.cancelDelayedMessage(given as string);
    });

    expect(sending).toContain(says);
    expect(cancelling).toContain(says);
  });
});

test("a send that failed and was caught leaves nothing, and the batch goes on", async () => {
  const answer = await effectsOf((context) => {
    context.send(anywhere, types.int(7));
    for (const message of [{ n: 1 }, Cart({ n: 1n } as unknown as { n: number; items: string[] })]) {
      expect(() => {
        context.send(anywhere, message);
      }).toThrow();
      expect(() => {
        context.send(Orders, { topic: "t", value: message as TypedValue });
      }).toThrow();
      expect(() => {
        context.send(Audit, message as unknown as Message);
      }).toThrow();
    }
    context.send(anywhere, types.int(7));
  });

  expect(answer).toEqual(
    effects({
      messages: [
        { to: t1, argument: wireValue.int(7) },
        { to: t1, argument: wireValue.int(7) },
      ],
    }),
  );
});
