import { describe, expect, test } from "@jest/globals";
import { exportsProblems, type ExportsFacts } from "../../../scripts/checks/exports-map.js";

/** Facts that agree: one package with one subpath beside its root. */
const agreeing: ExportsFacts = {
  packages: [
    {
      folder: ".",
      name: "sample",
      exports: {
        ".": { types: "./dist/sdk/index.d.ts", default: "./dist/sdk/index.js" },
        "./node": { types: "./dist/adapters/node.d.ts", default: "./dist/adapters/node.js" },
        "./package.json": "./package.json",
      },
    },
  ],
  paths: { sample: ["./sdk/index.ts"], "sample/node": ["./adapters/node.ts"] },
  moduleNameMapper: {
    "^sample$": "<rootDir>/sdk/index.ts",
    "^sample/(node|express)$": "<rootDir>/adapters/$1.ts",
  },
  documented: ["sdk/index.ts", "adapters/node.ts"],
  exists: () => true,
};

describe("exportsProblems", () => {
  test("is content when everything agrees", () => {
    expect(exportsProblems(agreeing)).toEqual([]);
  });

  test.each<[string, Partial<ExportsFacts>, string]>([
    [
      "a source file that does not exist",
      { exists: (file) => file !== "adapters/node.ts" },
      "sample/node: there is no adapters/node.ts",
    ],
    [
      "a path of tsconfig.json that leads elsewhere",
      { paths: { ...agreeing.paths, "sample/node": ["./adapters/express.ts"] } },
      "sample/node: tsconfig.json's paths lead elsewhere than adapters/node.ts",
    ],
    [
      "a path of tsconfig.json that no exports map has",
      { paths: { ...agreeing.paths, "sample/more": ["./more.ts"] } },
      "sample/more: in tsconfig.json's paths, and in no exports map",
    ],
    [
      "a subpath that jest does not know",
      { moduleNameMapper: { "^sample$": "<rootDir>/sdk/index.ts" } },
      "sample/node: jest.config.js's moduleNameMapper leads elsewhere than adapters/node.ts",
    ],
    [
      "a subpath without API documentation",
      { documented: ["sdk/index.ts"] },
      "sample/node: typedoc.json's entryPoints lack adapters/node.ts",
    ],
  ])("finds %s", (_what, difference, problem) => {
    expect(exportsProblems({ ...agreeing, ...difference })).toEqual([problem]);
  });

  test("finds conditions in the wrong order, and targets outside dist", () => {
    const exports = {
      ".": { default: "./dist/sdk/index.js", types: "./dist/sdk/index.d.ts" },
      "./node": { types: "./adapters/node.d.ts", default: "./adapters/node.js" },
      "./notes": "./NOTES.md",
    };

    const found = exportsProblems({ ...agreeing, packages: [{ folder: ".", name: "sample", exports }] });

    expect(found).toContain("sample: its conditions must be types, then default");
    expect(found).toContain("sample/node: default must be a module in ./dist/");
    expect(found).toContain("sample/notes: a plain target is for a file exported as it lies, not ./NOTES.md");
  });
});
