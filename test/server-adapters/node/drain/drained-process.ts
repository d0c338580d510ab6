import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ListenOptions } from "statefun/node";
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
      { stdio: ["ignore", "pipe", "inherit"] },
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

  /** When an event of its log happened, in milliseconds since 1970: the first, with several workers. */
  timeOf(event: string): number {
    const entries = this.#output.text
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as { readonly event: string; readonly time: string });
    return Date.parse(entries.find((entry) => entry.event === event)?.time ?? "");
  }

  /** Resolves once its log has the event. */
  async logged(event: string): Promise<void> {
    while (Number.isNaN(this.timeOf(event))) await once(this.#child.stdout ?? this.#child, "data");
  }
}
