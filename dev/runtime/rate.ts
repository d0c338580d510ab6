/** The window of every rate: what the cluster uses. */
export const rateWindowMillis = 60_000;

/** How often a rate looks at its counters: twelve looks make a window, as in the cluster. */
export const rateStepMillis = 5_000;

/** Looks that are kept: those of one window, and the one before it. */
const keptLooks = rateWindowMillis / rateStepMillis + 1;

/**
 * How fast counters grow: the mean per second over the last 60 seconds, from looks at them every 5 seconds. In the
 * first minute the time before the start counts as time in which nothing happened, as in the cluster.
 */
export class Rates {
  readonly #read: () => readonly number[];
  readonly #looks: { readonly atMillis: number; readonly counts: readonly number[] }[] = [];

  /** `read` gives the counters, always as many and in the same order. */
  constructor(read: () => readonly number[]) {
    this.#read = read;
  }

  /** Looks at the counters. Nothing may have changed them since the last look but what happened just now. */
  look(nowMillis: number): void {
    const last = this.#looks.at(-1);
    if (last !== undefined && nowMillis - last.atMillis < rateStepMillis) return;
    this.#looks.push({ atMillis: nowMillis, counts: this.#read() });
    if (this.#looks.length > keptLooks) this.#looks.shift();
  }

  /** The rates now, per second, in the order of the counters. */
  perSecond(nowMillis: number): readonly number[] {
    const startMillis = nowMillis - rateWindowMillis;
    const then = this.#looks.findLast(({ atMillis }) => atMillis <= startMillis);
    return this.#read().map((count, at) => ((count - (then?.counts[at] ?? 0)) * 1000) / rateWindowMillis);
  }
}
