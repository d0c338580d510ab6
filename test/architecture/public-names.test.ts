import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import { programOf, programOfTexts } from "../../scripts/checks/program.js";
import { namesDiff, publicNames } from "../../scripts/checks/public-names.js";
import { entries } from "./entries.js";

const root = path.resolve(__dirname, "../..");

describe("this repository", () => {
  test("exports the names of public-names.txt: after a change that is meant, run `npm run public-names`", () => {
    const listed = readFileSync(path.join(__dirname, "public-names.txt"), "utf8").trim().split("\n");
    const program = programOf(
      root,
      entries.map(({ file }) => file),
    );

    const difference = namesDiff(listed, publicNames(program, entries));

    expect(difference).toEqual([]);
  });
});

describe("the check of public names", () => {
  test("lists values and types apart, also those exported from elsewhere", () => {
    const program = programOfTexts(root, [
      { path: "sdk/a.ts", text: "export class Both {}\nexport interface Shape {}\nexport const hidden = 1;" },
      { path: "sdk/entry.ts", text: 'export { Both, type Shape } from "./a.js";\nexport const here = 1;' },
    ]);

    const names = publicNames(program, [{ name: "statefun/entry", file: "sdk/entry.ts" }]);

    expect(names).toEqual([
      "statefun/entry type Shape",
      "statefun/entry value Both",
      "statefun/entry value here",
    ]);
  });

  test("refuses an entry file that is missing", () => {
    const program = programOfTexts(root, [{ path: "sdk/a.ts", text: "export const a = 1;" }]);

    const list = (): unknown => publicNames(program, [{ name: "statefun/entry", file: "sdk/entry.ts" }]);

    expect(list).toThrow("sdk/entry.ts, which statefun/entry exports, is no module");
  });

  test("says what to add to the list and what to take out", () => {
    const difference = namesDiff(
      ["statefun value gone", "statefun value kept"],
      ["statefun value kept", "statefun type New"],
    );

    expect(difference).toEqual(["+ statefun type New", "- statefun value gone"]);
  });
});
