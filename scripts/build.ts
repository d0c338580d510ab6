/** Builds both packages: `npm run build`. `dev` compiles against the types that the root has just written. */
import { chmodSync, cpSync, existsSync, rmSync } from "node:fs";
import path from "node:path";
import { root, run } from "./process.js";
import { typescript } from "./typescript-versions.js";

/** What compiles: the version this repository is written with. */
const tsc = typescript("6.0");

function compile(project: string): void {
  run(process.execPath, [tsc.bin, "-p", project]);
}

function buildSdk(): void {
  rmSync(path.join(root, "dist"), { recursive: true, force: true });
  compile("tsconfig.build.json");
  // tsc emits nothing for a module that is JavaScript with types already.
  cpSync(path.join(root, "proto/generated"), path.join(root, "dist/proto/generated"), { recursive: true });
}

function buildDev(): void {
  rmSync(path.join(root, "dev/dist"), { recursive: true, force: true });
  compile("dev/tsconfig.build.json");
  const cli = path.join(root, "dev/dist/cli.js");
  if (existsSync(cli)) chmodSync(cli, 0o755); // npm sets the bit when it installs a tarball, not for this workspace
}

buildSdk();
buildDev();
