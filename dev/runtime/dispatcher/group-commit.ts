import { RuntimeError } from "../runtime-error.js";
import type { Store } from "../store/store.js";
import type { Tables } from "./tables.js";

/** Hears of commits. */
export interface CommitListener {
  /** A commit has taken all changes made so far. */
  taken(): void;
  /** What the last commit took is durable. */
  committed(writes: number, millis: number): void;
  /** Writing failed: nothing that was taken, or has changed since, will become durable. */
  failed(error: RuntimeError): void;
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
  #scheduled: NodeJS.Immediate | undefined;
  #underWay = false;
  #ended: RuntimeError | undefined;
  #waiting: Waiting[] = [];
  #taken: Waiting[] = [];
  #next: Promise<void> | undefined;

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
    if (this.#underWay || this.#scheduled !== undefined || this.#ended !== undefined) return;
    this.#scheduled = setImmediate(this.#commit);
  }

  /**
   * Resolves once everything that has changed so far is durable.
   *
   * @throws RuntimeError `store-write-failed` or `closed` (as a rejection) if it never will be
   */
  durable(): Promise<void> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    if (!this.#tables.dirty && !this.#underWay) return Promise.resolve();
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
    clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    this.#next = undefined;
    for (const { reject } of [...this.#taken.splice(0), ...this.#waiting.splice(0)]) reject(why);
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
    this.#store.commit(writes).then(
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
