import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "@jest/globals";

const folders = [__dirname, path.join(__dirname, "../../server-adapters")];

/** The first word of each test title in a file, where it is the number of a case. */
function casesIn(file: string): string[] {
  const titles = readFileSync(file, "utf8").matchAll(/\btest(?:\.each[^`"']*?)?[\s\S]{0,20}?["'`](K\d\d): /g);
  return [...titles].map(([, number = ""]) => number);
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
