import { readFileSync } from "node:fs";
import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import { importX } from "eslint-plugin-import-x";
import tsdoc from "eslint-plugin-tsdoc";
import tseslint from "typescript-eslint";

/**
 * Which way imports may point: the list that test/architecture/imports.test.ts reads too.
 *
 * @typedef {{ layer: string, files: string[], imports: string[], packages: string[], separate?: boolean, because: string }} Layer
 * @type {readonly Layer[]}
 */
const layers = JSON.parse(readFileSync(new URL("test/architecture/layers.json", import.meta.url), "utf8"));

const production = ["sdk/**/*.ts", "server-adapters/**/*.ts"];
const source = [...production, "dev/**/*.ts", "scripts/**/*.ts", "examples/**/*.ts", "bench/**/*.ts"];
const tests = ["test/**/*.ts", "**/*.test.ts", "**/*.test-d.ts"];

/** The zones of `import-x/no-restricted-paths`: a layer may not import what its list does not name. */
const zones = layers.flatMap(({ layer, files, imports, separate, because }) =>
  layers
    .filter((other) => (other.layer === layer ? separate : !imports.includes(other.layer)))
    .flatMap((other) => other.files)
    .map((from) => ({ target: files, from, message: `${layer}: ${because}.` })),
);

/** The packages a layer may import, as a rule of that layer's files. */
function packageRules({ layer, files, packages, because }) {
  const allowed = packages.map((name) => name.replace("*", ".*")).join("|");
  const pattern = {
    regex: `^(?!\\.)(?!(?:${allowed})$)`,
    message: `${layer} may import ${packages.join(", ") || "no package"}: ${because}.`,
  };
  return { files, rules: { "no-restricted-imports": ["error", { patterns: [pattern] }] } };
}

export default defineConfig(
  globalIgnores([
    "**/dist/",
    "bench/http/build/", // written by bench:http
    "bench/runtime/build/", // written by bench
    ".statefun/", // what clusters and tests write
    "proto/generated/", // written by protobufjs-cli
    "docs/api/", // written by TypeDoc
    "coverage/",
    "test/vectors/", // recorded bytes
  ]),
  {
    // An exception belongs in this file, with its reason, where a reviewer sees all of them.
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: "error" },
  },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    plugins: { "import-x": importX, tsdoc },
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["*.js"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    settings: {
      // Without the paths of tsconfig.json: an import by package name is an import of a package, wherever it leads.
      "import-x/resolver-next": [createTypeScriptImportResolver({ project: "tsconfig.build.json" })],
      "import-x/parsers": { "@typescript-eslint/parser": [".ts"] },
    },
    rules: {
      eqeqeq: "error",
      "max-lines": ["error", { max: 400 }],
      "no-restricted-syntax": [
        "error",
        {
          selector: "ExportAllDeclaration",
          message: "List exported names one by one: a wildcard hides a break.",
        },
      ],

      "@typescript-eslint/consistent-type-imports": "error",
      // A handler's `this: void` says that there is no `this` in it.
      "@typescript-eslint/no-invalid-void-type": ["error", { allowAsThisParameter: true }],
      "@typescript-eslint/explicit-module-boundary-types": "error",
      // Its opposite is on: `as T` says which type is meant, and `!` says nothing.
      "@typescript-eslint/non-nullable-type-assertion-style": "off",
      // A default answers every case.
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],

      "import-x/first": "error",
      "import-x/no-cycle": "error", // type imports are counted by test/architecture/imports.test.ts
      "import-x/no-duplicates": "error",
      "import-x/no-mutable-exports": "error",
      "import-x/no-restricted-paths": ["error", { basePath: import.meta.dirname, zones }],
      "import-x/no-self-import": "error",
      "import-x/no-useless-path-segments": "error",

      "tsdoc/syntax": "error",
    },
  },
  { files: source, rules: { "max-lines-per-function": ["error", { max: 60 }] } },
  layers.filter(({ packages }) => !packages.includes("*")).map(packageRules),
  {
    files: production,
    rules: {
      "import-x/no-default-export": "error",
      "no-console": "error",
    },
  },
  {
    files: ["sdk/**/*.ts"],
    ignores: ["sdk/wire/text.ts"], // the one file that looks for Node's Buffer
    rules: {
      "no-restricted-globals": ["error", "Buffer", "process", "require", "global", "__dirname", "__filename"],
      "no-restricted-properties": [
        "error",
        { object: "globalThis", property: "Buffer", message: "Look it up in sdk/wire/text.ts." },
        { object: "globalThis", property: "process", message: "The SDK runs where there is none." },
      ],
    },
  },
  {
    // Plain JavaScript: the configuration files at the top level.
    files: ["**/*.js"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { URL: "readonly" } },
    rules: {
      "@typescript-eslint/explicit-module-boundary-types": "off", // there are no types to write
      "tsdoc/syntax": "off", // JSDoc's types are not TSDoc
    },
  },
  {
    // `any` is what stands above a type that is both taken and given back, and what an untyped address accepts.
    // The four declarations are counted by test/architecture/any.test.ts.
    files: ["sdk/address.ts", "sdk/context.ts", "sdk/values/type.ts", "sdk/storage/value-spec.ts"],
    rules: { "@typescript-eslint/no-explicit-any": "off" },
  },
  {
    // A constructor that returns its argument puts a private field on a plain object: the class holds nothing else.
    files: ["sdk/values/typed-value.ts"],
    rules: { "@typescript-eslint/no-extraneous-class": ["error", { allowConstructorOnly: true }] },
  },
  {
    files: ["examples/**/*.ts"],
    rules: {
      // Read by people who want to see a message, not how a number becomes a string.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  {
    files: [...tests, "bench/contestants/*.ts"],
    rules: {
      // Handlers under test and under measurement are written as users write them: async, whether they await or not.
      "@typescript-eslint/require-await": "off",
    },
  },
  {
    files: ["test/types/**/*.ts"],
    rules: {
      // A type test states the type it expects as an argument that nothing else can fix.
      "@typescript-eslint/no-unnecessary-type-parameters": "off",
      // Half of its lines must not compile, and none of them ever runs: rules about what a line does have no say.
      "@typescript-eslint/no-confusing-void-expression": "off",
      "@typescript-eslint/no-floating-promises": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/restrict-plus-operands": "off",
      "@typescript-eslint/unbound-method": "off",
    },
  },
);
