import { fork, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { cpuTicks } from "../http/cpu-time.js";
import type { Generated, GenerateQuestion, Memory, Question, Running, RuntimePlan } from "./plan.js";

/** The clock of /proc. */
const microsPerTick = 10_000;

const programs = ["functions", "runtime"] as const;
type ProgramName = (typeof programs)[number];

const compiled = (name: ProgramName): string => fileURLToPath(new URL(`build/${name}.mjs`, import.meta.url));

/** Compiles what runs in processes of its own, as a build does it: under the bench's own loader it would be slower. */
export async function compilePrograms(): Promise<void> {
  await build({
    entryPoints: programs.map((name) => fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url))),
    outdir: fileURLToPath(new URL("build", import.meta.url)),
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "es2022",
    external: ["lmdb"], // it has native code, which it looks for beside itself
    // Packages of before ES modules call `require`.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    tsconfig: fileURLToPath(new URL("../../tsconfig.json", import.meta.url)),
    logLevel: "error",
  });
}

/** CPU microseconds, user and system, that a process has taken, all its threads together. */
export function cpuMicros(pid: number): number {
  return cpuTicks(readFileSync(`/proc/${pid.toString()}/stat`, "utf8")) * microsPerTick;
}

/** A compiled program of the bench, in a process of its own that ends with the bench. */
class Program {
  readonly #child: ChildProcess;
  readonly #name: ProgramName;

  constructor(name: ProgramName, args: readonly string[], nodeOptions: readonly string[]) {
    this.#name = name;
    this.#child = fork(compiled(name), args, { execArgv: [...nodeOptions] });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The next thing it says; rejects if it ends first. */
  async said(): Promise<unknown> {
    const over = new AbortController();
    const { signal } = over;
    const ended = once(this.#child, "exit", { signal }).then(([code, by]: (number | string | null)[]) => {
      throw new Error(`the process of ${this.#name} has ended: ${(by ?? code ?? "").toString()}`);
    });
    ended.catch(() => undefined);
    try {
      const [message] = (await Promise.race([once(this.#child, "message", { signal }), ended])) as unknown[];
      return checked(message);
    } finally {
      over.abort();
    }
  }

  ask(question: Question): Promise<unknown> {
    const answer = this.said();
    this.#child.send(question);
    return answer;
  }

  async ended(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended();
  }
}

function checked(message: unknown): unknown {
  if (typeof message === "object" && message !== null && "failed" in message)
    throw new Error(String(message.failed));
  return message;
}

/** The greeter, served over HTTP. */
export class FunctionProcess {
  readonly #program: Program;
  /** Where it listens, `host:port`. */
  readonly address: string;

  private constructor(program: Program, port: number) {
    this.#program = program;
    this.address = `127.0.0.1:${port.toString()}`;
  }

  static async start(): Promise<FunctionProcess> {
    const program = new Program("functions", [], []);
    const { port } = (await program.said()) as { readonly port: number };
    return new FunctionProcess(program, port);
  }

  /** How much CPU it has taken so far. */
  cpuMicros(): number {
    return cpuMicros(this.#program.pid);
  }

  kill(): Promise<void> {
    return this.#program.kill();
  }
}

/** Our runtime. */
export class RuntimeProcess {
  readonly #program: Program;
  readonly running: Running;
  /** From before the process was started until it runs. */
  readonly startMillis: number;

  private constructor(program: Program, running: Running, startMillis: number) {
    this.#program = program;
    this.running = running;
    this.startMillis = startMillis;
  }

  /** With `nodeOptions` beside those that all of them have. */
  static async start(plan: RuntimePlan, ...nodeOptions: readonly string[]): Promise<RuntimeProcess> {
    const before = performance.now();
    const program = new Program("runtime", [JSON.stringify(plan)], ["--expose-gc", ...nodeOptions]);
    const running = (await program.said()) as Running;
    return new RuntimeProcess(program, running, performance.now() - before);
  }

  cpuMicros(): number {
    return cpuMicros(this.#program.pid);
  }

  async generate(question: Omit<GenerateQuestion, "ask">): Promise<Generated> {
    return (await this.#program.ask({ ask: "generate", ...question })) as Generated;
  }

  async memory(): Promise<Memory> {
    return (await this.#program.ask({ ask: "memory" })) as Memory;
  }

  /** What has stopped it, if anything has. */
  async error(): Promise<string | undefined> {
    return ((await this.#program.ask({ ask: "error" })) as { readonly error?: string }).error;
  }

  /** Ends it in good order. */
  async close(): Promise<void> {
    await this.#program.ask({ ask: "close" });
    await this.#program.ended();
  }

  kill(): Promise<void> {
    return this.#program.kill();
  }
}
