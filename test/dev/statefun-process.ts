import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { afterEach } from "@jest/globals";
import { root } from "../readme/program.js";
import { eventually } from "./eventually.js";

const command = ["--import", "tsx", path.join(root, "dev/cli.ts")];

/** How the command ended, and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command to its end; `input` is its standard input. */
export function statefun(args: readonly string[], input = ""): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...command, ...args],
      { cwd: root, env: environment },
      (_, stdout, stderr) => {
        resolve({ code: child.exitCode, stdout, stderr });
      },
    );
    child.stdin?.end(input);
  });
}

/** A developer's own variables do not reach the tests. */
const environment: NodeJS.ProcessEnv = { ...process.env, STATEFUN_URL: "", STATEFUN_TOKEN: "", DEBUG: "" };
delete environment.STATEFUN_URL;
delete environment.STATEFUN_TOKEN;

/** A command that goes on until it is told to end. */
export interface Running {
  readonly pid: number;
  /** What it has written to its standard output so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves once its output holds `text`. */
  readonly said: (text: string) => Promise<void>;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

const running: Running[] = [];

afterEach(async () => {
  for (const one of running.splice(0)) {
    one.signal("SIGKILL");
    await one.ended;
  }
});

/** Starts the command; it is killed when the test has ended. */
export function startStatefun(args: readonly string[]): Running {
  const child = spawn(process.execPath, [...command, ...args], {
    cwd: root,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const text = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text.stdout += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    text.stderr += chunk;
  });
  const closed = once(child, "close");
  let over = false;
  const one: Running = {
    pid: child.pid ?? 0,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    async said(wanted) {
      await eventually(`it said ${JSON.stringify(wanted)}`, () => {
        if (text.stdout.includes(wanted)) return true;
        if (over) throw new Error(`it ended without saying ${wanted}:\n${text.stdout}${text.stderr}`);
        return false;
      });
    },
    signal: (signal) => {
      child.kill(signal);
    },
    ended: closed.then(([code, signal]) => {
      over = true;
      return (code ?? signal) as number | NodeJS.Signals;
    }),
  };
  running.push(one);
  return one;
}

/** A folder for the files of a test, within the repository so that packages resolve; it is removed afterwards. */
export function folderInRepository(): string {
  mkdirSync(path.join(root, ".statefun"), { recursive: true });
  const folder = mkdtempSync(path.join(root, ".statefun", "test-"));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});
