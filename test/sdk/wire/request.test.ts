import { describe, expect, jest, test } from "@jest/globals";
import type * as Wire from "statefun/wire";
import { asRead } from "../../fuzz/readings.js";
import { decodeRequest } from "../../fuzz/reference.js";
import {
  bytesField,
  messageField,
  nestedGroups,
  serialize,
  textField,
  varintField,
  type WireField,
} from "../../fuzz/wire-tree.js";
import { fromHex, hex } from "../../support/hex.js";
import { V1, V2, V3 } from "../conformance/golden-bytes.js";
import { loadedOn, textPaths } from "./text-paths.js";

const malformed: unknown = expect.objectContaining({ code: "malformed-request" });

const target = messageField(1, [...textField(1, "ns"), ...textField(2, "fn"), ...textField(3, "é1")]);

/** The bytes of a `ToFunction` whose batch has these fields beside its target. */
function request(...fields: readonly WireField[]): Uint8Array {
  return serialize([messageField(100, [target, ...fields])]);
}

function typedValue(typename: string, ...rest: readonly WireField[]): readonly WireField[] {
  return [...textField(1, typename), varintField(2, true), ...rest];
}

describe.each(textPaths)("a request on the %s path", (path) => {
  const { readRequest } = loadedOn(path, () => jest.requireActual<typeof Wire>("statefun/wire"));

  function onlyInvocation(bytes: Uint8Array): Wire.InvocationView {
    const invocation = readRequest(bytes)?.invocations[0];
    if (invocation === undefined) throw new Error("the request has no invocation");
    return invocation;
  }

  test("is read into views: target, states and invocations in order", () => {
    const view = readRequest(V3);

    expect([view?.target.namespace, view?.target.name, view?.target.id]).toEqual(["ns", "fn", "1"]);
    expect(view?.target.isEmpty).toBe(false);
    expect(view?.states.map(({ name, typename, hasValue }) => ({ name, typename, hasValue }))).toEqual([
      { name: "seen", typename: "io.statefun.types/int", hasValue: true },
    ]);
    expect(view?.states.map((state) => hex(state.value()))).toEqual(["0d02000000"]);
    expect(view?.invocations.map((invocation) => hex(invocation.value()))).toEqual(["0a026869", "0a026869"]);
    expect(view?.invocations.map((invocation) => invocation.caller()?.id)).toEqual(["9", undefined]);
  });

  test.each([
    ["V1", V1],
    ["V2", V2],
    ["V3", V3],
  ])("%s cut short anywhere is an error, or whole", (_, golden) => {
    for (let length = 1; length < golden.length; length++) {
      expect(() => readRequest(golden.subarray(0, length))).toThrow(malformed);
    }
    expect(readRequest(golden)?.target.id).toBe("1");
  });

  test("cut short anywhere inside its batch is an error, or a batch that the bytes spell", () => {
    const batch = V3.subarray(4); // without field 100's tag and length
    for (let length = 0; length <= batch.length; length++) {
      const bytes = serialize([bytesField(100, batch.subarray(0, length))]);
      const expected = orNothing(() => asRead(decodeRequest(bytes)));

      const view = orNothing(() => readRequest(bytes));

      expect(view?.invocations.length).toBe(expected?.invocations.length);
      expect(view?.states.length).toBe(expected?.states.length);
      expect(view?.target.id).toBe(expected?.target.id);
    }
  });

  test.each([
    ["no bytes", ""],
    ["an empty batch", "a20600"],
    ["unknown fields only", "0801 1200 aa0600"],
    ["field 100 as a number", "a00605"],
  ])("of %s has no target, and is none", (_, digits) => {
    expect(readRequest(fromHex(digits))).toBeUndefined();
  });

  test("with a target that says nothing is a request to nobody in particular", () => {
    const view = readRequest(fromHex("a206020a00"));

    expect(view?.target.isEmpty).toBe(true);
    expect([view?.target.namespace, view?.target.name, view?.target.id]).toEqual(["", "", ""]);
    expect([view?.states.length, view?.invocations.length]).toEqual([0, 0]);
  });

  test.each([
    ["absent", []],
    ["empty", [messageField(1, [])]],
    [
      "three empty texts",
      [
        messageField(
          1,
          [1, 2, 3].map((number) => bytesField(number, new Uint8Array(0))),
        ),
      ],
    ],
  ])("has no caller where the caller is %s", (_, caller) => {
    const bytes = request(messageField(3, [...caller, messageField(2, typedValue("a/b"))]));

    expect(onlyInvocation(bytes).caller()).toBeUndefined();
  });

  test("has a caller as soon as one of its texts is not empty", () => {
    for (const number of [1, 2, 3]) {
      const bytes = request(messageField(3, [messageField(1, textField(number, "ü"))]));

      const caller = onlyInvocation(bytes).caller();

      expect([caller?.namespace, caller?.name, caller?.id].join("")).toBe("ü");
    }
  });

  test("keeps an argument as it stands in the request, unknown fields included", () => {
    const argument = serialize([...typedValue("a/b"), varintField(9, 7), bytesField(3, fromHex("01ff"))]);
    const bytes = request(messageField(3, [bytesField(2, argument)]));

    const view = onlyInvocation(bytes);

    expect(hex(view.bytes.subarray(view.start, view.end))).toBe(hex(argument));
    expect(hex(view.value())).toBe("01ff");
  });

  test("without an argument has one in which everything is empty", () => {
    const view = onlyInvocation(request(messageField(3, [])));

    expect([
      view.typename,
      view.hasValue,
      view.value().length,
      view.headers(),
      view.end - view.start,
    ]).toEqual(["", false, 0, [], 0]);
  });

  test("in two parts is their merge", () => {
    const first = messageField(100, [
      messageField(1, textField(1, "ns")),
      messageField(2, textField(1, "a")),
    ]);
    const second = messageField(100, [
      messageField(1, textField(2, "fn")),
      messageField(2, textField(1, "b")),
    ]);

    const view = readRequest(serialize([first, varintField(3, 1), second]));

    expect([view?.target.namespace, view?.target.name]).toEqual(["ns", "fn"]);
    expect(view?.states.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  test("merges callers and arguments that occur more than once", () => {
    const header = (key: string): WireField => messageField(4, textField(1, key));
    const bytes = request(
      messageField(3, [
        messageField(2, [...typedValue("a/b", bytesField(3, fromHex("01"))), header("one")]),
        messageField(1, [...textField(1, "ns"), ...textField(3, "old")]),
        messageField(2, [bytesField(3, fromHex("0203")), header("two")]),
        messageField(1, textField(3, "new")),
      ]),
    );

    const view = onlyInvocation(bytes);

    expect([view.typename, view.hasValue, hex(view.value())]).toEqual(["a/b", true, "0203"]);
    expect(view.headers().map(({ key }) => key)).toEqual(["one", "two"]);
    expect([view.caller()?.namespace, view.caller()?.name, view.caller()?.id]).toEqual(["ns", "", "new"]);
    expect(hex(view.bytes.subarray(view.start, view.end))).toBe(
      hex(
        serialize([
          ...typedValue("a/b", bytesField(3, fromHex("01"))),
          header("one"),
          bytesField(3, fromHex("0203")),
          header("two"),
        ]),
      ),
    );
  });

  test("merges an argument of many parts in space that its bytes take", () => {
    const parts = Array.from({ length: 20_000 }, () => bytesField(2, fromHex("1a0101")));

    const view = onlyInvocation(request(messageField(3, parts)));

    expect([hex(view.value()), view.end - view.start]).toEqual(["01", 60_000]);
    expect(view.bytes.buffer.byteLength).toBeLessThan(200_000);
  });

  test("refuses parts that are no messages one by one, though together they are", () => {
    const bytes = request(
      messageField(3, [bytesField(2, fromHex("0a05")), bytesField(2, fromHex("6162636465"))]),
    );

    expect(() => readRequest(bytes)).toThrow(malformed);
  });

  test("takes the last of several scalars", () => {
    const state = messageField(2, [
      ...textField(1, "old"),
      messageField(2, [...typedValue("a/old"), varintField(2, 0), ...textField(1, "a/new")]),
      ...textField(1, "new"),
    ]);

    const [view] = readRequest(request(state))?.states ?? [];

    expect([view?.name, view?.typename, view?.hasValue]).toEqual(["new", "a/new", false]);
  });

  test("passes over unknown fields, groups and known fields of foreign wire types, wherever they stand", () => {
    const noise = [
      varintField(15, -1n),
      nestedGroups(14, 3),
      { number: 1, payload: { kind: "fixed32", bytes: fromHex("ffffffff") } } as const,
      { number: 2, payload: { kind: "fixed64", bytes: fromHex("ffffffffffffffff") } } as const,
      varintField(3, 5),
      bytesField(536_870_911, fromHex("ff")),
    ];
    const address = [...noise, ...textField(1, "ns"), ...textField(2, "fn"), ...noise];
    const value = [
      ...noise.filter(({ number }) => number !== 2),
      ...typedValue("a/b", bytesField(3, fromHex("01"))),
    ];
    const bytes = serialize([
      ...noise,
      messageField(100, [
        ...noise,
        messageField(1, address),
        messageField(2, [...noise, ...textField(1, "seen"), messageField(2, value)]),
        messageField(3, [...noise, messageField(1, address), messageField(2, value)]),
      ]),
    ]);

    const view = readRequest(bytes);

    expect([view?.target.namespace, view?.target.name]).toEqual(["ns", "fn"]);
    expect(view?.states.map((state) => `${state.name} ${state.typename} ${hex(state.value())}`)).toEqual([
      "seen a/b 01",
    ]);
    expect(
      view?.invocations.map((each) => `${each.typename} ${hex(each.value())} ${each.caller()?.name ?? ""}`),
    ).toEqual(["a/b 01 fn"]);
  });

  const notUtf8 = fromHex("61c328");

  test.each<[string, WireField]>([
    ["a namespace", messageField(1, [bytesField(1, notUtf8)])],
    ["a name", messageField(1, [bytesField(2, notUtf8)])],
    ["an id", messageField(1, [bytesField(3, notUtf8)])],
    ["a state name", messageField(2, [bytesField(1, notUtf8)])],
    ["a state's typename", messageField(2, [messageField(2, [bytesField(1, notUtf8)])])],
    ["a caller's namespace", messageField(3, [messageField(1, [bytesField(1, notUtf8)])])],
    ["a caller's name", messageField(3, [messageField(1, [bytesField(2, notUtf8)])])],
    ["a caller's id", messageField(3, [messageField(1, [bytesField(3, notUtf8)])])],
    ["an argument's typename", messageField(3, [messageField(2, [bytesField(1, notUtf8)])])],
    ["a header's key", messageField(3, [messageField(2, [messageField(4, [bytesField(1, notUtf8)])])])],
    ["a text that another one follows", messageField(1, [bytesField(3, notUtf8), ...textField(3, "1")])],
  ])("refuses %s that is not UTF-8", (_, field) => {
    expect(() => readRequest(request(field))).toThrow(malformed);
  });

  test("takes bytes that are not UTF-8 where bytes belong", () => {
    const value = [...typedValue("a/b", bytesField(3, notUtf8)), messageField(4, [bytesField(2, notUtf8)])];

    expect(hex(onlyInvocation(request(messageField(3, [messageField(2, value)]))).value())).toBe(
      hex(notUtf8),
    );
  });

  test("is read from a Node buffer as from any other bytes", () => {
    const pool = Buffer.concat([Buffer.from([0xff]), V3]);

    const view = readRequest(pool.subarray(1));

    expect([view?.target.id, view?.invocations[0]?.caller()?.name]).toEqual(["1", "other"]);
  });
});

function orNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
