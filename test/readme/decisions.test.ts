import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "@jest/globals";
import { root } from "./program.js";

/** What fits on one screen and is read in one go. */
const mostLines = 60;

const folder = path.join(root, "docs/adr");
const records = readdirSync(folder)
  .filter((name) => /^\d{4}-/.test(name))
  .sort()
  .map((name, index) => ({ name, number: index + 1, text: readFileSync(path.join(folder, name), "utf8") }));

test("decisions are numbered without a gap", () => {
  const numbers = records.map(({ name }) => Number(name.slice(0, 4)));

  expect(numbers).toEqual(records.map(({ number }) => number));
});

test("the list of decisions has each of them, by its title", () => {
  const list = readFileSync(path.join(folder, "README.md"), "utf8");

  const listed = [...list.matchAll(/\[(.*)\]\((\d{4}-.*)\)/g)].map(([, title, name]) => ({ title, name }));

  expect(listed).toEqual(records.map(({ name, number, text }) => ({ title: titleOf(text, number), name })));
});

test.each(records)("$name says context, options, decision and consequences, in 60 lines", ({ text }) => {
  const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);

  expect(headings).toEqual(["Context", "Options", "Decision", "Consequences"]);
  expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(mostLines);
});

function titleOf(text: string, number: number): string | undefined {
  return new RegExp(`^# ${String(number)}\\. (.*)$`, "m").exec(text)?.[1];
}
