import { describe, expect, test } from "@jest/globals";
import type { Address } from "statefun";
import { functionType, statefulFunction, types } from "statefun";
import { decode, effects } from "../../support/decode.js";
import { delimited, joined, varint } from "../../support/fields.js";
import { fromHex, hex } from "../../support/hex.js";
import { recordingHandler } from "../../support/recording-handler.js";
import type { WireAddress } from "../../support/to-function.js";
import { defaultTarget, toFunction } from "../../support/to-function.js";
import { wireValue } from "../../support/wire-value.js";
import { golden, V1, V2, V3 } from "./golden-bytes.js";
import { fn, ways } from "./ns-fn.js";

const hi = wireValue.string("hi");

const ids = {
  "an ordinary one": "alice",
  "the empty one": "",
  unicode: "Zoë-李-🦊",
  "blanks and line breaks": " a\tb\r\n ",
  slashes: "a/b//c/",
  quotes: `"'\\`,
  "the character zero": "\u0000a\u0000",
  "a byte order mark": "\uFEFFid",
  "a replacement character": "\uFFFD",
  "39 bytes and a letter of two": `${"x".repeat(39)}é`,
  "128 bytes": "x".repeat(128),
  "a hundred thousand bytes": "ü".repeat(50_000),
};

describe("callers", () => {
  async function callersOf(request: Uint8Array): Promise<(Address | undefined)[]> {
    const callers: (Address | undefined)[] = [];
    await recordingHandler([fn({ seen: types.int }, ({ caller }) => void callers.push(caller))]).answer(
      request,
    );
    return callers;
  }

  test("K25: a message from an ingress has no caller", async () => {
    const callers = await callersOf(V2);

    expect(callers).toEqual([undefined]);
  });

  test("K26: each invocation has a caller of its own", async () => {
    const callers = await callersOf(V3);

    expect(callers).toEqual([{ typename: "ns/other", id: "9" }, undefined]);
  });

  test("K26: callers are read correctly whatever their ids, and stay right after the handler has waited", async () => {
    const given = Object.values(ids).map((id) => ({ namespace: "ns", type: "other", id }));
    const callers: (Address | undefined)[] = [];
    const handler = recordingHandler([
      fn({}, async (context) => {
        await Promise.resolve();
        callers.push(context.caller);
      }),
    ]);

    await handler.answer(toFunction({ invocations: given.map((caller) => ({ caller, argument: hi })) }));

    expect(callers).toEqual(given.map(({ id }) => ({ typename: "ns/other", id })));
  });

  test.each([
    ["of length zero", delimited(1)],
    ["whose three texts are written out, and empty", delimited(1, delimited(1), delimited(2), delimited(3))],
    ["with nothing but an unknown field", delimited(1, varint(9, 1))],
    ["that comes twice, empty both times", joined(delimited(1), delimited(1))],
  ])("K27: a caller %s is none", async (_, caller) => {
    const callers = await callersOf(requestWithCaller(caller));

    expect(callers).toEqual([undefined]);
  });

  test("K27: a caller with an id and nothing else is one", async () => {
    const callers = await callersOf(requestWithCaller(delimited(1, delimited(3, "9"))));

    expect(callers).toEqual([{ typename: "/", id: "9" }]);
  });
});

describe.each(ways)("%s", (_, way) => {
  test.each(Object.entries(ids))("K28: self is the address as it was sent: %s", async (_name, id) => {
    const selves: Address[] = [];
    const handler = recordingHandler([
      fn(
        {},
        way(({ self }) => void selves.push(self)),
      ),
    ]);

    const answer = await handler.answer(
      toFunction({ target: { ...defaultTarget, id }, invocations: [hi, hi] }),
    );

    expect(selves).toEqual([
      { typename: "ns/fn", id },
      { typename: "ns/fn", id },
    ]);
    expect(hex(answer)).toBe(golden.R4);
  });

  test("K28: self can be sent to", async () => {
    for (const id of Object.values(ids)) {
      const handler = recordingHandler([
        fn(
          {},
          way((context) => {
            context.send(context.self, types.string("again"));
          }),
        ),
      ]);

      const answer = await handler.answer(
        toFunction({ target: { ...defaultTarget, id }, invocations: [hi] }),
      );

      expect(decode(answer).messages).toEqual([
        { to: { ...defaultTarget, id }, argument: wireValue.string("again") },
      ]);
    }
  });

  test.each([
    ["absent", joined(delimited(1, "ns"), delimited(2, "fn"))],
    ["written out", joined(delimited(1, "ns"), delimited(2, "fn"), delimited(3, ""))],
    ["the last of two", joined(delimited(3, "1"), delimited(1, "ns"), delimited(2, "fn"), delimited(3, ""))],
  ])("K29: a function is invoked at the empty id: %s", async (_name, target) => {
    const selves: Address[] = [];
    const handler = recordingHandler([
      fn(
        {},
        way(({ self }) => void selves.push(self)),
      ),
    ]);
    const request = delimited(100, delimited(1, target), V1.subarray(16));

    const answer = await handler.answer(request);

    expect(selves).toEqual([{ typename: "ns/fn", id: "" }]);
    expect(hex(answer)).toBe(golden.R4);
  });

  const callers: readonly WireAddress[] = [
    ...Object.values(ids).map((id) => ({ namespace: "ns", type: "other", id })),
    { namespace: "名前空間", type: "類型", id: "1" },
    // What only another SDK can have sent: a slash too many, or a part that is missing.
    { namespace: "a/b", type: "c", id: "1" },
    { namespace: "a", type: "b/c", id: "1" },
    { namespace: "", type: "c", id: "1" },
    { namespace: "a", type: "", id: "1" },
  ];

  test("K30: an answer to a caller goes exactly where its message came from", async () => {
    const handler = recordingHandler([
      fn(
        {},
        way((context) => {
          if (context.caller === undefined) throw new Error("no caller");
          context.send(context.caller, types.string("yes"));
          context.sendAfter({ seconds: 1 }, context.caller, types.string("later"));
        }),
      ),
    ]);

    const answer = await handler.answer(
      toFunction({ invocations: callers.map((caller) => ({ caller, argument: hi })) }),
    );

    expect(decode(answer)).toEqual(
      effects({
        messages: callers.map((to) => ({ to, argument: wireValue.string("yes") })),
        delayed: callers.map((to) => ({
          to,
          argument: wireValue.string("later"),
          isCancellation: false,
          token: "",
          delayMillis: 1000n,
        })),
      }),
    );
  });
});

