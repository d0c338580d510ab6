import { setTimeout as delay } from "node:timers/promises";
import { died, logTail, startProcess } from "../../dev/cluster/cluster-process.js";
import type { ClusterProcess, Command } from "../../dev/cluster/cluster-process.js";
import type { Guard } from "../../dev/cluster/guard.js";
import { waitFor } from "../../dev/cluster/wait-for.js";

/** Node starts in a second; with the TypeScript loader and on a machine that does much else it may take long. */
const startLimitMillis = 240_000;

/** An answer that takes longer does not come: the process is being killed. */
const answerLimitMillis = 10_000;

/** A process that is killed and started again, and again. */
export class Killable {
  readonly #command: Command;
  readonly #guard: Guard;
  /** Answers 200 once the process is ready. */
  readonly #readyUrl: string;
  #process: ClusterProcess | undefined;
  #isExpected = false;
  /** How often it was killed. */
  kills = 0;

  constructor(command: Command, guard: Guard, readyUrl: string) {
    this.#command = command;
    this.#guard = guard;
    this.#readyUrl = readyUrl;
  }

  /** Starts it, and resolves when it is ready. */
  async start(): Promise<void> {
    await this.#spawn();
    await waitFor(() => this.#isReady(), {
      what: `${this.#command.name} to answer at ${this.#readyUrl}`,
      limitMillis: startLimitMillis,
      check: () => {
        this.check();
      },
      explain: () => this.lastLines(),
    });
  }

  /** Kills it, and starts it again; with `againAfterMillis` it is killed once more while it starts. */
  async killAndStart(againAfterMillis?: number): Promise<void> {
    await this.#kill();
    if (againAfterMillis !== undefined) {
      await this.#spawn();
      await delay(againAfterMillis);
      this.check();
      await this.#kill();
    }
    await this.start();
  }

  /** Ends it for good. */
  async end(): Promise<void> {
    this.#isExpected = true;
    await this.#process?.kill();
  }

  async #kill(): Promise<void> {
    this.kills += 1;
    await this.end();
  }

  /** @throws ClusterError `process-died` if it has ended by itself */
  check(): void {
    const process = this.#process;
    if (process !== undefined && !this.#isExpected && !process.running()) throw died(process);
  }

  lastLines(): string {
    return logTail({ name: this.#command.name, log: this.#command.log });
  }

  async #spawn(): Promise<void> {
    this.#process = await startProcess(this.#command, this.#guard);
    this.#isExpected = false;
  }

  async #isReady(): Promise<true | undefined> {
    try {
      const { ok } = await fetch(this.#readyUrl, { signal: AbortSignal.timeout(answerLimitMillis) });
      return ok ? true : undefined;
    } catch {
      return undefined;
    }
  }
}
