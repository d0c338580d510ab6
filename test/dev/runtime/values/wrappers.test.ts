import { expect, test } from "@jest/globals";
import { readWrapped, writeWrapped } from "../../../../dev/runtime/values/wrappers.js";

const hex = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString("hex");

const typename = (name: string): string => `io.statefun.types/${name}`;

test.each([
  ["bool", true, "0801"],
  ["bool", false, ""],
  ["int", -2, "0dfeffffff"],
  ["int", 0, ""],
  ["float", 1.5, "0d0000c03f"],
  ["long", 1, "090100000000000000"],
  ["long", "9007199254740993", "090100000000002000"],
  ["long", "-9223372036854775808", "090000000000000080"],
  ["double", -0.5, "09000000000000e0bf"],
  ["double", "Infinity", "09000000000000f07f"],
  ["string", "é", "0a02c3a9"],
  ["string", "", ""],
])("%s: %j is written as %j and read back", (name, value, bytes) => {
  const written = writeWrapped(typename(name), value);

  expect(hex(written)).toBe(bytes);
  expect(readWrapped(typename(name), Buffer.from(bytes, "hex"))).toBe(value);
});

test.each([
  ["bool", 1],
  ["int", 2 ** 31],
  ["int", 1.5],
  ["int", "1"],
  ["float", 1e300],
  ["long", 2 ** 53],
  ["long", "9223372036854775808"],
  ["double", "one"],
  ["string", 1],
  ["string", null],
])("%s: %j is not written", (name, value) => {
  const written = writeWrapped(typename(name), value);

  expect(written).toBeUndefined();
});

test.each([
  ["an explicit default", "int", "0d00000000", 0],
  ["the last of two", "int", "0d010000000d02000000", 2],
  ["a field that is unknown", "string", "12017a0a0161", "a"],
])("%s is read", (_, name, bytes, value) => {
  expect(readWrapped(typename(name), Buffer.from(bytes, "hex"))).toBe(value);
});

test.each([
  ["field 1 of another wire type", "int", "0801"],
  ["a field that is cut short", "long", "0901000000"],
  ["text that is not UTF-8", "string", "0a01ff"],
])("%s is no value", (_, name, bytes) => {
  expect(readWrapped(typename(name), Buffer.from(bytes, "hex"))).toBeUndefined();
});

test("a type of somebody else's is neither read nor written", () => {
  expect(readWrapped("example/int", new Uint8Array(0))).toBeUndefined();
  expect(writeWrapped("example/int", 1)).toBeUndefined();
});
