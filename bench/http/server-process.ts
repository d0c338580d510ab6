import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import type { Contestant } from "../measure.js";
import type { Command } from "./command.js";
import { cpuMicrosOf } from "./cpu-time.js";
import { pinned } from "./pinning.js";
import { listeningWord } from "./listening-word.js";

/** A JVM on a busy machine needs several seconds; one that has not started by then does not. */
const startTimeoutMillis = 60_000;

/** What a server may take to end in good order before it is killed. */
const stopTimeoutMillis = 5_000;

/** How long a server must have used no CPU to count as quiet: two ticks of the clock that its CPU time is read from. */
const quietMillis = 20;
/** Background work, such as a garbage collector's, need not stop: it is waited for no longer. */
const longestSettleMillis = 1_000;

/** What a server says before it ends early fits: a stack. */
const mostLines = 50;

/** A running server of the bench. */
export class ServerProcess implements Contestant {
  readonly name: string;
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #isEcho: boolean;

  private constructor(name: string, port: number, child: ChildProcess, isEcho: boolean) {
    this.name = name;
    this.port = port;
    this.#child = child;
    this.#isEcho = isEcho;
    // A bench that ends early leaves no server behind.
    process.once("exit", () => child.kill("SIGKILL"));
  }

  /** Starts a server and waits until it listens. */
  static async start(
    name: string,
    { command, args, isEcho }: Command,
    core: number | undefined,
  ): Promise<ServerProcess> {
    const { command: file, args: words } = pinned(command, args, core);
    const child = spawn(file, words, {
      stdio: isEcho ? ["ignore", "pipe", "pipe", "ipc"] : ["ignore", "pipe", "pipe"],
    });
    try {
      return new ServerProcess(name, await portOf(name, child), child, isEcho);
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
  }

  get isEcho(): boolean {
    return this.#isEcho;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port.toString()}/statefun`;
  }

  /** Makes an echo answer with so many bytes. */
  async replyWith(bytes: number): Promise<void> {
    this.#child.send(bytes);
    await once(this.#child, "message");
  }

  async answer(request: Uint8Array): Promise<Uint8Array> {
    const response = await fetch(this.url, {
      method: "POST",
      headers: { "content-type": "application/octet-stream" },
      body: request as Uint8Array<ArrayBuffer>,
    });
    if (response.status !== 200) throw new Error(`${this.name} answers ${response.status.toString()}`);
    return new Uint8Array(await response.arrayBuffer());
  }

  /** The CPU time of the server and its children, once it has nothing left to do. */
  async settledCpuMicros(): Promise<number> {
    const pid = this.#child.pid ?? 0;
    const until = performance.now() + longestSettleMillis;
    let last = await cpuMicrosOf(pid);
    for (;;) {
      await delay(quietMillis);
      const now = await cpuMicrosOf(pid);
      if (now === last || performance.now() > until) return now;
      last = now;
    }
  }

  /** Ends the server, and waits until it has ended. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    const patience = setTimeout(() => this.#child.kill("SIGKILL"), stopTimeoutMillis);
    await ended;
    clearTimeout(patience);
  }
}

async function portOf(name: string, child: ChildProcess): Promise<number> {
  if (child.stdout === null || child.stderr === null) throw new Error(`${name} was started without pipes`);
  const lines = createInterface(child.stdout);
  const said: string[] = [];
  // Read to the end of the process, or it would wait for a reader; what it complains of later is in its answers too.
  createInterface(child.stderr).on("line", (line) => {
    if (said.length < mostLines) said.push(line);
  });
  const listening = new Promise<number>((resolve, reject) => {
    lines.on("line", (line) => {
      if (said.length < mostLines) said.push(line);
      if (line.startsWith(listeningWord)) resolve(Number(line.slice(listeningWord.length)));
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      reject(
        new Error(
          `${name} ended with ${(signal ?? code ?? "").toString()} before it listened: ${said.join("\n")}`,
        ),
      );
    });
  });
  const timeUp = new AbortController();
  const late = delay(startTimeoutMillis, undefined, { signal: timeUp.signal }).then(() => {
    throw new Error(`${name} does not listen after ${startTimeoutMillis.toString()} ms`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([listening, late]);
  } finally {
    timeUp.abort();
  }
}
