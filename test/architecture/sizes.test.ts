import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import { badFileNames, strayIndexFiles } from "../../scripts/checks/file-names.js";
import { longFiles, longFunctions } from "../../scripts/checks/sizes.js";
import { typeScriptFiles } from "../../scripts/checks/source-files.js";
import { entryFiles } from "./entries.js";

describe("this repository", () => {
  const files = typeScriptFiles(path.resolve(__dirname, "../.."));
  const source = files.filter(
    ({ path: file }) => !file.startsWith("test/") && !/\.test(-d)?\.ts$/.test(file),
  );

  test("has no hand-written file over 400 lines, tests included", () => {
    expect(longFiles(files)).toEqual([]);
  });

  test("has no function of the source over 60 lines", () => {
    expect(longFunctions(source)).toEqual([]);
  });

  test("names files in kebab-case, in folders named for what they hold", () => {
    expect(badFileNames(files.map((file) => file.path))).toEqual([]);
  });

  test("has an index.ts for each entry only", () => {
    expect(
      strayIndexFiles(
        source.map((file) => file.path),
        entryFiles,
      ),
    ).toEqual([]);
  });
});

describe("the size and name checks", () => {
  test("accept a file of 400 lines and refuse one of 401", () => {
    const lines = (count: number): string => "x;\n".repeat(count);

    const found = longFiles([
      { path: "sdk/fits.ts", text: lines(400) },
      { path: "sdk/long.ts", text: lines(401) },
    ]);

    expect(found).toEqual(["sdk/long.ts has 401 lines"]);
  });

  test.each([
    ["a function", "function f() {", "}"],
    ["an arrow function", "const f = () => {", "};"],
    ["a method", "class C { m() {", "} }"],
  ])("accept %s of 60 lines and refuse one of 61", (_kind, head, tail) => {
    const body = (lines: number): string => [head, ...Array<string>(lines - 2).fill("x;"), tail].join("\n");

    const found = longFunctions([
      { path: "sdk/fits.ts", text: body(60) },
      { path: "sdk/long.ts", text: body(61) },
    ]);

    expect(found).toEqual(["sdk/long.ts:1 has 61 lines"]);
  });

  test("refuse other letter cases and folders without a subject", () => {
    const found = badFileNames([
      "sdk/value-spec.ts",
      "sdk/valueSpec.ts",
      "sdk/utils/text.ts",
      "test/a.test-d.ts",
    ]);

    expect(found).toEqual([
      "sdk/valueSpec.ts is not kebab-case",
      "sdk/utils/text.ts is in a folder named utils: name it for what it holds",
    ]);
  });

  test("refuse an index.ts that no exports map names", () => {
    expect(strayIndexFiles(["sdk/index.ts", "sdk/values/index.ts"], entryFiles)).toEqual([
      "sdk/values/index.ts is an index.ts that no exports map names",
    ]);
  });
});
