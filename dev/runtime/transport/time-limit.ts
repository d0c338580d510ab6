import type { Clock, ScheduledCall } from "../clock.js";

/** Something that may take only so long; it is in one {@link TimeLimit} at a time, or in none. */
export abstract class Limited {
  /** When its time is over, while a limit holds it. */
  deadlineMillis = 0;
  /** The limit that holds it, and its neighbours there. */
  limit: TimeLimit | undefined = undefined;
  before: Limited | undefined = undefined;
  after: Limited | undefined = undefined;

  /** Its time is over; the limit does not hold it any more. */
  abstract timeIsOver(): void;
}

/**
 * One limit for many things. Because it is the same for all, what began first ends first: one scheduled call of the
 * clock serves all of them, and starting and stopping cost a few assignments.
 */
export class TimeLimit {
  readonly #clock: Clock;
  readonly millis: number;
  #first: Limited | undefined;
  #last: Limited | undefined;
  #scheduled: ScheduledCall | undefined;

  constructor(clock: Clock, millis: number) {
    this.#clock = clock;
    this.millis = millis;
  }

  /** What has been held longest. */
  get first(): Limited | undefined {
    return this.#first;
  }

  /** Holds `limited` until it is stopped, or its time is over; `sinceMillis` may not be earlier than that of others. */
  start(limited: Limited, sinceMillis: number): void {
    limited.limit?.stop(limited);
    limited.limit = this;
    limited.deadlineMillis = sinceMillis + this.millis;
    limited.before = this.#last;
    if (this.#last === undefined) this.#first = limited;
    else this.#last.after = limited;
    this.#last = limited;
    this.#scheduled ??= this.#clock.schedule(limited.deadlineMillis, this.#expire);
  }

  /** Lets go of `limited`, if it is held here. */
  stop(limited: Limited): void {
    if (limited.limit !== this) return;
    if (limited.before === undefined) this.#first = limited.after;
    else limited.before.after = limited.after;
    if (limited.after === undefined) this.#last = limited.before;
    else limited.after.before = limited.before;
    limited.limit = undefined;
    limited.before = undefined;
    limited.after = undefined;
  }

  /** Schedules nothing any more; what is held is forgotten. */
  close(): void {
    this.#scheduled?.cancel();
    this.#scheduled = undefined;
    while (this.#first !== undefined) this.stop(this.#first);
  }

  readonly #expire = (): void => {
    this.#scheduled = undefined;
    const now = this.#clock.now();
    let first = this.#first;
    while (first !== undefined && first.deadlineMillis <= now) {
      this.stop(first);
      first.timeIsOver();
      first = this.#first;
    }
    // What ended in time is not there any more, so most of the time there is nothing to do until the next one is due.
    if (first !== undefined) this.#scheduled ??= this.#clock.schedule(first.deadlineMillis, this.#expire);
  };
}
