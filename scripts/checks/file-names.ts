import path from "node:path";

// A folder of things that have nothing in common but their use elsewhere.
const forbiddenFolders = new Set(["helpers", "common", "utils", "util", "lib", "misc"]);

const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|test-d|d|config|build))?\.(ts|tsx|js|json)$/;

/** A sentence for each path that is not named as files are here: kebab-case, and no folder without a subject. */
export function badFileNames(paths: readonly string[]): readonly string[] {
  return paths.flatMap((file) => {
    const folders = path.posix.dirname(file).split("/");
    const forbidden = folders.find((folder) => forbiddenFolders.has(folder));
    if (forbidden !== undefined)
      return [`${file} is in a folder named ${forbidden}: name it for what it holds`];
    return kebabCase.test(path.posix.basename(file)) ? [] : [`${file} is not kebab-case`];
  });
}

/** A sentence for each `index.ts` that is no entry file: a folder is not a module. */
export function strayIndexFiles(
  paths: readonly string[],
  entryFiles: ReadonlySet<string>,
): readonly string[] {
  return paths.flatMap((file) => {
    const stray = path.posix.basename(file) === "index.ts" && !entryFiles.has(file);
    return stray ? [`${file} is an index.ts that no exports map names`] : [];
  });
}
