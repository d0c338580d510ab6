import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";

const root = path.join(__dirname, "../..");

/**
 * One program of `programs/` as a single ES module, with everything of ours in it: the path of its file, in a folder of
 * its own. It is made when first asked for.
 */
export function bundleOnce(program: string, platform: "node" | "neutral"): () => Promise<string> {
  let made: Promise<string> | undefined;
  return () => (made ??= bundle(program, platform));
}

async function bundle(program: string, platform: "node" | "neutral"): Promise<string> {
  const outfile = path.join(mkdtempSync(path.join(tmpdir(), "statefun-hosts-")), `${program}.mjs`);
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
