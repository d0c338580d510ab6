import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** A file by its path from the repository's folder, with forward slashes, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The folders that hold hand-written code. */
export const codeFolders = ["sdk", "server-adapters", "proto", "dev", "examples", "bench", "test", "scripts"];

// Folders that hold what other programs wrote, or recorded bytes.
const skipped = new Set(["node_modules", "dist", "generated", "vectors", "coverage", "api", ".git"]);

/** The paths of the files under `folder` whose names end in one of `endings`, sorted. */
export function filePaths(root: string, folder: string, endings: readonly string[]): readonly string[] {
  const found: string[] = [];
  const entries = readdirSync(path.join(root, folder), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const inside = folder === "." ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory() && !skipped.has(entry.name)) found.push(...filePaths(root, inside, endings));
    if (entry.isFile() && endings.some((ending) => entry.name.endsWith(ending))) found.push(inside);
  }
  return found;
}

/** Reads the files at `paths`. */
export function readFiles(root: string, paths: readonly string[]): readonly SourceFile[] {
  return paths.map((file) => ({ path: file, text: readFileSync(path.join(root, file), "utf8") }));
}

/** All hand-written TypeScript of the repository. */
export function typeScriptFiles(root: string): readonly SourceFile[] {
  return readFiles(
    root,
    codeFolders.flatMap((folder) => filePaths(root, folder, [".ts", ".tsx"])),
  );
}
