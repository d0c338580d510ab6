import { createContext, runInContext } from "node:vm";
import { describe, expect, test } from "@jest/globals";
import { describeValue, isBytes, refused } from "../../../sdk/values/codec.js";

const elsewhere = createContext();

describe("a value in an error message", () => {
  test.each<[unknown, string]>([
    ["short", '"short"'],
    ['quotes " and \n', String.raw`"quotes \" and \n"`],
    ["x".repeat(40), `"${"x".repeat(40)}"`],
    ["x".repeat(41), "a text of 41 characters"],
    ["x".repeat(1_000_000), "a text of 1000000 characters"],
    [7, "7"],
    [-0, "-0"],
    [Number.NaN, "NaN"],
    [7n, "7n"],
    [true, "true"],
    [undefined, "undefined"],
    [null, "null"],
    [[1, 2, 3], "an array"],
    [{ secret: 1 }, "an object (Object)"],
    [new Date(0), "an object (Date)"],
    [Promise.resolve(7), "an object (Promise)"],
    [(): void => undefined, "a function"],
    [Symbol("s"), "a symbol"],
    [Object.create(null), "an object (Object)"],
  ])("%p is short: %s", (value, description) => {
    expect(describeValue(value)).toBe(description);
  });
});

describe("bytes are", () => {
  test.each<[string, unknown]>([
    ["a Uint8Array", new Uint8Array(1)],
    ["a Node buffer", Buffer.alloc(1)],
    ["a view on a shared buffer", new Uint8Array(new SharedArrayBuffer(1))],
    ["a Uint8Array of another realm", runInContext("new Uint8Array(1)", elsewhere)],
  ])("%s", (_, value) => {
    expect(isBytes(value)).toBe(true);
  });

  test.each<[string, unknown]>([
    ["a Uint8ClampedArray", new Uint8ClampedArray(1)],
    ["a DataView", new DataView(new ArrayBuffer(1))],
    ["an array of numbers", [1]],
    ["an object that calls itself one", { [Symbol.toStringTag]: "Uint8Array" }],
    ["a text", "bytes"],
    ["nothing", undefined],
  ])("not %s", (_, value) => {
    expect(isBytes(value)).toBe(false);
  });
});

test("a refusal names the type, in text and as a field, and keeps the cause if there is one", () => {
  const cause = new Error("boom");

  expect(refused("shop/Cart", "no")).toMatchObject({
    code: "serialization",
    message: "[serialization] shop/Cart: no",
    typename: "shop/Cart",
  });
  expect("cause" in refused("shop/Cart", "no")).toBe(false);
  expect(refused("shop/Cart", "no", cause).cause).toBe(cause);
});
