import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "@jest/globals";

const folders = [__dirname, path.join(__dirname, "../../server-adapters")];

/** The numbers that texts in a file begin with: the titles of tests, written in place or in a table. */
function casesIn(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(/["'`](K\d\d): /g)].map(([, number = ""]) => number);
}

test("each case from K01 to K63 has a test that begins with its number, and there is no other", () => {
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".ts") && name !== "complete.test.ts")
      .map((name) => path.join(folder, name)),
  );

  const found = new Set(files.flatMap(casesIn));

  const expected = Array.from({ length: 63 }, (_, index) => `K${String(index + 1).padStart(2, "0")}`);
  expect([...found].sort()).toEqual(expected);
});
