import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { HandleOptions } from "statefun";
import type { ProposedMessage } from "./first-message.js";
import type { FunctionSummary } from "./function-summary.js";
import type { FromFunctions, ToFunctions } from "./functions-messages.js";

/** What a generation of functions offers. */
export interface LoadedFunctions {
  readonly functions: readonly FunctionSummary[];
  readonly proposed: ProposedMessage | undefined;
  readonly egresses: readonly string[];
}

/** Hears how the process of a generation fares. */
export interface FunctionsListener {
  /** Files were loaded: a change of one of them makes another generation. */
  loaded(paths: readonly string[]): void;
  /** It answers from now on. */
  ready(loaded: LoadedFunctions): void;
  /** It never will: the files are wrong. */
  failed(why: string): void;
  /** It answered, and is gone without having been told to go. */
  died(why: string): void;
}

interface Pending {
  readonly resolve: (response: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

/** One generation of functions, in a process of its own that is gone when this one is. */
export class FunctionsProcess {
  readonly #child: ChildProcess;
  readonly #listener: FunctionsListener;
  readonly #calls = new Map<number, Pending>();
  #state: "loading" | "ready" | "over" = "loading";
  #lastCall = 0;
  #idle: (() => void) | undefined;

  /** Starts it: `files` are absolute paths. */
  constructor(files: readonly string[], listener: FunctionsListener, execArgv = process.execArgv) {
    this.#listener = listener;
    this.#child = fork(childFile(), files, {
      execArgv: [...execArgv],
      serialization: "advanced",
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.#child.on("message", (message) => {
      this.#heard(message as FromFunctions);
    });
    this.#child.on("error", (error) => {
      this.#ended(error.message);
    });
    this.#child.on("exit", (code, signal) => {
      this.#ended(signal ?? `exit code ${String(code)}`);
    });
  }

  /** Whether calls are answered. */
  get ready(): boolean {
    return this.#state === "ready";
  }

  /** Runs one batch, as a request-reply handler does. Rejects if the function or the process fails. */
  handle(request: Uint8Array, { signal }: HandleOptions = {}): Promise<Uint8Array> {
    const call = ++this.#lastCall;
    return new Promise((resolve, reject) => {
      this.#calls.set(call, { resolve, reject });
      signal?.addEventListener("abort", () => {
        if (this.#calls.delete(call)) this.#say({ kind: "abort", call });
      });
      this.#say({ kind: "call", call, request });
    });
  }

  /** Lets the calls that are under way end, for so long at most, and then ends the process. */
  async retire(graceMillis: number): Promise<void> {
    if (this.#state === "ready" && this.#calls.size > 0) {
      await new Promise<void>((resolve) => {
        const timeout = setTimeout(resolve, graceMillis);
        this.#idle = () => {
          clearTimeout(timeout);
          resolve();
        };
      });
    }
    this.kill();
  }

  /** Ends the process at once; calls that are under way fail. */
  kill(): void {
    const wasOver = this.#state === "over";
    this.#state = "over";
    if (wasOver) return;
    this.#child.kill("SIGKILL");
    this.#rejectCalls("the functions have been replaced");
  }

  #say(message: ToFunctions): void {
    this.#child.send(message, (error) => {
      if (error !== null && message.kind === "call") this.#settle(message.call)?.reject(error);
    });
  }

  #settle(call: number): Pending | undefined {
    const pending = this.#calls.get(call);
    this.#calls.delete(call);
    if (this.#calls.size === 0) this.#idle?.();
    return pending;
  }

  #heard(message: FromFunctions): void {
    switch (message.kind) {
      case "loaded":
        this.#listener.loaded(message.paths);
        break;
      case "ready":
        if (this.#state !== "loading") break;
        this.#state = "ready";
        this.#listener.ready(message);
        break;
      case "failed":
        this.#failed(message.why);
        break;
      case "answer":
        this.#settle(message.call)?.resolve(message.response);
        break;
      case "refused":
        this.#settle(message.call)?.reject(new Error(message.why));
        break;
    }
  }

  #failed(why: string): void {
    if (this.#state !== "loading") return;
    this.#state = "over";
    this.#listener.failed(why);
  }

  #ended(how: string): void {
    this.#failed(`the process of the functions ended before they were loaded: ${how}`);
    const wasReady = this.#state === "ready";
    this.#state = "over";
    const why = `the process of the functions ended: ${how}`;
    this.#rejectCalls(why);
    if (wasReady) this.#listener.died(why);
  }

  #rejectCalls(why: string): void {
    for (const call of this.#calls.keys()) this.#settle(call)?.reject(new Error(why));
  }
}

/** The child's program lies beside this file, in the same language. */
function childFile(): string {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return fileURLToPath(new URL(`./functions-child.${extension}`, import.meta.url));
}
