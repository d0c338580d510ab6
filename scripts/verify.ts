/**
 * Everything that can be checked without running the product: `npm run verify`. Stops at the first failure.
 *
 * `npm run verify -- lint build` runs the steps named, in their order.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { publishedPackages } from "./packages.js";
import { root, run } from "./process.js";
import { allTypeScripts } from "./typescript-versions.js";

interface Step {
  readonly name: string;
  /** Does it, and gives back what is worth printing; throws if the step fails. */
  readonly run: () => string;
}

/** A program of a package in node_modules, run by its path: names in .bin may belong to another version. */
function tool(script: string, ...args: string[]): string {
  return run(process.execPath, [path.join("node_modules", script), ...args]);
}

/** One of the scripts beside this file. */
function script(name: string, ...args: string[]): string {
  return tool("tsx/dist/cli.mjs", `scripts/${name}.ts`, ...args);
}

/** Runs a tool on the folder of each package. */
function eachPackage(check: (folder: string) => unknown): string {
  for (const { folder } of publishedPackages) check(folder);
  return publishedPackages.map(({ name }) => name).join(", ");
}

const generatedFolder = path.join(root, "proto/generated");

function regenerate(): string {
  const work = mkdtempSync(path.join(tmpdir(), "statefun-generated-"));
  try {
    script("generate-proto", work);
    const files = [...new Set([...readdirSync(generatedFolder), ...readdirSync(work)])];
    const differing = files.filter((file) => read(generatedFolder, file) !== read(work, file));
    if (differing.length === 0) return files.join(", ");
    throw new Error(
      `proto/generated is not what \`npm run generate\` writes: ${differing.join(", ")} differ. Run it.`,
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function read(folder: string, file: string): string | undefined {
  return readdirSync(folder).includes(file) ? readFileSync(path.join(folder, file), "latin1") : undefined;
}

// What a step could write by mistake; other edits made while this runs are the developer's own.
const watched = [
  "proto/generated",
  "package-lock.json",
  "package.json",
  "dev/package.json",
  "test/architecture",
];

/** What git says of the watched files: their changes against the last commit, and files it does not know. */
function treeState(): string {
  return run("git", ["status", "--porcelain", "--", ...watched]) + run("git", ["diff", "--", ...watched]);
}

const treeBefore = treeState();

const steps: readonly Step[] = [
  { name: "format", run: () => tool("prettier/bin/prettier.cjs", "--check", "--log-level", "warn", ".") },
  { name: "lint", run: () => tool("eslint/bin/eslint.js", "--max-warnings", "0", ".") },
  { name: "typecheck", run: () => script("typecheck") },
  { name: "build", run: () => script("build") },
  { name: "exports", run: () => script("check-exports") },
  {
    name: "publint",
    run: () => eachPackage((folder) => tool("publint/src/cli.js", "run", folder, "--strict")),
  },
  {
    name: "attw",
    run: () =>
      eachPackage((folder) =>
        tool(
          "@arethetypeswrong/cli/dist/index.js",
          "--pack",
          folder,
          "--profile",
          "esm-only",
          "--format",
          "ascii",
        ),
      ),
  },
  { name: "regenerate", run: regenerate },
  { name: "pack-and-use", run: () => script("pack-and-use") },
  { name: "docs", run: () => script("check-docs") },
  {
    // Links between doc comments that lead nowhere, and types that public ones use and users cannot name.
    name: "api-docs",
    run: () => {
      tool(
        "typedoc/bin/typedoc",
        "--emit",
        "none",
        "--logLevel",
        "Error",
        "--treatValidationWarningsAsErrors",
      );
      return "";
    },
  },
  {
    name: "clean",
    run: () => {
      const after = treeState();
      if (after === treeBefore) return "";
      throw new Error(`verify itself changed checked-in files; git status now says\n${after}`);
    },
  },
];

/** The steps named on the command line, or all. */
function chosenSteps(): readonly Step[] {
  const names = process.argv.slice(2);
  const unknown = names.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length === 0)
    return names.length === 0 ? steps : steps.filter(({ name }) => names.includes(name));
  throw new Error(
    `verify has no step ${unknown.join(", ")}; it has ${steps.map(({ name }) => name).join(", ")}`,
  );
}

function verify(): void {
  const started = Date.now();
  const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`;
  console.log(
    `Node ${process.versions.node}; TypeScript ${allTypeScripts()
      .map(({ version }) => version)
      .join(", ")}`,
  );
  for (const step of chosenSteps()) {
    const stepStarted = Date.now();
    try {
      const notes = step.run().trim();
      console.log(`✓ ${step.name} (${seconds(stepStarted)})`);
      if (notes !== "") console.log(notes.replace(/^/gm, "    "));
    } catch (error) {
      console.error(`✗ ${step.name} (${seconds(stepStarted)})`);
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
      return;
    }
  }
  console.log(`verified in ${seconds(started)}`);
}

verify();
