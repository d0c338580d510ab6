import { describe, expect, test } from "@jest/globals";
import type { Address } from "statefun";
import { functionType, requestReplyHandler, statefulFunction, types } from "statefun";
import { readResponse } from "statefun/wire";
import { statusTable } from "../../../server-adapters/answer.js";
import { decode, effects } from "../../support/decode.js";
import { delimited, joined, varint } from "../../support/fields.js";
import { fromHex, hex } from "../../support/hex.js";
import { Random } from "../../support/random.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { toFunction } from "../../support/to-function.js";
import { wireValue } from "../../support/wire-value.js";
import { golden, V1, V2, V3 } from "./golden-bytes.js";
import { fn, fnOtherwise, T } from "./ns-fn.js";

const hi = wireValue.string("hi");
const idle = fn({}, () => undefined);
const counter = fn({ seen: types.int }, ({ storage }) => void storage.seen.update((n = 0) => n + 1));

describe("K54: a request for a function that is not served", () => {
  const targets = [
    { namespace: "ns", type: "other", id: "1" },
    { namespace: "other", type: "fn", id: "1" },
    { namespace: "NS", type: "fn", id: "1" },
    { namespace: "ns", type: "fn ", id: "1" },
    { namespace: "fn", type: "ns", id: "1" },
    { namespace: "", type: "ns/fn", id: "1" },
    { namespace: "ns/fn", type: "", id: "1" },
    { namespace: "", type: "", id: "" },
    { namespace: "__proto__", type: "constructor", id: "é" },
  ];

  test.each(targets)("K54: is refused, reported once, and names what is served: %j", async (target) => {
    const handler = recordingHandler([idle]);

    const failure = await handler.failure(toFunction({ target, invocations: [hi] }));

    const typename = `${target.namespace}/${target.type}`;
    expect(failure).toMatchObject({ code: "unknown-function", typename, id: target.id });
    expect(failure.message).toContain("ns/fn");
    expect(statusTable[failure.code].status).toBe(503);
    expect(handler.reports).toEqual([{ error: failure, site: { typename, id: target.id } }]);
  });

  test("K54: a handler may serve nothing, and then says so", async () => {
    const failure = await recordingHandler([]).failure(V1);

    expect(failure.code).toBe("unknown-function");
    expect(failure.message).toContain("there is none");
  });

  test("K54: a request that is refused changes nothing for the ones that are served", async () => {
    const handler = recordingHandler([counter]);
    const answers: string[] = [];

    for (const target of targets) {
      answers.push(hex(await handler.answer(V3)));
      await handler.failure(toFunction({ target, invocations: [hi] }));
      answers.push(hex(await handler.answer(V2)));
    }

    expect(answers).toEqual(targets.flatMap(() => [golden.R3, golden.R2]));
  });
});

