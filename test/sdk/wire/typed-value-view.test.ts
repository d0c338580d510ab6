import { describe, expect, jest, test } from "@jest/globals";
import type * as Wire from "statefun/wire";
import { bytesField, messageField, serialize, textField, varintField } from "../../fuzz/wire-tree.js";
import { fromHex, hex } from "../../support/hex.js";
import { loadedOn, textPaths } from "./text-paths.js";

const malformed: unknown = expect.objectContaining({ code: "malformed-request" });

describe.each(textPaths)("a typed value on the %s path", (path) => {
  const { Reader, readTypedValue, TypedValueView } = loadedOn(path, () =>
    jest.requireActual<typeof Wire>("statefun/wire"),
  );

  function view(bytes: Uint8Array): Wire.TypedValueView {
    const made = new TypedValueView(bytes);
    made.end = bytes.length;
    readTypedValue(new Reader(bytes), bytes.length, made);
    return made;
  }

  test("of no bytes has no typename, no value and no headers", () => {
    const { typename, hasValue, hasHeaders } = view(new Uint8Array(0));

    expect([typename, hasValue, hasHeaders]).toEqual(["", false, false]);
    expect(view(new Uint8Array(0)).value()).toHaveLength(0);
    expect(view(new Uint8Array(0)).headers()).toEqual([]);
  });

  test("tells a value of no bytes from no value", () => {
    expect(view(fromHex("1001")).hasValue).toBe(true);
    expect(view(fromHex("1000")).hasValue).toBe(false);
    expect(view(fromHex("1a0101")).hasValue).toBe(false);
  });

  test("shows its value where it stands, without a copy", () => {
    const bytes = fromHex("0a036e2f6d 1001 1a02aabb");

    const value = view(bytes).value();

    expect(hex(value)).toBe("aabb");
    expect(value.buffer).toBe(bytes.buffer);
  });

  test("keeps headers in order, duplicates and null headers included", () => {
    const header = (key: string, value: string, hasValue: boolean): ReturnType<typeof messageField> =>
      messageField(4, [...textField(1, key), bytesField(2, fromHex(value)), varintField(3, hasValue)]);
    const bytes = serialize([
      header("a", "01", true),
      header("ü", "", true),
      header("a", "02", false),
      messageField(4, []),
      ...textField(1, "n/m"),
      header("a", "03", true),
    ]);

    expect(view(bytes).headers()).toEqual([
      { key: "a", value: fromHex("01") },
      { key: "ü", value: new Uint8Array(0) },
      { key: "a", value: undefined },
      { key: "", value: undefined },
      { key: "a", value: fromHex("03") },
    ]);
    expect(view(bytes).hasHeaders).toBe(true);
  });

  test("gives headers that do not change with the bytes, a Node buffer's included", () => {
    const bytes = Buffer.from(
      serialize([messageField(4, [bytesField(2, fromHex("aa")), varintField(3, 1)])]),
    );
    const [header] = view(bytes).headers();

    bytes.fill(0);

    expect(header).toEqual({ key: "", value: fromHex("aa") });
  });

  test("takes the last key, value and has_value of a header", () => {
    const bytes = serialize([
      messageField(4, [
        ...textField(1, "old"),
        varintField(3, 1),
        bytesField(2, fromHex("aa")),
        varintField(9, 1),
        ...textField(1, "new"),
        bytesField(2, fromHex("bb")),
      ]),
    ]);

    expect(view(bytes).headers()).toEqual([{ key: "new", value: fromHex("bb") }]);
  });

  test.each([
    ["a header that is cut short", "22030a0161 2205"],
    ["a key that is not UTF-8", "22030a01ff"],
    ["a value beyond its header", "220212021a00"],
    ["a typename that is not UTF-8", "0a01ff"],
    ["a value beyond the end", "1a05aa"],
  ])("is refused with %s", (_, digits) => {
    expect(() => view(fromHex(digits))).toThrow(malformed);
  });

  test("overwrites what the view has, which is how a message that occurs twice is merged", () => {
    const bytes = fromHex("0a036e2f6d 1001 1a01aa  0a036e2f6f 1a01bb");
    const made = new TypedValueView(bytes);
    const reader = new Reader(bytes);

    readTypedValue(reader, 10, made);
    readTypedValue(reader, bytes.length, made);

    expect([made.typename, made.hasValue, hex(made.value())]).toEqual(["n/o", true, "bb"]);
  });
});
