import type { RuntimeError } from "../runtime-error.js";

/** Hears of failures that are gone on after. */
export interface OutageListener {
  /** Something failed, and is tried again; `isNews` if it is the first time since it worked. */
  failed(error: RuntimeError, isNews: boolean): void;
  /** It works again; told once for each news. */
  recovered(): void;
}

/** What can fail by itself while an ingress reads. */
export type ReadingWork = "reading" | "looking for partitions" | "telling the group";

/** For whom outages are nothing to be told. */
export const unheardOutages: OutageListener = { failed: () => undefined, recovered: () => undefined };

/**
 * Tells an outage from a failure: brokers that are away fail whatever is tried, again and again, and people want to hear
 * of that once, and once more when it is over.
 */
export class Outages<Work extends string> {
  readonly #main: Work;
  readonly #listener: OutageListener;
  readonly #failing = new Set<Work>();
  #isTold = false;

  /** `main` is the work that all depends on: its failure is news also while other work fails, and its success ends it. */
  constructor(main: Work, listener: OutageListener) {
    this.#main = main;
    this.#listener = listener;
  }

  /** Work has failed, and is tried again. */
  failed(work: Work, error: RuntimeError): void {
    const isFirst = this.#failing.size === 0 || (work === this.#main && !this.#failing.has(work));
    this.#failing.add(work);
    if (isFirst) this.#isTold = true;
    this.#listener.failed(error, isFirst);
  }

  /** Work has succeeded. */
  worked(work: Work): void {
    if (!this.#failing.delete(work) || !this.#isTold) return;
    if (work !== this.#main && this.#failing.size > 0) return;
    this.#isTold = false;
    this.#listener.recovered();
  }
}
