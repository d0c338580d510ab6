import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { followFile, lastLines } from "../../../dev/cluster/log-tail.js";
import { eventually } from "../eventually.js";
import { temporaryFolder } from "../temporary-folder.js";

test("the last lines are the last ones, whole, also of a file larger than what is read of it", () => {
  const path = join(temporaryFolder(), "log");
  const lines = Array.from({ length: 50_000 }, (_, index) => `line number ${String(index)}`);
  writeFileSync(path, `${lines.join("\n")}\n`);

  expect(lastLines(path, 3)).toEqual(lines.slice(-3));
});

test("a file that is not there, or empty, has no lines", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "empty"), "");

  expect(lastLines(join(folder, "missing"), 5)).toEqual([]);
  expect(lastLines(join(folder, "empty"), 5)).toEqual([]);
});

test("following reports what is appended, a line at a time, also when a line arrives in two halves", async () => {
  const path = join(temporaryFolder(), "log");
  writeFileSync(path, "before\n");
  const lines: string[] = [];
  const stop = new AbortController();
  const following = followFile(path, (line) => lines.push(line), stop.signal);

  appendFileSync(path, "one\ntw");
  await eventually("the first line is reported", () => lines.length === 1);
  appendFileSync(path, "o\n\nthree\n");
  await eventually("all lines are reported", () => lines.length === 4);
  stop.abort();
  await following;

  expect(lines).toEqual(["one", "two", "", "three"]);
});
