import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ListenOptions, LogEntry } from "statefun/node";
import { RawClient, type ClientTls, type Endpoint } from "../../raw-client.js";

/** A program that serves, in a process of its own, and everything it said. */
export class DrainedProcess {
  static readonly #running = new Set<DrainedProcess>();
  readonly endpoint: Endpoint;
  /** The exit code, or the name of the signal that ended it. */
  readonly exit: Promise<number | string>;
  readonly #child: ChildProcess;
  readonly #output: { text: string };
  readonly #folder: string;

  private constructor(child: ChildProcess, output: { text: string }, folder: string, endpoint: Endpoint) {
    this.#folder = folder;
    this.#child = child;
    this.#output = output;
    this.endpoint = endpoint;
    this.exit = once(child, "close").then(([code, signal]) => (code ?? signal) as number | string);
    DrainedProcess.#running.add(this);
  }

  /** Starts one. Resolves when it listens. */
  static async start(options: ListenOptions, clientTls?: ClientTls): Promise<DrainedProcess> {
    const { socketPath } = options;
    const file = path.join(import.meta.dirname, "drain-program.ts");
    const folder = mkdtempSync(path.join(tmpdir(), "statefun-drain-"));
    const child = spawn(
      process.execPath,
      ["--import", "tsx", file, JSON.stringify(options), path.join(folder, "read")],
      {
        stdio: ["ignore", "pipe", "inherit"],
        env: { ...process.env, BROKEN_IF_EXISTS: path.join(folder, "broken") },
      },
    );
    const output = { text: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output.text += text));
    let port: string | undefined;
    while (port === undefined) {
      await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
      if (child.exitCode !== null) throw new Error(`the program ended early: ${output.text}`);
      port = /^listening (.*)$/m.exec(output.text)?.[1];
    }
    return new DrainedProcess(
      child,
      output,
      folder,
      socketPath === undefined ? { port: Number(port), tls: clientTls } : { socketPath },
    );
  }

  /** Ends all that still run. */
  static async endAll(): Promise<void> {
    for (const running of DrainedProcess.#running) {
      running.#child.kill("SIGKILL");
      await running.exit;
      rmSync(running.#folder, { recursive: true });
    }
    DrainedProcess.#running.clear();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  connect(): Promise<RawClient> {
    return RawClient.connect(this.endpoint);
  }

  /** The ids of all requests whose heads it has read; once it has ended. */
  get read(): readonly string[] {
    const file = path.join(this.#folder, "read");
    return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
  }

  /** The entries of its log so far, of all its processes. */
  get entries(): readonly LogEntry[] {
    return this.#output.text
      .split("\n")
      .slice(0, -1)
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as LogEntry);
  }

  /** When an event of its log happened, in milliseconds since 1970: the first, with several workers. */
  timeOf(event: string): number {
    return Date.parse(this.entries.find((entry) => entry.event === event)?.time ?? "");
  }

  /** From now on, workers end as they start; or they do not any more. */
  breakWorkers(isBroken: boolean): void {
    const file = path.join(this.#folder, "broken");
    if (isBroken) writeFileSync(file, "");
    else rmSync(file);
  }

  /** Resolves once its log has the event. */
  async logged(event: string): Promise<void> {
    await this.until((entries) => entries.some((entry) => entry.event === event));
  }

  /** Resolves once `holds` is true of its log. */
  async until(holds: (entries: readonly LogEntry[]) => boolean): Promise<void> {
    while (!holds(this.entries)) await once(this.#child.stdout ?? this.#child, "data");
  }
}
