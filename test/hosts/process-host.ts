import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { afterAll } from "@jest/globals";
import type { HostOptions, StartHost } from "../server-adapters/host.js";
import { Log } from "../server-adapters/log.js";

/** How a process is started that hosts the conformance function. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

interface Running {
  readonly child: ChildProcess;
  /** Resolves when it has ended and all it has written is read; or when it could not start. */
  readonly closed: Promise<unknown>;
}

// Starting takes well under a second; this is what a machine gets that is busy with everything else.
const startMillis = 60_000;

// A process that was asked to end gets this long to finish what it does.
const endMillis = 20_000;

// What our programs print, or workerd on the descriptor of its control messages.
const portOf = /^(?:listening |\{"event":"listen",.*"port":)(?<port>\d+)/;

/** Output that says what a process that did not start was doing. */
const lastLines = 20;

/**
 * Hosts in a process of their own, one for each start. A process says `listening <port>` on standard output (or what
 * workerd says instead), and then
 * `log <JSON string>` for each line of the log; it gets its options as JSON in `HOST_OPTIONS`, and ends on SIGTERM once
 * its requests are answered.
 */
export function processHost(commandFor: (options: HostOptions) => Promise<Command>): StartHost {
  const running = new Set<Running>();
  afterAll(async () => {
    await Promise.all([...running].map(end)); // those of tests that were cut off
  });
  return async (options) => {
    const { program, args } = await commandFor(options);
    const child = spawn(program, args, {
      env: { ...process.env, HOST_OPTIONS: JSON.stringify(options), NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const started: Running = { child, closed: new Promise((resolve) => child.once("close", resolve)) };
    running.add(started);
    void started.closed.then(() => running.delete(started));
    const log = new Log();
    const output: string[] = [];
    const port = new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (status, signal) => {
        reject(new Error(`${program} ended (${String(signal ?? status)}) before it listened`));
      });
      createInterface(child.stdout).on("line", (line) => {
        output.push(line);
        const listening = portOf.exec(line)?.groups?.port;
        if (listening !== undefined) resolve(Number(listening));
        if (line.startsWith("log ")) log.add(JSON.parse(line.slice("log ".length)) as string);
      });
    });
    createInterface(child.stderr).on("line", (line) => output.push(line));
    try {
      return { endpoint: { port: await inTime(port, program) }, log, close: () => end(started) };
    } catch (error) {
      await end(started);
      throw new Error(`${String(error)}\n${output.slice(-lastLines).join("\n")}`, { cause: error });
    }
  };
}

async function inTime<T>(promise: Promise<T>, program: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${program} did not listen within ${String(startMillis)} ms`));
    }, startMillis);
  });
  return Promise.race([promise, late]).finally(() => {
    clearTimeout(timer);
  });
}

/** Asks a process to end, unless it has; resolves when all it has written is read. */
async function end({ child, closed }: Running): Promise<void> {
  child.kill("SIGTERM");
  const patience = setTimeout(() => child.kill("SIGKILL"), endMillis);
  await closed;
  clearTimeout(patience);
}