test("K30: a caller that is one of ours can be answered as a typed address, and no other", async () => {
  const Inbox = functionType("ns/other", [types.int]);
  const served = statefulFunction(functionType("ns/fn", [types.string]), {
    on: {
      [types.string.typename](context) {
        const inbox = Inbox.from(context.caller);
        if (inbox !== undefined) context.send(inbox, types.int(1));
      },
    },
  });

  const answers = await Promise.all([V1, V3].map((request) => recordingHandler([served]).answer(request)));

  expect(answers.map((answer) => decode(answer).messages)).toEqual([
    [],
    [{ to: { namespace: "ns", type: "other", id: "9" }, argument: wireValue.int(1) }],
  ]);
});

describe("addresses and names that are not UTF-8", () => {
  const broken = fromHex("ff");
  const target = delimited(1, delimited(1, "ns"), delimited(2, "fn"), delimited(3, "1"));
  const call = delimited(3, delimited(2, delimited(1, "io.statefun.types/string"), varint(2, 1)));
  const places: readonly (readonly [where: string, ...batch: Uint8Array[]])[] = [
    ["the target's namespace", delimited(1, delimited(1, broken), delimited(2, "fn")), call],
    ["the target's type", delimited(1, delimited(1, "ns"), delimited(2, broken)), call],
    ["the target's id", delimited(1, delimited(1, "ns"), delimited(2, "fn"), delimited(3, broken)), call],
    ["a caller's namespace", target, delimited(3, delimited(1, delimited(1, broken)))],
    ["a caller's type", target, delimited(3, delimited(1, delimited(2, broken)))],
    ["a caller's id", target, delimited(3, delimited(1, delimited(3, broken)))],
    ["a message's typename", target, delimited(3, delimited(2, delimited(1, broken)))],
    ["a state's name", target, delimited(2, delimited(1, broken)), call],
    ["a state's typename", target, delimited(2, delimited(2, delimited(1, broken))), call],
  ];

  test.each(places)("K28: %s makes the request malformed", async (_, ...batch) => {
    const handler = recordingHandler([fn({}, () => undefined)]);

    const failure = await handler.failure(delimited(100, ...batch));

    expect(failure.code).toBe("malformed-request");
    expect(handler.reports).toEqual([{ error: failure, site: {} }]);
  });

  const malformedText = [
    "c3",
    "c328",
    "e282",
    "eda080",
    "edbfbf",
    "f08080",
    "f4908080",
    "c080",
    "80",
    "fe",
    "f8888080",
  ];

  test("K28: every kind of malformed UTF-8 is seen, in short ids and in long ones", async () => {
    const handler = recordingHandler([fn({}, () => undefined)]);

    for (const digits of malformedText) {
      for (const padding of [0, 1, 39, 40, 41, 200]) {
        const id = joined(fromHex("61".repeat(padding)), fromHex(digits));
        const request = delimited(
          100,
          delimited(1, delimited(1, "ns"), delimited(2, "fn"), delimited(3, id)),
          call,
        );

        const failure = await handler.failure(request);

        expect({ digits, padding, code: failure.code }).toEqual({
          digits,
          padding,
          code: "malformed-request",
        });
      }
    }
  });
});

/** V2 with a caller, given as it stands. */
function requestWithCaller(caller: Uint8Array): Uint8Array {
  const argument = delimited(2, delimited(1, "io.statefun.types/string"), varint(2, 1), delimited(3, ""));
  const target = delimited(1, delimited(1, "ns"), delimited(2, "fn"), delimited(3, "1"));
  return delimited(100, target, delimited(2, delimited(1, "seen")), delimited(3, caller, argument));
}
