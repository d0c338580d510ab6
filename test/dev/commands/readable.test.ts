import { describe, expect, test } from "@jest/globals";
import {
  shownAddress,
  shownBytes,
  shownDuration,
  shownSize,
  shownValue,
} from "../../../dev/commands/readable.js";

const whole = { size: 3, base64: "AQID", truncated: false };

describe("a value on one line", () => {
  test.each([
    ["JSON", { ...whole, value: { name: "Ada" } }, '{"name":"Ada"}'],
    ["a number", { ...whole, value: 0 }, "0"],
    ["text", { ...whole, text: "two\nlines" }, '"two\\nlines"'],
    ["bytes", whole, "AQID (3 bytes)"],
    ["no bytes", { size: 0, base64: "", truncated: false }, "(no bytes)"],
    [
      "the beginning of text",
      { size: 9000, base64: "YQ==", truncated: true, text: "a" },
      '"a" … (9000 bytes)',
    ],
    ["text that turns its line around", { ...whole, text: "a\u202eb" }, '"a\\u202eb"'],
  ])("shows %s", (_, value, line) => {
    expect(shownBytes(value)).toBe(line);
  });

  test("is cut where a line would end", () => {
    const line = shownBytes({ ...whole, value: "x".repeat(1000) });

    expect(line).toHaveLength(160);
    expect(line.endsWith("…")).toBe(true);
  });

  test.each([
    ["its typename", { typename: "a/b", hasValue: true, ...whole, value: 1 }, "a/b  1"],
    ["that it has none", { typename: "a/b", hasValue: false, ...whole }, "a/b without a value"],
    [
      "topic and key of a record",
      { typename: "r", hasValue: true, ...whole, record: { topic: "t", key: "k", ...whole, value: 1 } },
      "t k  1",
    ],
    [
      "a record without a key",
      { typename: "r", hasValue: true, ...whole, record: { topic: "t", ...whole, text: "x" } },
      't  "x"',
    ],
  ])("says %s", (_, value, line) => {
    expect(shownValue(value)).toBe(line);
  });
});

test.each([
  [0, "0 ms"],
  [999.4, "999 ms"],
  [1000, "1 s"],
  [61_000, "1 min 1 s"],
  [7_200_000, "2 h"],
  [7_500_000, "2 h 5 min"],
  [90_061_000, "1 d 1 h"],
  [86_401_000, "1 d"],
  [-61_000, "-1 min 1 s"],
])("%d milliseconds are %j", (millis, text) => {
  expect(shownDuration(millis)).toBe(text);
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1234, "1.2 kB"],
  [5_600_000, "5.6 MB"],
])("%d bytes are %j", (bytes, text) => {
  expect(shownSize(bytes)).toBe(text);
});

test("an id cannot break the line that it stands in", () => {
  expect(shownAddress({ typename: "a/b", id: "x\ny" })).toBe("a/b/x\\u000ay");
});
