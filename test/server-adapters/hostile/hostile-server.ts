import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { exchange, RawClient, type Endpoint, type RawResponse } from "../raw-client.js";
import { hi } from "../requests.js";
import type { Asked, Memory, Question, Report, Said, ServerPlan, Status } from "./messages.js";

/** How long a condition is waited for: by far longer than anything here takes, on a machine that does much else. */
const patienceMillis = 40_000;

/** A server in a process of its own, and what its tests ask of it. */
export class HostileServer {
  readonly endpoint: Endpoint;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (answer: Status | Memory | undefined) => void>();
  #reports: Report[] = [];
  #questions = 0;

  private constructor(child: ChildProcess, port: number) {
    this.#process = child;
    this.endpoint = { port };
    child.on("message", (said: Said) => {
      if ("to" in said) this.#waiting.get(said.to)?.(said.answer);
    });
  }

  /** Starts one. Resolves when it listens. */
  static async start(plan: ServerPlan): Promise<HostileServer> {
    const program = path.resolve(__dirname, "server-program.ts");
    const child = fork(program, [JSON.stringify(plan)], {
      execArgv: ["--expose-gc", "--import", "tsx"],
      cwd: path.resolve(__dirname, "../../.."),
    });
    const gone = once(child, "exit").then(() => {
      throw new Error("the server under test ended before it listened");
    });
    const [said] = (await Promise.race([once(child, "message"), gone])) as [{ listening: number }];
    gone.catch(() => undefined);
    return new HostileServer(child, said.listening);
  }

  /** Ends its process. */
  async stop(): Promise<void> {
    const gone = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await gone;
  }

  /** A connection to it. */
  connect(): Promise<RawClient> {
    return RawClient.connect(this.endpoint);
  }

  /** The answer to a well-formed batch on a connection of its own. */
  async wellFormedBatch(body: Uint8Array = hi): Promise<RawResponse> {
    const client = await this.connect();
    const response = await exchange(client, body);
    await client.hangUp();
    return response;
  }

  status(): Promise<Status> {
    return this.#ask({ ask: "status" }) as Promise<Status>;
  }

  /** Its memory, after a collection. */
  memory(): Promise<Memory> {
    return this.#ask({ ask: "memory" }) as Promise<Memory>;
  }

  /** Lets the batches go on that wait. */
  async release(): Promise<void> {
    await this.#ask({ ask: "release" });
  }

  /** Resolves once `holds` is true of its status; rejects if that takes too long. */
  async until(what: string, holds: (status: Status) => boolean): Promise<void> {
    const end = performance.now() + patienceMillis;
    for (;;) {
      const status = await this.status();
      this.#reports.push(...status.reports);
      if (holds(status)) return;
      if (performance.now() > end) {
        throw new Error(`${what} took more than ${String(patienceMillis)} ms: ${JSON.stringify(status)}`);
      }
      await delay(10);
    }
  }

  /** What was reported since the last call; waits for the end of every connection, so that nothing can follow. */
  async settled(): Promise<readonly Report[]> {
    await this.until("the end of all connections", ({ connections }) => connections === 0);
    const reports = this.#reports;
    this.#reports = [];
    return reports;
  }

  #ask(question: Question): Promise<Status | Memory | undefined> {
    this.#questions += 1;
    const asked: Asked = { number: this.#questions, question };
    return new Promise((resolve) => {
      this.#waiting.set(asked.number, (answer) => {
        this.#waiting.delete(asked.number);
        resolve(answer);
      });
      this.#process.send(asked);
    });
  }
}
