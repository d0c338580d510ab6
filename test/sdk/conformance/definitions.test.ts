import { describe, expect, test } from "@jest/globals";
import type { Address } from "statefun";
import {
  bytesType,
  customType,
  egress,
  functionType,
  jsonType,
  kafkaEgress,
  kinesisEgress,
  protobufEsType,
  protobufType,
  requestReplyHandler,
  statefulFunction,
  types,
} from "statefun";
import { decode, effects, incomplete } from "../../support/decode.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { toFunction } from "../../support/to-function.js";
import { wireValue } from "../../support/wire-value.js";
import { V1 } from "./golden-bytes.js";
import { Fn, fn, T } from "./ns-fn.js";

const codec = { serialize: () => new Uint8Array(), deserialize: () => 1 };
const messageClass = { encode: () => ({ finish: () => new Uint8Array() }), decode: () => ({}) };
const esCodec = { toBinary: () => new Uint8Array(), fromBinary: () => ({}) };

/** Everything that is named by a typename when it is defined. */
const definitions: Readonly<Record<string, (typename: string) => unknown>> = {
  functionType: (typename) => functionType(typename, []),
  jsonType: (typename) => jsonType(typename),
  bytesType: (typename) => bytesType(typename),
  customType: (typename) => customType(typename, codec),
  protobufType: (typename) => protobufType(messageClass, typename),
  protobufEsType: (typename) => protobufEsType({ typeName: "shop.Order" }, esCodec, typename),
  egress: (typename) => egress(typename, []),
  kafkaEgress: (typename) => kafkaEgress(typename),
  kinesisEgress: (typename) => kinesisEgress(typename),
};

const badTypenames = [
  "",
  "/",
  "//",
  "a",
  "/b",
  "a/",
  "a/b/",
  "/a/b",
  "a/b/c",
  "a//b",
  "a/\uD800",
  "\uDC00/b",
];
const notText = [undefined, null, 7, {}, ["a/b"], Symbol("a/b")];

