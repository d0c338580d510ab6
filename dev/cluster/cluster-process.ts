import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { ClusterError } from "./cluster-error.js";
import type { Guard } from "./guard.js";
import { lastLines } from "./log-tail.js";
import { identify, isRunning } from "../process/process-identity.js";
import type { ProcessIdentity } from "../process/process-identity.js";
import { waitFor } from "./wait-for.js";

export const processNames = ["kafka", "jobmanager", "taskmanager"] as const;
export type ProcessName = (typeof processNames)[number];

/** As many lines of a log as an error shows: a Java stack trace and what came before it. */
export const shownLogLines = 30;

/** A killed process is gone within milliseconds; only a system that hangs needs longer. */
const killLimitMillis = 20_000;

/** A process of the cluster: one this program started, or one it found by its identity. */
export interface ClusterProcess {
  readonly name: string;
  readonly identity: ProcessIdentity;
  readonly log: string;
  running(): boolean;
  /** The exit code or signal, once it is known; a process that someone else started keeps it to itself. */
  ending(): string | undefined;
  /** Ends it at once, with all it started. Resolves when it is gone. */
  kill(): Promise<void>;
}

export interface Command {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Standard output and error are appended to this file. */
  readonly log: string;
}

/**
 * Starts a program in a process group of its own, its output going to a file: it can outlive this program, unless
 * the guard says otherwise.
 *
 * @throws ClusterError `process-died` if the program cannot be started at all.
 */
export async function startProcess(command: Command, guard: Guard): Promise<ClusterProcess> {
  mkdirSync(dirname(command.log), { recursive: true });
  const log = openSync(command.log, "a");
  const child = spawn(command.command, command.args, {
    cwd: command.directory,
    env: { ...process.env, ...command.env },
    stdio: ["ignore", log, log],
    detached: true,
  });
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) {
    const cause = await new Promise<Error>((resolve) => child.once("error", resolve));
    throw new ClusterError("process-died", `${command.name} could not be started: ${cause.message}`, {
      cause,
    });
  }
  guard.watch(pid);
  let ending: string | undefined;
  child.once("exit", (code, signal) => {
    ending = code === null ? `signal ${String(signal)}` : `exit code ${String(code)}`;
    guard.forget(pid);
  });
  child.unref(); // waiting is done by asking, so a finished program need not wait for its cluster
  const identity = identify(pid) ?? { pid, startTime: "" };
  return {
    name: command.name,
    identity,
    log: command.log,
    running: () => ending === undefined && isRunning(identity),
    ending: () => ending,
    kill: () => killGroup(command.name, identity),
  };
}

/** A process known from a record of it. */
export function findProcess(name: string, identity: ProcessIdentity, log: string): ClusterProcess {
  return {
    name,
    identity,
    log,
    running: () => isRunning(identity),
    ending: () => undefined,
    kill: () => killGroup(name, identity),
  };
}

/** @throws ClusterError `process-died`, with the last lines of its log, if the process does not run. */
export function checkRunning(process: ClusterProcess): void {
  if (!process.running()) throw died(process);
}

/** The error for a process that has ended, in whatever way. */
export function died(process: ClusterProcess): ClusterError {
  const ending = process.ending();
  const how = ending === undefined ? "does not run any more" : `ended with ${ending}`;
  return new ClusterError(
    "process-died",
    `${process.name} (process ${String(process.identity.pid)}) ${how}.\n${lostPort(process)}${logTail(process)}`,
  );
}

/** How far back a log is searched: a broker writes hundreds of lines while it shuts down. */
const searchedLogLines = 2000;

/** The line that says that a port was taken, which stands long before the last lines of a broker's log. */
function lostPort({ log }: { readonly log: string }): string {
  const line = lastLines(log, searchedLogLines).find((text) =>
    /BindException|Address already in use/.test(text),
  );
  return line === undefined ? "" : `It could not listen on its port: ${line.trim()}\n`;
}

/** The last lines of a process's log under a line that says what they are. */
export function logTail(
  process: { readonly name: string; readonly log: string },
  count: number = shownLogLines,
): string {
  const lines = lastLines(process.log, count);
  const title = `Last lines of ${process.log}:`;
  return lines.length === 0
    ? `${title} none, it is empty.`
    : [title, ...lines.map((line) => `  ${line}`)].join("\n");
}

async function killGroup(name: string, identity: ProcessIdentity): Promise<void> {
  if (!isRunning(identity)) return;
  try {
    process.kill(-identity.pid, "SIGKILL");
  } catch {
    return; // it ended between the question and the signal
  }
  await waitFor(() => (isRunning(identity) ? undefined : true), {
    what: `${name} (process ${String(identity.pid)}) to be gone after SIGKILL`,
    limitMillis: killLimitMillis,
  });
}
