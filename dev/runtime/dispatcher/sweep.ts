import type { Clock, ScheduledCall } from "../clock.js";

/** Between two steps of a sweep: with steps of less than a millisecond, about a hundredth of a processor. */
const betweenStepsMillis = 50;

/** The most entries looked at in one step: with small values some hundred microseconds. */
export const entriesAStep = 200;

/** Work that tidies up behind the runtime: done in small steps with long pauses, and only while there is some. */
export class Sweep {
  readonly #clock: Clock;
  readonly #step: () => number | undefined;
  #scheduled: { readonly atMillis: number; readonly call: ScheduledCall } | undefined;
  #stopped = false;

  /**
   * @param step - does one step; gives the time before which there is nothing more to do, or `undefined` if there is
   * nothing until {@link begin} is called again
   */
  constructor(clock: Clock, step: () => number | undefined) {
    this.#clock = clock;
    this.#step = step;
  }

  /** There is something to do, but nothing before `atMillis`; a step that is due sooner stays. */
  begin(atMillis: number): void {
    if (this.#stopped) return;
    if (this.#scheduled !== undefined) {
      if (this.#scheduled.atMillis <= atMillis) return;
      this.#scheduled.call.cancel();
    }
    this.#scheduled = { atMillis, call: this.#clock.schedule(atMillis, this.#next) };
  }

  /** Ends for good. */
  stop(): void {
    this.#stopped = true;
    this.#scheduled?.call.cancel();
    this.#scheduled = undefined;
  }

  readonly #next = (): void => {
    this.#scheduled = undefined;
    const atMillis = this.#step();
    if (atMillis !== undefined) this.begin(Math.max(atMillis, this.#clock.now() + betweenStepsMillis));
  };
}
