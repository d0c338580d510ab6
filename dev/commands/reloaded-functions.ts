import type { HandleOptions } from "statefun";
import { FunctionsProcess, type LoadedFunctions } from "./functions-process.js";
import { FileWatch } from "./file-watch.js";

/** How long the calls of a generation that was replaced may take before they are made again by the new one. */
const retireMillis = 2_000;

/** How long after a process died by itself the next one starts: enough to read what it said, if it goes on dying. */
const reviveMillis = 1_000;

/** Hears of the generations of reloaded functions. */
export interface ReloadListener {
  /** New functions answer from now on; `generation` counts from 1. */
  replaced(loaded: LoadedFunctions, generation: number): void;
  /** The files cannot be loaded; those that were loaded before, if any, go on. */
  failed(why: string): void;
  /** The process of the functions has ended; it is started again. */
  died(why: string): void;
}

/** A call that no generation has answered yet. */
interface Held {
  readonly request: Uint8Array;
  readonly options: HandleOptions;
  readonly resolve: (response: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Functions in a process of their own, which is replaced whenever one of their files changes. Calls go to the newest
 * generation that could be loaded; while there is none they wait.
 */
export class ReloadedFunctions {
  readonly #files: readonly string[];
  readonly #listener: ReloadListener;
  readonly #execArgv: readonly string[];
  readonly #watch: FileWatch;
  readonly #held = new Set<Held>();
  #current: FunctionsProcess | undefined;
  #next: FunctionsProcess | undefined;
  #generation = 0;
  #revival: NodeJS.Timeout | undefined;
  #closed = false;

  /** Loads `files`, absolute paths, and watches them and what they import. */
  constructor(
    files: readonly string[],
    listener: ReloadListener,
    execArgv: readonly string[] = process.execArgv,
  ) {
    this.#files = files;
    this.#listener = listener;
    this.#execArgv = execArgv;
    this.#watch = new FileWatch(() => {
      this.#load();
    });
    this.#watch.add(files);
    this.#load();
  }

  /** Runs one batch, as a request-reply handler does; waits while no functions could be loaded. */
  handle(request: Uint8Array, options: HandleOptions = {}): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#pass({ request, options, resolve, reject });
    });
  }

  /** Ends the process and the watch. Calls that are under way fail. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#revival);
    this.#watch.close();
    this.#current?.kill();
    this.#next?.kill();
    for (const { reject } of this.#held) reject(new Error("the functions have ended"));
    this.#held.clear();
  }

  #pass(held: Held): void {
    const current = this.#current;
    if (current?.ready !== true) {
      this.#held.add(held);
      held.options.signal?.addEventListener("abort", () => {
        this.#held.delete(held);
      });
      return;
    }
    current.handle(held.request, held.options).then(held.resolve, (error: unknown) => {
      // A generation that was replaced while it worked: the next one does it again.
      if (current !== this.#current && !this.#closed && held.options.signal?.aborted !== true)
        this.#pass(held);
      else held.reject(error instanceof Error ? error : new Error(String(error)));
    });
  }

  #load(): void {
    if (this.#closed) return;
    clearTimeout(this.#revival);
    this.#next?.kill();
    const next: FunctionsProcess = new FunctionsProcess(
      this.#files,
      {
        loaded: (paths) => {
          this.#watch.add(paths);
        },
        ready: (loaded) => {
          this.#replace(next, loaded);
        },
        failed: (why) => {
          if (this.#next !== next) return;
          this.#next = undefined;
          this.#listener.failed(why);
        },
        died: (why) => {
          this.#died(next, why);
        },
      },
      [...this.#execArgv],
    );
    this.#next = next;
  }

  #replace(next: FunctionsProcess, loaded: LoadedFunctions): void {
    const before = this.#current;
    this.#current = next;
    this.#next = undefined;
    this.#listener.replaced(loaded, ++this.#generation);
    void before?.retire(retireMillis);
    for (const held of this.#held) {
      this.#held.delete(held);
      this.#pass(held);
    }
  }

  #died(process: FunctionsProcess, why: string): void {
    if (this.#closed || process !== this.#current) return;
    this.#listener.died(why);
    this.#revival = setTimeout(() => {
      this.#load();
    }, reviveMillis);
  }
}
