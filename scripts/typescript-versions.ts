/** The TypeScript versions this repository is checked with, each by its path: their aliases share the name `tsc`. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { root } from "./process.js";

/** One installed TypeScript. */
export interface TypeScript {
  /** Major and minor, as the scripts ask for it. */
  readonly line: string;
  /** The version installed. */
  readonly version: string;
  /** The absolute path of its compiler, a script for Node. */
  readonly bin: string;
}

// The folder under node_modules each line is installed in; see devDependencies in package.json.
const folders = { "5.9": "typescript-5.9", "6.0": "typescript", "7.0": "typescript-7" };

/**
 * The TypeScript of one line.
 *
 * @throws Error if node_modules holds another line under its name, or none.
 */
export function typescript(line: keyof typeof folders): TypeScript {
  const folder = path.join(root, "node_modules", folders[line]);
  const manifest = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as { version: string };
  if (!manifest.version.startsWith(`${line}.`)) {
    throw new Error(`${folder} holds TypeScript ${manifest.version}, not ${line}.x: run npm ci.`);
  }
  return { line, version: manifest.version, bin: path.join(folder, "bin", "tsc") };
}

/** All of them: the one the sources are written with, and those the published types must pass. */
export function allTypeScripts(): readonly TypeScript[] {
  return [typescript("5.9"), typescript("6.0"), typescript("7.0")];
}
