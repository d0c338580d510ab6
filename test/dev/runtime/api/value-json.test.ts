import { describe, expect, test } from "@jest/globals";
import { types } from "statefun";
import { serializedTypedValue, Writer } from "statefun/wire";
import { addressJson, errorJson, typedBytesJson, valueJson } from "../../../../dev/runtime/api/value-json.js";
import { RuntimeError } from "../../../../dev/runtime/runtime-error.js";

const limit = 100;

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

describe("a typed value", () => {
  test.each([
    ["io.statefun.types/bool", types.boolean.serialize(true), true],
    ["io.statefun.types/int", types.int.serialize(-7), -7],
    ["io.statefun.types/int", new Uint8Array(0), 0],
    ["io.statefun.types/long", types.long.serialize(2n ** 60n), "1152921504606846976"],
    ["io.statefun.types/float", types.float.serialize(1.5), 1.5],
    ["io.statefun.types/double", types.double.serialize(NaN), "NaN"],
    ["io.statefun.types/string", types.string.serialize("héllo"), "héllo"],
    ["a/json", bytesOf('{"a":[1,null]}\n'), { a: [1, null] }],
  ])("of %s is decoded, and kept as bytes", (typename, bytes, value) => {
    const json = valueJson(serializedTypedValue(typename, bytes), limit);

    expect(json).toEqual({
      typename,
      hasValue: true,
      size: bytes.length,
      base64: Buffer.from(bytes).toString("base64"),
      truncated: false,
      value,
    });
  });

  test("of bytes that do not say what they are shows the bytes", () => {
    const json = typedBytesJson("a/b", new Uint8Array([0, 255, 1]), limit);

    expect(json).toEqual({ typename: "a/b", hasValue: true, size: 3, base64: "AP8B", truncated: false });
  });

  test("of bytes that do not fit its typename shows the bytes", () => {
    const json = typedBytesJson("io.statefun.types/int", new Uint8Array([1]), limit);

    expect(json).not.toHaveProperty("value");
    expect(json.base64).toBe("AQ==");
  });

  test("without a value says so", () => {
    expect(valueJson(serializedTypedValue("a/b"), limit)).toMatchObject({
      hasValue: false,
      size: 0,
      base64: "",
    });
  });

  test("that is long shows its beginning, whole characters only, and its size", () => {
    const text = "é".repeat(100);

    const json = typedBytesJson("a/b", bytesOf(text), 11);

    expect(json).toMatchObject({ size: 200, truncated: true, text: "é".repeat(5) });
    expect(Buffer.from(json.base64, "base64")).toHaveLength(11);
  });

  test("of JSON that is cut is text, and cut bytes are nothing but bytes", () => {
    expect(typedBytesJson("a/b", bytesOf('{"a":"bcdefgh"}'), 8)).toMatchObject({
      text: '{"a":"bc',
      truncated: true,
    });
    expect(typedBytesJson("a/b", bytesOf('"quoted" and more'), 8)).toMatchObject({ text: '"quoted"' });
    expect(typedBytesJson("a/b", new Uint8Array(20), 8)).not.toHaveProperty("text");
  });

  test("of a long string shows its beginning", () => {
    const json = typedBytesJson("io.statefun.types/string", types.string.serialize("x".repeat(1000)), 10);

    expect(json).toMatchObject({ value: "xxxxxxxxxx", size: 1003, truncated: true });
  });

  test("of JSON too deep to be written again is text", () => {
    const deep = "[".repeat(50_000) + "]".repeat(50_000);

    const json = typedBytesJson("a/b", bytesOf(deep), 1_000_000);

    expect(json.text).toBe(deep);
    expect(() => JSON.stringify(json)).not.toThrow();
  });

  test("shows its headers", () => {
    const header = new Writer(16);
    for (const byte of [0x0a, 1, 0x6b, 0x12, 1, 0x76, 0x18, 1]) header.byte(byte);
    const nullHeader = [0x22, 3, 0x0a, 1, 0x6e];
    const argument = new Uint8Array([
      ...serializedTypedValue("a/b", bytesOf("1")),
      0x22,
      8,
      ...header.bytes.subarray(0, 8),
      ...nullHeader,
    ]);

    expect(valueJson(argument, limit)).toMatchObject({
      value: 1,
      headers: [{ key: "k", base64: "dg==" }, { key: "n" }],
    });
  });
});

test("addresses and errors are written with their typename, and what caused them", () => {
  const address = { namespace: "shop", name: "cart", id: "" };
  const error = new RuntimeError("call-failed", "it failed; mend it", { address, cause: new Error("boom") });

  expect(addressJson(address)).toEqual({ typename: "shop/cart", id: "" });
  expect(errorJson(error)).toEqual({
    code: "call-failed",
    message: "[call-failed] it failed; mend it",
    address: { typename: "shop/cart", id: "" },
    cause: "boom",
  });
});
