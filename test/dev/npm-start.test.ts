import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { root } from "../readme/program.js";
import { eventually } from "./eventually.js";

/** Two starts through npm and the TypeScript loader, on a machine that may be doing much else. */
const limitMillis = 120_000;

const readme = readFileSync(path.join(root, "README.md"), "utf8");

/** The command that the README shows first, without the installation: this clone is installed. */
const [, command = "no command"] = /```sh\nnpm ci && (npm start)\n```/.exec(readme) ?? [];

/** A clone of its own, so that a developer's state is left alone. */
let clone: string;
/** A PATH with Node, npm and the tools of the system, but without Java. */
let bin: string;
const started: Started[] = [];

beforeEach(() => {
  clone = path.join(root, ".statefun", `npm-start-${String(process.pid)}`);
  bin = path.join(clone, ".bin");
  mkdirSync(bin, { recursive: true });
  for (const name of ["package.json", "tsconfig.json", "sdk", "proto", "server-adapters"]) {
    cpSync(path.join(root, name), path.join(clone, name), { recursive: true });
  }
  const sources = (from: string): boolean =>
    !/(^|\/)(node_modules|dist|\.statefun)$/.test(from.slice(root.length));
  for (const name of ["dev", "examples"]) {
    cpSync(path.join(root, name), path.join(clone, name), { recursive: true, filter: sources });
  }
  symlinkSync(path.join(root, "node_modules"), path.join(clone, "node_modules"));
  for (const folder of (process.env.PATH ?? "").split(path.delimiter)) linkPrograms(folder);
});

afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    if (child.exitCode === null && child.pid !== undefined) {
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // it has just ended
      }
    }
    await ended;
  }
  rmSync(clone, { recursive: true, force: true, maxRetries: 3 });
});

function linkPrograms(folder: string): void {
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const link = path.join(bin, name);
    if (/^(java|javac|mvn)/.test(name) || existsSync(link)) continue;
    try {
      symlinkSync(path.join(folder, name), link);
    } catch {
      // a link of that name, which leads nowhere, is there already
    }
  }
}

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<unknown>;
  readonly output: () => string;
}

/** Runs the command as a shell does in a terminal: with a group of processes of its own, which Ctrl-C reaches. */
function start(): Started {
  const env = { ...process.env, PATH: bin, JAVA_HOME: "", NO_UPDATE_NOTIFIER: "1" };
  const child = spawn("sh", ["-c", command], {
    cwd: clone,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const one = { child, ended: once(child, "close"), output: () => output };
  started.push(one);
  return one;
}

function shell(line: string): Promise<{ readonly code: number; readonly stdout: string }> {
  return new Promise((resolve) => {
    execFile("sh", ["-c", line], { env: { ...process.env, PATH: bin } }, (error, stdout) => {
      resolve({ code: error === null ? 0 : 1, stdout });
    });
  });
}

/** The curl lines of the start screen, in their order. */
async function curlLines({ output, child }: Started): Promise<readonly string[]> {
  await eventually("the start screen was printed", () => {
    if (child.exitCode !== null) throw new Error(`npm start ended:\n${output()}`);
    return output().includes("Ctrl-C ends it");
  });
  return [...output().matchAll(/^ {2}(curl .*)$/gm)].map(([, line = ""]) => line);
}

interface Records {
  readonly records: readonly { readonly text: string }[];
}

/** Pastes the first curl line, then the second; gives back what the egress says. */
async function greetings(run: Started): Promise<readonly string[]> {
  const [send = "", read = ""] = await curlLines(run);
  expect(send).toMatch(/^curl http:\/\/127\.0\.0\.1:\d+\/example\/person\/Ada -d '\{"name":"Ada"\}'$/);
  expect((await shell(`${send} --silent --show-error --fail`)).code).toBe(0);
  const { stdout } = await shell(`${read} --silent --show-error --fail`);
  return (JSON.parse(stdout) as Records).records.map(({ text }) => text);
}

async function interrupt({ child, ended, output }: Started): Promise<void> {
  process.kill(-Number(child.pid), "SIGINT");
  const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
  // npm hands the signal on to itself once the program has ended; what the program ends with is tested in dev.test.ts.
  if (code !== 0 && signal !== "SIGINT") {
    throw new Error(`npm start ended with ${String(code ?? signal)} after Ctrl-C:\n${output()}`);
  }
}

test(
  "npm start without Java greets whoever its own curl line sends, ends with Ctrl-C, and remembers the visit",
  async () => {
    expect((await shell("java -version")).code).toBe(1);

    const first = start();
    const firstGreetings = await greetings(first);
    await eventually("the greeting was printed", () => first.output().includes('"Welcome, Ada!"'));
    await interrupt(first);
    const second = start();
    const secondGreetings = await greetings(second);
    await interrupt(second);

    expect(firstGreetings).toEqual(["Welcome, Ada!"]);
    expect(secondGreetings).toEqual(["Welcome back, Ada! This is visit 2."]);
    expect([first, second].map(({ output }) => output().includes("goes on where it ended"))).toEqual([
      false,
      true,
    ]);
  },
  limitMillis,
);
