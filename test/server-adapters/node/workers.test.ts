import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, test } from "@jest/globals";
import { expectSuccess } from "../expectations.js";
import { exchange, head, RawClient, type RawResponse } from "../raw-client.js";
import { batch, hi } from "../requests.js";

/** Three processes with a TypeScript loader on a busy machine. */
const limitMillis = 60_000;
const pollMillis = 20;

/** A program of its own process group's, and everything it said. */
class Program {
  static readonly running = new Set<Program>();
  readonly #child;
  output = "";
  readonly exit: Promise<string>;

  constructor(options: object) {
    const file = path.join(import.meta.dirname, "worker-program.ts");
    this.#child = spawn(process.execPath, ["--import", "tsx", file, JSON.stringify(options)], {
      stdio: ["ignore", "pipe", "pipe"],
      detached: true, // so that a test can send a signal to the group, as a terminal does
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (this.output += text));
    }
    this.exit = once(this.#child, "close").then(([code, signal]) => String(signal ?? code));
    Program.running.add(this);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  signalGroup(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal);
    } catch {
      // all of it has ended
    }
  }

  /** The entries of the log. */
  get entries(): readonly Readonly<Record<string, unknown>>[] {
    const lines = this.output.split("\n").filter((line) => line.startsWith("{"));
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  workerPids(): readonly number[] {
    return this.entries
      .filter(({ event }) => event === "worker-started")
      .map(({ workerPid }) => Number(workerPid));
  }

  async until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + limitMillis;
    while (!(await holds())) {
      if (Date.now() > deadline)
        throw new Error(`not so in time: ${what}. The program said:\n${this.output}`);
      await delay(pollMillis);
    }
  }

  /** The port, once the primary says that all workers listen. */
  async port(): Promise<number> {
    const said = /primary \d+ at http:\/\/127\.0\.0\.1:(\d+)/;
    await this.until("the workers listen", () => said.test(this.output));
    return Number(said.exec(this.output)?.[1]);
  }

  count(text: RegExp): number {
    return this.output.match(new RegExp(text, "gm"))?.length ?? 0;
  }

  /** How many workers have listened so far. */
  get listened(): number {
    return this.count(/^worker \d+ at/m);
  }
}

afterEach(async () => {
  for (const program of Program.running) {
    program.signalGroup("SIGKILL");
    await program.exit;
  }
  Program.running.clear();
});

async function post(port: number, body: Uint8Array): Promise<RawResponse> {
  const client = await RawClient.connect({ port });
  try {
    return await exchange(client, body);
  } finally {
    await client.hangUp();
  }
}

async function scrape(port: number): Promise<string> {
  const client = await RawClient.connect({ port });
  void client.send(head("GET /metrics"));
  const { body } = await client.response();
  await client.hangUp();
  return body.toString();
}