describe("K55: a body that is no request", () => {
  const target = delimited(1, delimited(1, "ns"), delimited(2, "fn"), delimited(3, "1"));
  const call = delimited(3, delimited(2, delimited(1, "io.statefun.types/string"), varint(2, 1)));

  test.each([
    ["nothing", ""],
    ["a ToFunction without an invocation", hex(varint(1, 1))],
    ["an unknown field", hex(delimited(99, "x"))],
    ["an empty batch", "a20600"],
    ["a batch without a target", hex(delimited(100, call))],
    ["an answer", golden.R1],
    ["text", hex(Buffer.from("hello"))],
    ["JSON", hex(Buffer.from('{"invocation":{}}'))],
    ["HTTP", hex(Buffer.from("POST / HTTP/1.1\r\n\r\n"))],
    ["gzip", "1f8b0800000000000003"],
    ["zeros", "00".repeat(100)],
    ["ones", "ff".repeat(100)],
    ["a batch in a foreign wire type", hex(varint(100, 1))],
    ["a target in a foreign wire type", hex(delimited(100, varint(1, 1), call))],
    ["something behind a request", `${hex(V1)}ff`],
  ])("K55: %s is a malformed request, reported once", async (_, digits) => {
    const handler = recordingHandler([idle]);

    const failure = await handler.failure(fromHex(digits));
    const next = await handler.answer(V1);

    expect(failure.code).toBe("malformed-request");
    expect(statusTable[failure.code].status).toBe(400);
    expect(handler.reports).toEqual([{ error: failure, site: {} }]);
    expect(hex(next)).toBe(golden.R4);
  });

  test("K55: a request that is cut short anywhere is malformed", async () => {
    const handler = recordingHandler([counter]);
    let failures = 0;

    for (const request of [V1, V2, V3]) {
      for (let length = 0; length < request.length; length++) {
        const failure = await handler.failure(request.subarray(0, length));

        expect({ length, code: failure.code }).toEqual({ length, code: "malformed-request" });
        failures++;
      }
    }
    expect(handler.reports).toHaveLength(failures);
    expect(hex(await handler.answer(V3))).toBe(golden.R3);
  });

  test.each([1, 2, 3])("K55: two thousand random bodies are malformed (seed %d)", async (seed) => {
    const random = new Random(seed);
    const handler = recordingHandler([counter]);

    for (let round = 0; round < 2000; round++) {
      const body = random.bytes(random.below(64));
      const failure = await handler.failure(body);

      expect({ body: hex(body), code: failure.code }).toEqual({ body: hex(body), code: "malformed-request" });
    }
    expect(hex(await handler.answer(V3))).toBe(golden.R3);
  });

  test("K55: with any one bit flipped, a request is answered or refused, and the next one is served", async () => {
    const handler = recordingHandler([counter]);
    const codes = new Set<string>();

    for (const request of [V1, V2, V3]) {
      for (let bit = 0; bit < request.length * 8; bit++) {
        const flipped = request.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const reports = handler.reports.length;
        const code = await handler.answer(flipped).then(
          () => "answered",
          (error: unknown) => (error as { code: string }).code,
        );
        codes.add(code);

        expect(handler.reports).toHaveLength(code === "answered" ? reports : reports + 1);
        expect(hex(await handler.answer(V3))).toBe(golden.R3);
      }
    }
    // The flips reach every way a request can be wrong.
    expect([...codes].sort()).toEqual([
      "answered",
      "malformed-request",
      "serialization",
      "unhandled-message",
      "unknown-function",
    ]);
  });

  test("K55: a batch without messages is answered without effects and runs nothing, states missing or not", async () => {
    const handler = recordingHandler([fn({ seen: types.int }, () => Promise.reject(new Error("ran")))]);

    const answers = await Promise.all(
      [delimited(100, target), delimited(100, target, delimited(2, delimited(1, "seen")))].map((request) =>
        handler.answer(request),
      ),
    );

    expect(answers.map(hex)).toEqual([golden.R4, golden.R4]);
  });

  test("K55: unknown fields anywhere in a request are passed over", async () => {
    const unknown = joined(
      varint(77, 1),
      delimited(78, "x"),
      fromHex("fd04 01000000"),
      fromHex("f904 0100000000000000"),
    );
    const seen = delimited(2, unknown, delimited(1, "seen"), unknown, delimited(2, unknown));
    const message = delimited(
      3,
      unknown,
      delimited(1, unknown, delimited(3, "9")),
      delimited(2, delimited(1, "io.statefun.types/string"), unknown, varint(2, 1)),
      unknown,
    );
    const wrapped = delimited(
      1,
      unknown,
      delimited(1, "ns"),
      unknown,
      delimited(2, "fn"),
      delimited(3, "1"),
      unknown,
    );

    const answer = await recordingHandler([counter]).answer(
      joined(unknown, delimited(100, unknown, wrapped, unknown, seen, message, unknown), unknown),
    );

    expect(hex(answer)).toBe(golden.R2);
  });

  test("K55: parts that come twice are merged, and the last of several scalars counts", async () => {
    const half = delimited(100, delimited(1, delimited(1, "other"), delimited(2, "fn")));
    const rest = delimited(100, delimited(1, delimited(1, "ns"), delimited(3, "1")), V2.subarray(16));

    const answer = await recordingHandler([counter]).answer(joined(half, rest));

    expect(hex(answer)).toBe(golden.R2);
  });

  test("K55: a message and a caller that come in parts are put together, and sent on put together", async () => {
    const seen: unknown[] = [];
    const typename = delimited(1, "io.statefun.types/string");
    const parts = [
      typename,
      varint(2, 1),
      delimited(3, "lost"),
      joined(delimited(3, fromHex("0a026869")), varint(9, 1)),
    ];
    const invocation = delimited(
      3,
      delimited(1, delimited(1, "lost"), delimited(2, "other")),
      ...parts.map((part) => delimited(2, part)),
      varint(7, 7),
      delimited(1, delimited(1, "ns"), delimited(3, "9")),
    );
    const reader = fnOtherwise({}, (context, message) => {
      seen.push(context.caller, types.string.from(message));
      context.send({ typename: "ns/t", id: "1" } as Address, message);
    });

    const answer = await recordingHandler([reader]).answer(delimited(100, target, invocation));

    const response = readResponse(answer);
    expect(seen).toEqual([{ typename: "ns/other", id: "9" }, "hi"]);
    expect(response.kind === "result" && response.messages.map(({ argument }) => hex(argument))).toEqual([
      hex(joined(...parts)),
    ]);
  });

  test("K55: a request may be a buffer of Node's, or a part of a larger one", async () => {
    const around = Buffer.concat([fromHex("ffff"), V3, fromHex("ffff")]);
    const handler = recordingHandler([counter]);

    const answers = await Promise.all(
      [Buffer.from(V3), around.subarray(2, -2), new Uint8Array(around).subarray(2, -2)].map((request) =>
        handler.answer(request),
      ),
    );

    expect(answers.map(hex)).toEqual([golden.R3, golden.R3, golden.R3]);
  });
});

