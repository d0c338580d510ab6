import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import {
  dependencyProblems,
  missingOptionalPackages,
  packagesWithRegistry,
  type Dependency,
  type LockFile,
} from "../../scripts/checks/dependencies.js";

const root = path.resolve(__dirname, "../..");

function readJson(...parts: string[]): unknown {
  return JSON.parse(readFileSync(path.join(root, ...parts), "utf8"));
}

/** Everything the manifest in `folder` names, once a name. */
function dependenciesOf(folder: string): readonly Dependency[] {
  const manifest = readJson(folder, "package.json") as Record<string, Record<string, string> | undefined>;
  const named = {
    ...manifest.devDependencies,
    ...manifest.peerDependencies,
    ...manifest.dependencies,
  };
  return Object.entries(named).map(([name, range]) => {
    const own = path.join(folder, "node_modules", name);
    const installed = existsSync(path.join(root, own)) ? own : path.join("node_modules", name);
    const { license } = readJson(installed, "package.json") as { license: string };
    return { name, range: range.replace(/^npm:.*@/, ""), licence: license };
  });
}

describe("this repository", () => {
  test("says of every dependency which version, under which licence, why, and by whom", () => {
    const document = readFileSync(path.join(root, "docs/dependencies.md"), "utf8");

    expect(dependencyProblems(document, [".", "dev", "bench"].flatMap(dependenciesOf))).toEqual([]);
  });

  test("names no registry in its lock file", () => {
    const lock = readJson("package-lock.json") as LockFile;

    expect(packagesWithRegistry(lock)).toEqual([]);
  });

  test("has the binaries of every platform in its lock file", () => {
    const lock = readJson("package-lock.json") as LockFile;

    expect(missingOptionalPackages(lock)).toEqual([]);
  });
});

describe("the check of dependencies", () => {
  const left: Dependency = { name: "left", range: "^1.0.0", licence: "MIT" };

  test("accepts a complete line", () => {
    expect(dependencyProblems("| `left` | ^1.0.0 | MIT | 1 kB | needed | somebody |", [left])).toEqual([]);
  });

  test.each([
    ["no line", "", "left has no line"],
    [
      "another version",
      "| `left` | ^2.0.0 | MIT | 1 kB | needed | somebody |",
      "left is at ^1.0.0, not at ^2.0.0",
    ],
    [
      "another licence",
      "| `left` | ^1.0.0 | ISC | 1 kB | needed | somebody |",
      "left is under MIT, not under ISC",
    ],
    [
      "no reason",
      "| `left` | ^1.0.0 | MIT | 1 kB |  | somebody |",
      "left lacks a size, a reason or a maintainer",
    ],
  ])("finds %s", (_what, document, problem) => {
    expect(dependencyProblems(document, [left])).toEqual([problem]);
  });

  test("finds a line whose package is gone", () => {
    expect(dependencyProblems("| `gone` | ^1.0.0 | MIT | 1 kB | needed | somebody |", [])).toEqual([
      "gone has a line and is no dependency",
    ]);
  });

  test("finds a registry in a lock file, and knows the links of workspaces", () => {
    const packages = {
      "node_modules/a": { resolved: "https://registry.example/a.tgz" },
      "node_modules/statefun-dev": { resolved: "dev", link: true },
      "node_modules/b": {},
    };

    expect(packagesWithRegistry({ packages })).toEqual(["node_modules/a: https://registry.example/a.tgz"]);
  });

  test("finds a binary that a lock file leaves out", () => {
    const packages = {
      "node_modules/a": { optionalDependencies: { "@a/linux": "1.0.0", "@a/darwin": "1.0.0" } },
      "node_modules/@a/linux": {},
    };

    expect(missingOptionalPackages({ packages })).toEqual(["node_modules/a lacks @a/darwin"]);
  });
});
