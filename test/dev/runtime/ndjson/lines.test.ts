import { writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { LineTooLong, linesOf } from "../../../../dev/runtime/ndjson/lines.js";
import { temporaryFolder } from "../../temporary-folder.js";

async function read(
  content: string,
  start = 0,
  maxBytes = 1_000_000,
): Promise<(string | number | boolean)[][]> {
  const path = join(temporaryFolder(), "lines");
  writeFileSync(path, content);
  const handle = await open(path);
  const lines = [];
  try {
    for await (const { bytes, end, ended } of linesOf(handle, start, maxBytes))
      lines.push([bytes.toString(), end, ended]);
  } finally {
    await handle.close();
  }
  return lines;
}

test.each([
  ["nothing", "", []],
  [
    "whole lines",
    "a\n\nbc\n",
    [
      ["a", 2, true],
      ["", 3, true],
      ["bc", 6, true],
    ],
  ],
  [
    "a line that is not ended",
    "a\nbc",
    [
      ["a", 2, true],
      ["bc", 4, false],
    ],
  ],
])("a file of %s", async (_, content, lines) => {
  expect(await read(content)).toEqual(lines);
});

test("lines of every length around what is read at a time are whole", async () => {
  const lengths = [65_534, 65_535, 65_536, 65_537, 1, 131_072, 0, 200_000];
  const content = lengths.map((length, at) => `${String(at).repeat(length)}\n`).join("");

  const lines = await read(content);

  expect(lines.map(([text]) => text)).toEqual(lengths.map((length, at) => String(at).repeat(length)));
  expect(lines.at(-1)?.[1]).toBe(content.length);
});

test("reading begins where it is told to", async () => {
  expect(await read("a\nb\nc\n", 2)).toEqual([
    ["b", 4, true],
    ["c", 6, true],
  ]);
});

test.each([
  ["ended", `${"x".repeat(101)}\n`],
  ["not ended", "x".repeat(101)],
])("a line that is too long and %s is an error, and takes no more memory", async (_, content) => {
  await expect(read(content, 0, 100)).rejects.toThrow(LineTooLong);
  expect(await read(content.slice(1), 0, 100)).toHaveLength(1);
});
