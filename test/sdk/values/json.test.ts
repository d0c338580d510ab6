import { describe, expect, jest, test } from "@jest/globals";
import * as v from "valibot";
import { z } from "zod";
import { jsonShape, jsonType, StateFunError, types } from "statefun";
import type { JsonValue, StandardSchema } from "statefun";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const Any = jsonType("test/Any");

describe("a JSON type without a schema", () => {
  test.each<[JsonValue, string]>([
    [{ name: "Ada" }, '{"name":"Ada"}'],
    [[1, [2, [3]]], "[1,[2,[3]]]"],
    ["", '""'],
    ["läßt 🛒 \u2028 \ud83d", '"läßt 🛒 \u2028 \\ud83d"'],
    [0, "0"],
    [-1.5e300, "-1.5e+300"],
    [false, "false"],
    [null, "null"],
    [{}, "{}"],
  ])("writes %j as JSON.stringify does, and reads it back", (value, text) => {
    expect(new TextDecoder().decode(Any.serialize(value))).toBe(text);
    expect(Any.deserialize(utf8(text))).toEqual(value);
  });

  test.each(["\n", " ", "\r\n", "\t"])(
    "reads JSON with white space %j around it, as other SDKs write it",
    (space) => {
      expect(Any.deserialize(utf8(`${space}{"a": 1}${space}`))).toEqual({ a: 1 });
    },
  );

  test("keeps a key named __proto__ a key", () => {
    const read = Any.deserialize(utf8('{"__proto__":{"polluted":true}}')) as object;

    expect(Object.keys(read)).toEqual(["__proto__"]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test("writes a large text", () => {
    const value = "é".repeat(100_000);

    expect(Any.deserialize(Any.serialize(value))).toBe(value);
  });

  const circular: { self?: unknown } = {};
  circular.self = circular;
  const throwing = {
    toJSON() {
      throw new Error("will not");
    },
  };

  test.each<[string, unknown, string]>([
    ["undefined", undefined, "undefined is not JSON; call remove() to delete a state value"],
    ["a function", (): void => undefined, "a function is not JSON"],
    ["a symbol", Symbol("s"), "a symbol is not JSON"],
    ["a bigint inside", { n: 1n }, "the value is not JSON: "],
    ["a circle", circular, "the value is not JSON: "],
    ["a toJSON that throws", throwing, "the value is not JSON: will not"],
    ["a toJSON that returns nothing", { toJSON: () => undefined }, "an object (Object) is not JSON"],
  ])("refuses %s when it is written", (_, value, says) => {
    const write = (): unknown => Any.serialize(value as JsonValue);

    expect(write).toThrow(StateFunError);
    expect(write).toThrow(`[serialization] test/Any: ${says}`);
  });

  test.each<[string, Uint8Array, string]>([
    ["no bytes", new Uint8Array(0), "the bytes (0) are not JSON"],
    ["half a value", utf8('{"password":"hunter2"'), "the bytes (21) are not JSON"],
    ["two values", utf8("1 2"), "the bytes (3) are not JSON"],
    [
      "bytes that are no UTF-8",
      Uint8Array.of(0x22, 0xff, 0x22),
      "the bytes are not UTF-8, so they are not JSON",
    ],
    ["UTF-16", new Uint8Array(new Uint16Array([0x7b, 0x7d]).buffer), "the bytes (4) are not JSON"],
  ])("refuses %s, and does not quote it", (_, bytes, says) => {
    const read = (): unknown => Any.deserialize(bytes);

    expect(read).toThrow(StateFunError);
    expect(read).toThrow(`[serialization] test/Any: ${says}`);
    expect(read).not.toThrow("hunter2");
  });
});

describe.each<[string, StandardSchema<{ name: string; size: number }>]>([
  ["zod", z.object({ name: z.string(), size: z.number().int() })],
  ["valibot", v.object({ name: v.string(), size: v.pipe(v.number(), v.integer()) })],
])("a JSON type with a schema of %s", (_, schema) => {
  const Shirt = jsonType("test/Shirt", schema);

  test("takes what the schema takes, when it is made, written and read", () => {
    const shirt = { name: "blue", size: 7 };

    expect(Shirt(shirt).value).toEqual(shirt);
    expect(Shirt.deserialize(Shirt.serialize(shirt))).toEqual(shirt);
  });

  test("refuses what the schema refuses, when it is made, written and read, with the place in the value", () => {
    const wrong = { name: 7, size: 1.5 } as unknown as { name: string; size: number };
    const uses: readonly (() => unknown)[] = [
      () => Shirt(wrong),
      () => Shirt.serialize(wrong),
      () => Shirt.deserialize(utf8(JSON.stringify(wrong))),
      () => Shirt.from({ typename: Shirt.typename, hasValue: true, bytes: utf8(JSON.stringify(wrong)) }),
    ];

    for (const use of uses) {
      expect(use).toThrow("[serialization] test/Shirt: the value does not fit the schema: /name: ");
      expect(use).toThrow("; /size: ");
    }
  });
});

describe("a schema", () => {
  test("that has defaults fills them in when a value is made and when it is read", () => {
    const Page = jsonType("test/Page", z.object({ size: z.number().default(20) }));

    expect(Page({} as { size: number }).value).toEqual({ size: 20 });
    expect(Page.deserialize(utf8("{}"))).toEqual({ size: 20 });
    expect(new TextDecoder().decode(Page.serialize({} as { size: number }))).toBe('{"size":20}');
  });

  test("that brands passes values on", () => {
    const Sku = z.string().brand<"Sku">();
    const Item = jsonType("test/Item", z.object({ sku: Sku }));

    expect(Item({ sku: Sku.parse("tea") })).toEqual({ typename: "test/Item", value: { sku: "tea" } });
  });

  test("does not run again when a value that was made is sent", () => {
    const validate = jest.fn((value: unknown) => ({ value }));
    const Counted = jsonType("test/Counted", { "~standard": { version: 1, vendor: "test", validate } });

    Counted({ a: 1 });

    expect(validate).toHaveBeenCalledTimes(1);
  });

  test("that returns undefined is refused", () => {
    const Nothing = jsonType("test/Nothing", {
      "~standard": { version: 1, vendor: "test", validate: () => ({ value: undefined }) },
    });

    expect(() => Nothing(undefined)).toThrow("[serialization] test/Nothing: undefined is not JSON");
  });

  test("that is a function, as arktype's are, is taken", () => {
    const schema = Object.assign((): void => undefined, {
      "~standard": { version: 1 as const, vendor: "test", validate: (value: unknown) => ({ value }) },
    });

    expect(jsonType("test/Ark", schema)({ a: 1 }).value).toEqual({ a: 1 });
  });

  test.each<[string, unknown]>([
    ["a parse function", { parse: (value: unknown) => value }],
    ["a JSON schema", { type: "object" }],
    ["null", null],
    ["a text", "object"],
    ["a Standard Schema without validate", { "~standard": { version: 1, vendor: "test" } }],
  ])("is refused when the type is defined if it is %s", (_, schema) => {
    const define = (): unknown => jsonType("test/Odd", schema as StandardSchema);

    expect(define).toThrow(StateFunError);
    expect(define).toThrow(
      '[invalid-argument] the schema of test/Odd is not a Standard Schema: it has no "~standard".validate; pass a zod, valibot or arktype schema, or none',
    );
  });
});

describe("what tools learn of a type", () => {
  const schema = z.object({ name: z.string() });

  test.each([
    ["a JSON type with a schema", jsonType("test/Checked", schema), { schema }],
    ["a JSON type without one", Any, { schema: undefined }],
    ["a type that is not JSON", types.int, undefined],
  ])("is of %s %p", (_, type, shape) => {
    expect(jsonShape(type)).toEqual(shape);
  });
});
