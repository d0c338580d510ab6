import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "@jest/globals";

const dev = path.join(__dirname, "../..");

/** The numbers that texts in a file begin with: the titles of tests, written in place or in a table. */
function casesIn(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(/["'`](D\d\d):? /g)].map(([, number = ""]) => number);
}

test("each case from D01 to D50 has a test that begins with its number, and there is no other", () => {
  const files = readdirSync(dev, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts") && path.basename(name) !== "complete.test.ts")
    .map((name) => path.join(dev, name));

  const found = new Set(files.flatMap(casesIn));

  const expected = Array.from({ length: 50 }, (_, index) => `D${String(index + 1).padStart(2, "0")}`);
  expect([...found].sort()).toEqual(expected);
});
