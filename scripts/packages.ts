/** The two packages this repository publishes, read from their manifests. */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Package } from "./checks/entry-files.js";
import { root } from "./process.js";

/** A published package, with what the scripts read of its manifest. */
export interface PublishedPackage extends Package {
  readonly version: string;
  readonly files: readonly string[];
  readonly bin?: Readonly<Record<string, string>>;
}

/** Reads a JSON file by its path from the repository's folder. */
export function readJson(file: string): unknown {
  return JSON.parse(readFileSync(path.join(root, file), "utf8"));
}

/** `statefun`, then `statefun-dev`. */
export const publishedPackages: readonly PublishedPackage[] = [".", "dev"].map((folder) => {
  const manifest = readJson(path.join(folder, "package.json")) as Omit<PublishedPackage, "folder">;
  return { ...manifest, folder };
});
