import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import {
  bufferUses,
  cycles,
  entryImports,
  importGraph,
  importsAcross,
  importsOf,
} from "../../scripts/checks/imports.js";
import { forbiddenImports, unplacedFiles, type Layer } from "../../scripts/checks/layers.js";
import { typeScriptFiles } from "../../scripts/checks/source-files.js";
import { entryFiles } from "./entries.js";

const layers = JSON.parse(readFileSync(path.join(__dirname, "layers.json"), "utf8")) as readonly Layer[];

describe("this repository", () => {
  const files = typeScriptFiles(path.resolve(__dirname, "../.."));
  const graph = importGraph(files);
  const layered = files.filter((file) => /^(sdk|server-adapters|proto|dev|examples)\//.test(file.path));

  test("has no import cycle, type imports counted", () => {
    expect(cycles(graph)).toEqual([]);
  });

  test("has one layer for each file of the packages and examples", () => {
    expect(unplacedFiles(layers, layered)).toEqual([]);
  });

  test("imports only where test/architecture/layers.json allows", () => {
    expect(forbiddenImports(layers, layered)).toEqual([]);
  });

  test("imports no entry file of its own packages by its path", () => {
    expect(entryImports(graph, entryFiles)).toEqual([]);
  });

  test("keeps each example in its own folder", () => {
    expect(importsAcross(graph, "examples")).toEqual([]);
  });

  test("looks for Node's Buffer in sdk/wire/text.ts alone", () => {
    const sdk = files.filter((file) => file.path.startsWith("sdk/") && file.path !== "sdk/wire/text.ts");

    expect(bufferUses(sdk)).toEqual([]);
  });
});

describe("the import checks", () => {
  test("see every form of import, with its line", () => {
    const text = [
      'import { a } from "./a.js";',
      'import type { B } from "./b.js";',
      'export { c } from "./c.js";',
      'export * from "./d.js";',
      'type E = import("./e.js").E;',
      'const f = import("./f.js");',
      'import g = require("./g.js");',
      '// import { h } from "./h.js";',
    ].join("\n");

    const found = importsOf({ path: "sdk/x.ts", text });

    expect(found.map(({ specifier, line }) => `${String(line)} ${specifier}`)).toEqual([
      "1 ./a.js",
      "2 ./b.js",
      "3 ./c.js",
      "4 ./d.js",
      "5 ./e.js",
      "6 ./f.js",
      "7 ./g.js",
    ]);
  });

  test("print the path of a cycle that only types close", () => {
    const graph = importGraph([
      { path: "sdk/a.ts", text: 'import { b } from "./b.js";' },
      { path: "sdk/b.ts", text: 'import { c } from "./wire/c.js";' },
      { path: "sdk/wire/c.ts", text: 'import type { A } from "../a.js";' },
    ]);

    expect(cycles(graph)).toEqual(["sdk/a.ts → sdk/b.ts → sdk/wire/c.ts → sdk/a.ts"]);
  });

  test("name a file without a layer, and one with two", () => {
    const two: readonly Layer[] = [
      { layer: "one", files: ["sdk/*.ts"], imports: [], packages: [], because: "" },
      { layer: "two", files: ["sdk/a.ts"], imports: [], packages: [], because: "" },
    ];

    const found = unplacedFiles(two, [
      { path: "sdk/a.ts", text: "" },
      { path: "dev/b.ts", text: "" },
    ]);

    expect(found).toEqual([
      "sdk/a.ts belongs to one and two: see test/architecture/layers.json",
      "dev/b.ts belongs to no layer: see test/architecture/layers.json",
    ]);
  });

  test.each([
    ["the core imports a node module", "sdk/handler.ts", "node:fs", "node:fs"],
    ["the core imports protobufjs", "sdk/values/protobuf.ts", "protobufjs", "protobufjs"],
    [
      "the core imports the generated module",
      "sdk/handler.ts",
      "../proto/generated/statefun.js",
      "proto/generated",
    ],
    [
      "the core imports an adapter",
      "sdk/handler.ts",
      "../server-adapters/answer.js",
      "server-adapters/answer.ts",
    ],
    ["the core imports the dev package", "sdk/handler.ts", "statefun-dev", "statefun-dev"],
    ["the codec imports the sdk above it", "sdk/wire/reader.ts", "../values/json.js", "sdk/values/json.ts"],
    ["a value imports storage", "sdk/values/json.ts", "../storage/value.js", "sdk/storage/value.ts"],
    ["an adapter imports another", "server-adapters/node.ts", "./express.js", "server-adapters/express.ts"],
    ["an example imports by path", "examples/greeter/greeter.ts", "../../sdk/handler.js", "sdk/handler.ts"],
    [
      "a cluster imports a command",
      "dev/cluster/java.ts",
      "../commands/cluster.js",
      "dev/commands/cluster.ts",
    ],
  ])("refuse that %s", (_sentence, from, specifier, target) => {
    const found = forbiddenImports(layers, [{ path: from, text: `import type { x } from "${specifier}";` }]);

    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`${from}:1 → ${target}`);
  });

  test("find an entry file imported by its path, and an example that uses another", () => {
    const graph = importGraph([
      { path: "sdk/index.ts", text: "" },
      { path: "sdk/handler.ts", text: 'import { x } from "./index.js";' },
      { path: "examples/cart/cart.ts", text: 'import { x } from "../greeter/contract.js";' },
      { path: "examples/greeter/contract.ts", text: "" },
    ]);

    expect(entryImports(graph, entryFiles)).toEqual(["sdk/handler.ts → sdk/index.ts"]);
    expect(importsAcross(graph, "examples")).toEqual([
      "examples/cart/cart.ts → examples/greeter/contract.ts",
    ]);
  });

  test("find Buffer in code and not in comments", () => {
    const text = "// Buffer\nconst native = globalThis.Buffer;\nconst text = 'Buffer';";

    expect(bufferUses([{ path: "sdk/a.ts", text }])).toEqual(["sdk/a.ts:2"]);
  });
});
