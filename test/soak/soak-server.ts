import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { Closed, Question, Said, Sample } from "./messages.js";

/** A process that has nothing to do any more ends at once; what takes as long as this is alive for a reason. */
const endMillis = 10_000;

/** The server of the soak. */
export class SoakServer {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #gone: Promise<unknown>;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    this.#gone = once(child, "exit");
  }

  /** Starts it. Resolves when it listens. */
  static async start(leaks: boolean): Promise<SoakServer> {
    const root = path.resolve(import.meta.dirname, "../..");
    const child = fork(path.join(root, "test/soak/server-program.ts"), leaks ? ["leak"] : [], {
      execArgv: ["--expose-gc", "--import", "tsx"],
      cwd: root,
    });
    const gone = once(child, "exit").then(() => {
      throw new Error("the server of the soak ended before it listened");
    });
    const [said] = (await Promise.race([once(child, "message"), gone])) as [{ port: number }];
    gone.catch(() => undefined);
    return new SoakServer(child, said.port);
  }

  sample(): Promise<Sample> {
    return this.#ask("sample") as Promise<Sample>;
  }

  /** How often each code was reported. */
  reports(): Promise<Readonly<Record<string, number>>> {
    return this.#ask("reports") as Promise<Readonly<Record<string, number>>>;
  }

  /** Closes the server: what is left, and how its process ended; `alive` if it did not. */
  async close(): Promise<Closed & { readonly exit: string }> {
    const closed = (await this.#ask("close")) as Closed;
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), endMillis);
    await this.#gone;
    clearTimeout(timer);
    const { exitCode } = this.#child;
    return { ...closed, exit: exitCode === null ? "alive" : String(exitCode) };
  }

  /** Ends its process, whatever it does. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill("SIGKILL");
    await this.#gone;
  }

  async #ask(question: Question): Promise<unknown> {
    this.#child.send(question);
    const [said] = (await once(this.#child, "message")) as [Extract<Said, { answer: unknown }>];
    return said.answer;
  }
}