describe("K59: large batches", () => {
  test.each(["sync", "async"])(
    "K59: ten thousand invocations run in order over one storage (%s)",
    async (way) => {
      const count = 10_000;
      const run = (n: number, context: { send: (target: never, message: never) => void }): void => {
        if (n % 1000 === 0) context.send(T.address(String(n)) as never, types.int(n) as never);
      };
      const served = statefulFunction(functionType("ns/fn", [types.int]), {
        storage: { last: types.int, sum: types.long },
        on: {
          [types.int.typename](context, n) {
            if (context.storage.last.get() !== n - 1) throw new Error(`${String(n)} is out of order`);
            context.storage.last.set(n);
            context.storage.sum.update((sum = 0n) => sum + BigInt(n));
            run(n, context);
            return way === "async" ? Promise.resolve() : undefined;
          },
        },
      });
      const invocations = Array.from({ length: count }, (_, index) => wireValue.int(index + 1));

      const answer = decode(
        await recordingHandler([served]).answer(
          toFunction({ states: { last: wireValue.int(0), sum: undefined }, invocations }),
        ),
      );

      expect(answer).toEqual(
        effects({
          mutations: [
            { type: "MODIFY", name: "last", value: wireValue.int(count) },
            { type: "MODIFY", name: "sum", value: wireValue.long(50_005_000n) },
          ],
          messages: Array.from({ length: 10 }, (_, index) => ({
            to: { namespace: "ns", type: "t", id: String((index + 1) * 1000) },
            argument: wireValue.int((index + 1) * 1000),
          })),
        }),
      );
    },
  );

  test("K59: a body of exactly the default limit, 64 MiB, is served", async () => {
    const limit = 64 * 1024 * 1024;
    const lengths: number[] = [];
    const handler = recordingHandler([
      statefulFunction(functionType("ns/fn", [types.bytes]), {
        on: {
          [types.bytes.typename]: (_context, bytes) => void lengths.push(bytes.length, bytes.at(-1) ?? 0),
        },
      }),
    ]);
    const around = requestWithBytes(new Uint8Array(limit - 1024)).length - (limit - 1024);
    const request = requestWithBytes(new Uint8Array(limit - around).fill(7));

    const answer = await handler.answer(request);

    expect(request).toHaveLength(limit);
    expect(handler.maxRequestBytes).toBe(limit);
    expect(hex(answer)).toBe(golden.R4);
    expect(lengths).toEqual([limit - around, 7]);
  });

  test("K59: the limit is an option, in whole bytes from one on", () => {
    const { maxRequestBytes } = requestReplyHandler([idle], { maxRequestBytes: 1 });

    expect(maxRequestBytes).toBe(1);
    for (const bad of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, "1", null]) {
      expect(() => requestReplyHandler([idle], { maxRequestBytes: bad as never })).toThrow(
        expect.objectContaining({ code: "invalid-argument" }),
      );
    }
  });
});

/** A request of one message of the type `statefun.types/bytes`. */
function requestWithBytes(bytes: Uint8Array): Uint8Array {
  const target = delimited(1, delimited(1, "ns"), delimited(2, "fn"), delimited(3, "1"));
  const argument = delimited(2, delimited(1, "statefun.types/bytes"), varint(2, 1), delimited(3, bytes));
  return delimited(100, target, delimited(3, argument));
}
