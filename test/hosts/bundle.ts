import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll } from "@jest/globals";
import { build } from "esbuild";

const root = path.join(__dirname, "../..");

/**
 * One program of `programs/` as a single ES module, with everything of ours in it: the path of its file, in a folder of
 * its own. It is made when first asked for, and gone after the tests of the file.
 */
export function bundleOnce(program: string, platform: "node" | "neutral"): () => Promise<string> {
  let made: { readonly folder: string; readonly file: Promise<string> } | undefined;
  afterAll(() => {
    if (made !== undefined) rmSync(made.folder, { recursive: true });
  });
  return () => {
    if (made === undefined) {
      const folder = mkdtempSync(path.join(tmpdir(), "statefun-hosts-"));
      made = { folder, file: bundle(program, platform, path.join(folder, `${program}.mjs`)) };
    }
    return made.file;
  };
}

async function bundle(program: string, platform: "node" | "neutral", outfile: string): Promise<string> {
  await build({
    absWorkingDir: root,
    entryPoints: [path.join(__dirname, "programs", `${program}.ts`)],
    outfile,
    bundle: true,
    format: "esm",
    platform,
    target: "es2023",
    logLevel: "warning",
  });
  return outfile;
}
