import { expect, test } from "@jest/globals";
import { writtenBytes } from "../../../../dev/runtime/values/written-value.js";

const string = "io.statefun.types/string";
const int = "io.statefun.types/int";

test.each([
  ["JSON of the user's own type", "example/greet", { value: { name: "Ada" } }, '{"name":"Ada"}'],
  ["a JSON null", "example/greet", { value: null }, "null"],
  ["text of the user's own type", "example/greet", { text: "Ada" }, "Ada"],
  ["text of StateFun's string", string, { text: "Ada" }, "\n\x03Ada"],
  ["a value of StateFun's string", string, { value: "Ada" }, "\n\x03Ada"],
  ["a value of StateFun's int", int, { value: 1 }, "\r\x01\0\0\0"],
  ["base64 as it is", int, { base64: "QWRh" }, "Ada"],
])("%s is written", (_, typename, written, bytes) => {
  expect(Buffer.from(writtenBytes(typename, written)).toString("latin1")).toBe(bytes);
});

test.each([
  ["nothing", string, {}, "there is no value"],
  ["two at once", string, { value: "a", text: "a" }, "there are several values"],
  [
    "a value of another type",
    int,
    { value: "1" },
    '"1" is not a value of io.statefun.types/int: give a whole number of 32 bits',
  ],
  ["text for a number", int, { text: "1" }, "io.statefun.types/int is not text"],
  ["no base64", "example/any", { base64: "?" }, '"?" is not base64'],
  ["half of a surrogate pair", "example/any", { text: "\ud800" }, "holds half of a surrogate pair"],
])("%s is refused", (_, typename, written, why) => {
  expect(() => writtenBytes(typename, written)).toThrow(why);
});