describe.each(Object.entries(definitions))("%s", (name, define) => {
  test.each(badTypenames)("K51: the typename %j is refused at definition", (typename) => {
    expect(() => define(typename)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
    expect(() => define(typename)).toThrow(/<namespace>\/<name>|surrogate pair/);
  });

  test("K51: what is not text is refused as a typename", () => {
    for (const typename of notText) {
      // The two protobuf kinds know a typename of their own and may be given none.
      if ((typename === undefined || typename === null) && name.startsWith("protobuf")) continue;
      expect(() => define(typename as never)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
    }
  });

  test("K51: everything with one slash and text on both sides of it is a typename", () => {
    for (const typename of [
      "a/b",
      "io.statefun.types/int",
      "type.googleapis.com/shop.Order",
      "名/前",
      " / ",
      "A-1_.:/b@2",
    ]) {
      expect((define(typename) as { typename: string }).typename).toBe(typename);
    }
  });
});

test("K51: an address put together by hand is checked when it is sent to", async () => {
  const sender = fn({}, (context) => {
    for (const target of [
      ...badTypenames.map((typename) => ({ typename, id: "1" })),
      ...notText.map((typename) => ({ typename, id: "1" })),
      ...[undefined, null, 7].map((id) => ({ typename: "ns/t", id })),
      ...["half \uD800", "\uDC00", "half \uD800"].map((id) => T.address(id)),
      undefined,
      null,
      "ns/t",
    ]) {
      expect(() => {
        context.send(target as Address, types.int(1));
      }).toThrow(expect.objectContaining({ code: "invalid-argument" }));
    }
    const byHand: Address = { typename: "ns/t", id: "" };
    context.send(byHand, types.int(1));
  });

  const answer = await recordingHandler([sender]).answer(V1);

  expect(decode(answer)).toEqual(
    effects({ messages: [{ to: { namespace: "ns", type: "t", id: "" }, argument: wireValue.int(1) }] }),
  );
});

test.each([undefined, null, 7, {}])("K51: an id that is not text is refused: %p", (id) => {
  expect(() => Fn.address(id as never)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
});

describe("K52: what is given twice is refused at definition", () => {
  test("K52: a function", () => {
    const first = fn({}, () => undefined);
    const second = fn({}, () => undefined);
    const other = statefulFunction(functionType("ns/fn2", []), { on: {} });

    for (const functions of [
      [first, first],
      [first, second],
      [first, other, second],
    ]) {
      expect(() => requestReplyHandler(functions)).toThrow(
        expect.objectContaining({ code: "invalid-argument", typename: "ns/fn" }),
      );
    }
    expect(requestReplyHandler([first, other]).functions).toEqual([first, other]);
  });

  test("K52: functions whose namespaces and names only run together alike are two", async () => {
    const ran: string[] = [];
    const handler = recordingHandler(
      (["ab/c", "a/bc"] as const).map((typename) =>
        statefulFunction(functionType(typename, []), { on: {}, otherwise: () => void ran.push(typename) }),
      ),
    );

    await handler.answer(
      toFunction({ target: { namespace: "a", type: "bc", id: "1" }, invocations: [wireValue.int(1)] }),
    );

    expect(ran).toEqual(["a/bc"]);
  });

  test("K52: an accepted type", () => {
    expect(() => functionType("ns/fn", [types.int, types.string, types.int])).toThrow(
      expect.objectContaining({ code: "invalid-argument", typename: "ns/fn" }),
    );
    expect(() => functionType("ns/fn", [jsonType("a/b"), bytesType("a/b")])).toThrow("accepts a/b twice");
  });

  test("K52: a state is declared by its name in an object, so there is one of each name", async () => {
    const declared = { ...{ seen: types.string, last: types.int }, ...{ seen: types.int } };

    const answer = await recordingHandler([fn(declared, () => undefined)]).answer(V1);

    expect(decode(answer)).toEqual(
      incomplete(
        { name: "seen", typename: "io.statefun.types/int" },
        { name: "last", typename: "io.statefun.types/int" },
      ),
    );
  });
});

describe("K53: names of states", () => {
  const names = [
    "seenCount",
    "a1",
    "class",
    "_",
    "__",
    "_1",
    "A",
    "x".repeat(1000),
    "Batch",
    "batch_",
    "batches",
    "request_state",
    // Names that every JavaScript object has already.
    "constructor",
    "toString",
    "valueOf",
    "hasOwnProperty",
    "__proto__",
    "prototype",
    "then",
    "toJSON",
    "name",
    "length",
  ];

  test.each(names)("K53: %s is asked for, read and written", async (name) => {
    const read: unknown[] = [];
    const declared = Object.fromEntries([[name, types.int]]);
    const handler = recordingHandler([
      fn(declared, ({ storage }) => {
        const cell = storage[name];
        read.push(cell?.get());
        cell?.update((n = 0) => n + 1);
      }),
    ]);
    const states = Object.fromEntries([[name, wireValue.int(2)]]);

    const first = await handler.answer(V1);
    const second = await handler.answer(toFunction({ states, invocations: [wireValue.string("hi")] }));

    expect(decode(first)).toEqual(incomplete({ name, typename: "io.statefun.types/int" }));
    expect(decode(second)).toEqual(
      effects({ mutations: [{ type: "MODIFY", name, value: wireValue.int(3) }] }),
    );
    expect(read).toEqual([2]);
  });

  test.each(["batch", "request-state"])(
    "K53: %s, which kills a job, is refused and the reason said",
    (name) => {
      const define = (): unknown => fn({ [name]: types.int }, () => undefined);

      expect(define).toThrow(
        expect.objectContaining({ code: "invalid-argument", typename: "ns/fn", stateName: name }),
      );
      expect(define).toThrow("the job would fail");
    },
  );

  test.each(["", "1a", "a-b", "a.b", "a b", "a/b", "é", "a\n", "a\u0000", "$", "😀", "a "])(
    "K53: %j is refused",
    (name) => {
      expect(() => fn({ [name]: types.int }, () => undefined)).toThrow(
        expect.objectContaining({ code: "invalid-argument", typename: "ns/fn", stateName: name }),
      );
    },
  );

  test.each([undefined, null, 7, "int", {}, { type: 7 }, () => 1, types, jsonType])(
    "K53: a state that is declared as neither a type nor a spec is refused: %p",
    (declaration) => {
      expect(() => fn({ seen: declaration as never }, () => undefined)).toThrow(
        expect.objectContaining({ code: "invalid-argument", typename: "ns/fn", stateName: "seen" }),
      );
    },
  );
});
