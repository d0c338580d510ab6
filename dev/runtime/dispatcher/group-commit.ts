import { performance } from "node:perf_hooks";
import { RuntimeError } from "../runtime-error.js";
import type { Store } from "../store/store.js";
import type { Tables } from "./tables.js";

/** Hears of commits. */
export interface CommitListener {
  /** Whether nothing goes on that would change more: a commit need not wait for it. */
  quiet(): boolean;
  /** A commit has taken all changes made so far. */
  taken(): void;
  /** What the last commit took is durable. */
  committed(writes: number, millis: number): void;
  /** Writing failed: nothing that was taken, or has changed since, will become durable. */
  failed(error: RuntimeError): void;
}

/**
 * The pause between two commits while work goes on, in multiples of what the last one took: committing takes a fifth of
 * the time at most. Under load fewer and larger steps follow, and what is put and removed between two of them is never
 * written at all.
 */
const pauseFactor = 4;

/** A pause that is not worth a timer of the system, which has whole milliseconds. */
const shortestPauseMillis = 0.5;

/** However long a commit takes, whoever waits for the next one is not kept longer. */
const longestPauseMillis = 25;

interface Scheduled {
  /** Whether it waits for time to pass, and not for the thread alone. */
  readonly isPause: boolean;
  cancel(): void;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: RuntimeError) => void;
}

/**
 * Makes all changes that have piled up durable in one step, as soon as the work at hand lets go of the thread, and
 * again as soon as that is done.
 */
export class GroupCommit {
  readonly #store: Store;
  readonly #tables: Tables;
  readonly #listener: CommitListener;
  #scheduled: Scheduled | undefined;
  /** When the next commit may begin, by the clock that only measures. */
  #notBefore = 0;
  #underWay = false;
  #ended: RuntimeError | undefined;
  #waiting: Waiting[] = [];
  #taken: Waiting[] = [];
  #next: Promise<void> | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** Commits the changes of `tables` to `store`. */
  constructor(store: Store, tables: Tables, listener: CommitListener) {
    this.#store = store;
    this.#tables = tables;
    this.#listener = listener;
  }

  /** Whether nothing waits to become durable. */
  get idle(): boolean {
    return !this.#underWay && this.#scheduled === undefined && !this.#tables.dirty;
  }

  /** Something has changed: commits soon. */
  changed(): void {
    if (this.#underWay || this.#ended !== undefined || this.#scheduled?.isPause === false) return;
    const pauseMillis = this.#listener.quiet() ? 0 : this.#notBefore - performance.now();
    if (pauseMillis < shortestPauseMillis) {
      this.#scheduled?.cancel();
      this.#scheduled = immediately(this.#commit);
    } else this.#scheduled ??= after(Math.min(pauseMillis, longestPauseMillis), this.#commit);
  }

  /**
   * Resolves once everything that has changed so far is durable.
   *
   * @throws RuntimeError `store-write-failed` or `closed` (as a rejection) if it never will be
   */
  durable(): Promise<void> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    if (!this.#tables.dirty) {
      if (!this.#underWay) return Promise.resolve();
      return new Promise((resolve, reject) => {
        this.#taken.push({ resolve, reject }); // the commit under way has taken all there is
      });
    }
    this.changed();
    this.#next ??= new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
    return this.#next;
  }

  /** Ends for good: nothing is committed any more, and whoever waits hears `why`. */
  end(why: RuntimeError): void {
    if (this.#ended !== undefined) return;
    this.#ended = why;
    this.#scheduled?.cancel();
    this.#scheduled = undefined;
    this.#next = undefined;
    for (const { reject } of [...this.#taken.splice(0), ...this.#waiting.splice(0)]) reject(why);
  }

  /** Resolves once the store is not being written any more: {@link end} does not take back what it has been given. */
  written(): Promise<void> {
    return this.#writing;
  }

  readonly #commit = (): void => {
    this.#scheduled = undefined;
    if (this.#ended !== undefined) return;
    const start = performance.now();
    const writes = this.#tables.take();
    this.#listener.taken();
    this.#taken = this.#waiting;
    this.#waiting = [];
    this.#next = undefined;
    this.#underWay = true;
    this.#writing = this.#store.commit(writes).then(
      () => {
        this.#committed(writes.length, performance.now() - start);
      },
      (error: unknown) => {
        this.#failed(error);
      },
    );
  };

  #committed(writes: number, millis: number): void {
    if (this.#ended !== undefined) return;
    this.#underWay = false;
    this.#notBefore = performance.now() + millis * pauseFactor;
    this.#tables.committed();
    this.#listener.committed(writes, millis);
    for (const { resolve } of this.#taken.splice(0)) resolve();
    if (this.#tables.dirty || this.#waiting.length > 0) this.changed();
  }

  #failed(cause: unknown): void {
    if (this.#ended !== undefined) return;
    const error =
      cause instanceof RuntimeError
        ? cause
        : new RuntimeError("store-write-failed", `the store could not be written: ${String(cause)}`, {
            cause,
          });
    this.end(error);
    this.#listener.failed(error);
  }
}

function immediately(work: () => void): Scheduled {
  const immediate = setImmediate(work);
  return {
    isPause: false,
    cancel: () => {
      clearImmediate(immediate);
    },
  };
}

function after(millis: number, work: () => void): Scheduled {
  const timeout = setTimeout(work, millis);
  return {
    isPause: true,
    cancel: () => {
      clearTimeout(timeout);
    },
  };
}
