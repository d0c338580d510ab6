import { fileURLToPath } from "node:url";
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

/** Starts a file of `servers/`, from its source, by the Node that runs the bench. */
export function nodeServer(name: string, ...args: readonly string[]): Command {
  const file = fileURLToPath(new URL(`servers/${name}.ts`, import.meta.url));
  return {
    command: process.execPath,
    args: ["--import", "tsx", file, ...args],
    isEcho: name.endsWith("echo"),
  };
}
