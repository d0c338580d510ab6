/** Checks that exports maps, files, tsconfig's paths, jest's mapper and TypeDoc agree: part of `npm run verify`. */
import { existsSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { exportsProblems } from "./checks/exports-map.js";
import { publishedPackages, readJson } from "./packages.js";
import { endWith, root } from "./process.js";

const { compilerOptions } = readJson("tsconfig.json") as {
  compilerOptions: { paths: Record<string, string[]> };
};
const { default: jestConfig } = (await import(pathToFileURL(path.join(root, "jest.config.js")).href)) as {
  default: { moduleNameMapper: Record<string, string> };
};
const { entryPoints } = readJson("typedoc.json") as { entryPoints: string[] };
const exists = (file: string): boolean => existsSync(path.join(root, file));

const problems = [
  ...exportsProblems({
    packages: publishedPackages,
    paths: compilerOptions.paths,
    moduleNameMapper: jestConfig.moduleNameMapper,
    documented: entryPoints,
    exists,
  }),
  // What npm would leave out of a tarball without a word.
  ...publishedPackages.flatMap(({ folder, name, files, bin }) =>
    [...files.map((file) => file.replace(/\/\*\..*$/, "")), ...Object.values(bin ?? {})].flatMap((file) =>
      exists(path.join(folder, file)) ? [] : [`${name}: package.json names ${file}, which does not exist`],
    ),
  ),
];

endWith(problems);
