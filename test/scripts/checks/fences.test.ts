import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import ts from "typescript";
import { fenceModules, fencesOf } from "../../../scripts/checks/fences.js";
import { programOfTexts } from "../../../scripts/checks/program.js";

const root = path.resolve(__dirname, "../../..");
const ticks = "`".repeat(3);

function markdown(...lines: string[]): { readonly path: string; readonly text: string } {
  return { path: "docs/guide.md", text: lines.join("\n") };
}

describe("fencesOf", () => {
  test("takes the ts fences of a document, with line, file name and without indentation", () => {
    const found = fencesOf(
      markdown(
        "Text",
        `${ticks}ts`,
        "// contract.ts — shared by every service",
        "export const a = 1;",
        ticks,
        `${ticks}sh`,
        "npm ci",
        ticks,
        `1. `,
        `   ${ticks}typescript`,
        "   const b = 2;",
        `   ${ticks}`,
      ),
    );

    expect(found.map(({ line, name, code }) => ({ line, name, code }))).toEqual([
      { line: 3, name: "contract.ts", code: "// contract.ts — shared by every service\nexport const a = 1;" },
      { line: 11, name: undefined, code: "const b = 2;" },
    ]);
  });

  test("takes the fences of doc comments and leaves template literals alone", () => {
    const text = [
      "/**",
      " * Does it.",
      " *",
      ` * ${ticks}ts`,
      " * doIt();",
      ` * ${ticks}`,
      " */",
      `const x = \`${ticks}ts\`;`,
    ];

    const found = fencesOf({ path: "sdk/a.ts", text: text.join("\n") });

    expect(found).toEqual([{ document: "sdk/a.ts", line: 5, name: undefined, code: "doIt();" }]);
  });

  test("refuses a fence that is never closed", () => {
    expect(() => fencesOf(markdown("Text", `${ticks}ts`, "const a = 1;"))).toThrow(
      "docs/guide.md:2: this code fence is never closed",
    );
  });
});

describe("fenceModules", () => {
  test("lets the fences of one document import each other, and compiles each against our sources", () => {
    const modules = fenceModules(
      ".fences",
      fencesOf(
        markdown(
          `${ticks}ts`,
          "// contract.ts",
          'import { types } from "statefun";',
          "export const count = types.int;",
          ticks,
          `${ticks}ts`,
          'import { count } from "./contract.js";',
          'count("many");',
          ticks,
        ),
      ),
    );

    const program = programOfTexts(
      root,
      modules.map(({ file }) => file),
    );

    const found = ts
      .getPreEmitDiagnostics(program)
      .map(({ code, file }) => [code, path.basename(file?.fileName ?? "")]);
    expect(found).toEqual([[2345, "line-7.ts"]]);
  });

  test("refuses two fences of one name in a document", () => {
    const fences = fencesOf(markdown(`${ticks}ts`, "// a.ts", ticks, `${ticks}ts`, "// a.ts", ticks));

    expect(() => fenceModules(".fences", fences)).toThrow(
      "docs/guide.md:5: a second fence named a.ts in one document",
    );
  });
});
