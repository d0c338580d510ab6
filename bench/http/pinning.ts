import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

/** A command that runs on one core only. */
export interface Pinned {
  readonly command: string;
  readonly args: readonly string[];
}

/** Servers and their client get a core each. */
export const serverCore = 0;
export const clientCore = 1;

/** Whether this machine can pin a process to a core, and has two. */
export const canPin: boolean =
  availableParallelism() > 1 && spawnSync("taskset", ["--version"], { stdio: "ignore" }).status === 0;

/** Pins a command to a core, by `taskset` of util-linux; leaves it as it is where there is none, or no core is given. */
export function pinned(command: string, args: readonly string[], core: number | undefined): Pinned {
  if (!canPin || core === undefined) return { command, args };
  return { command: "taskset", args: ["-c", core.toString(), command, ...args] };
}
