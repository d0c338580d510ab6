import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { BatchSize } from "../work/contract.js";
import type { Command } from "./command.js";
import { goServer, javaServer } from "./toolchains.js";

/** Who takes part, in the order of the table. */
export const contestantNames = [
  "listen",
  "serve",
  "echo",
  "official",
  "go",
  "java",
  "express",
  "express-echo",
] as const;
export type ContestantName = (typeof contestantNames)[number];

/** Express is compared at the batch where the host is most of the cost. */
const expressBatches: readonly BatchSize[] = [1];

/** Whether a contestant takes part at a batch size. */
export function takesPart(name: ContestantName, batch: BatchSize): boolean {
  return !name.startsWith("express") || expressBatches.includes(batch);
}

/**
 * How the server of a contestant is started; builds it first where it must be built.
 *
 * @returns a sentence where that is not possible on this machine
 */
export async function commandOf(name: ContestantName): Promise<Command | string> {
  if (name === "go") return goServer();
  if (name === "java") return javaServer();
  return nodeServer(name);
}

/**
 * Starts a file of `servers/` by the Node that runs the bench, compiled as a build does it. The loader that runs the
 * bench itself names every closure when it is made, which costs an adapter as much as its codec.
 */
export async function nodeServer(name: string, ...args: readonly string[]): Promise<Command> {
  const outfile = fileURLToPath(new URL(`build/${name}.mjs`, import.meta.url));
  await build({
    entryPoints: [fileURLToPath(new URL(`servers/${name}.ts`, import.meta.url))],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "es2022",
    external: ["apache-flink-statefun", "express"],
    // protobufjs, like other packages of before ES modules, calls `require`.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    tsconfig: fileURLToPath(new URL("../../tsconfig.json", import.meta.url)),
    logLevel: "error",
  });
  return { command: process.execPath, args: [outfile, ...args], isEcho: name.endsWith("echo") };
}