describe("with two workers", () => {
  test("each serves, the primary lists them, and one scrape has the metrics of both", async () => {
    const program = new Program({ workers: 2, log: true });
    const port = await program.port();

    const response = await post(port, hi);
    const metrics = await scrape(port);

    expectSuccess(response);
    const pids = program.workerPids();
    expect(pids).toHaveLength(2);
    expect(metrics).toBe(
      `served_by{worker="1"} ${String(pids[0])}\nserved_by{worker="2"} ${String(pids[1])}\n`,
    );
    expect(program.listened).toBe(2);
  });

  test.each(["SIGKILL", "SIGTERM"] as const)(
    "one that %s ends is replaced, and batches are served",
    async (signal) => {
      const program = new Program({ workers: 2, log: true });
      const port = await program.port();
      const [first = 0] = program.workerPids();

      process.kill(first, signal);
      await program.until("a third worker started", () => program.workerPids().length === 3);
      await program.until("it listens", () => program.listened === 3);
      const metrics = await scrape(port);

      expectSuccess(await post(port, hi));
      expect(metrics).toContain(`served_by{worker="1"} ${String(program.workerPids()[2])}`);
      expect(program.entries).toContainEqual(
        expect.objectContaining({
          event: "worker-ended",
          workerPid: first,
          by: signal === "SIGKILL" ? signal : "0",
        }),
      );
    },
  );

  test("workers that end early again and again are replaced ever later", async () => {
    const program = new Program({ workers: 1, log: true });
    const port = await program.port();

    for (let ended = 1; ended <= 3; ended += 1) {
      await post(port, batch("leave")).catch(() => undefined);
      await program.until("the replacement listens", () => program.listened === ended + 1);
    }

    const pauses = program.entries.flatMap(({ replacedAfterMillis }) => replacedAfterMillis ?? []);
    expect(pauses).toEqual([100, 200, 400]);
    expectSuccess(await post(port, hi));
  });

  test.each(["to the primary alone", "to all, as a terminal sends it"])(
    "a signal %s drains all workers, and the program ends with 0",
    async (whom) => {
      const program = new Program({ workers: 2, log: true });
      await program.port();

      if (whom === "to the primary alone") process.kill(program.pid, "SIGTERM");
      else program.signalGroup("SIGINT");

      expect(await program.exit).toBe("0");
      expect(program.count(/is drained/)).toBe(3);
      expect(program.workerPids()).toHaveLength(2);
      for (const pid of program.workerPids()) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    },
  );

  test("metrics that throw in every worker are reported, and end none", async () => {
    const program = new Program({ workers: 2, log: true, throwsMetrics: true });
    const port = await program.port();

    const metrics = await scrape(port);

    expect(metrics.trim()).toBe("");
    expectSuccess(await post(port, hi));
    expect(program.workerPids()).toHaveLength(2);
    expect(program.count(/report function-failed/)).toBeGreaterThan(0);
  });

  test("a worker that dies while the primary ends or asks for metrics does not take the primary along", async () => {
    const program = new Program({ workers: 2, log: true });
    const port = await program.port();
    const [first = 0, second = 0] = program.workerPids();

    process.kill(first, "SIGKILL");
    const scraped = scrape(port).catch(() => "");
    process.kill(program.pid, "SIGTERM");
    process.kill(second, "SIGKILL");

    expect(await program.exit).toMatch(/^[01]$/);
    await scraped;
    expect(program.output).not.toContain("EPIPE");
  });

  test("an end that nobody asked for is reported, with what to look for", async () => {
    const program = new Program({ workers: 1 });
    const port = await program.port();

    await post(port, batch("leave")).catch(() => undefined);
    await program.until("it is reported", () => program.count(/report function-failed worker 1/) === 1);

    expect(program.output).toMatch(/worker 1 \(process \d+\) ended by 3, and is replaced after 100 ms/);
  });

  test("a worker that is still starting when the end begins is told as soon as it listens", async () => {
    const program = new Program({ workers: 1, log: true });
    await program.port();
    const [first = 0] = program.workerPids();

    process.kill(first, "SIGKILL");
    await program.until("its replacement starts", () => program.workerPids().length === 2);
    process.kill(program.pid, "SIGTERM");

    expect(await program.exit).toBe("0");
  });

  test("a program that cannot start fails with the worker's words, and leaves no process", async () => {
    const program = new Program({ workers: 2, crashes: true, log: true });

    expect(await program.exit).toBe("1");
    expect(program.output).toMatch(
      /\[invalid-argument\] listen: worker \d ended with code 1 before it listened/,
    );
    for (const pid of program.workerPids()) {
      await program.until("the worker is gone", () => {
        try {
          return !process.kill(pid, 0);
        } catch {
          return true;
        }
      });
    }
  });

  test("a port that is taken is said with the reason", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const program = new Program({ workers: 2, port });

    const exit = await program.exit;
    other.close();

    expect(exit).toBe("1");
    expect(program.output).toContain(
      `cannot listen on port ${String(port)} of 127.0.0.1: another process holds it`,
    );
  });
});
