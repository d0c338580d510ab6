import type { Clock, ScheduledCall } from "./clock.js";
import { MinHeap } from "./min-heap.js";

/** A clock that stands still until it is moved: for tests. */
export interface VirtualClock extends Clock {
  /** When the next scheduled call is due; `undefined` if nothing is scheduled. */
  readonly nextDueMillis: number | undefined;
  /**
   * Moves the clock forward to `atMillis`, making each call that is due on the way at its own time, in the order of
   * their times, then of their scheduling.
   *
   * @param settle - awaited before the first step and after each; a call scheduled meanwhile is made too
   */
  advanceTo(atMillis: number, settle?: () => Promise<void>): Promise<void>;
}

interface Due {
  readonly atMillis: number;
  readonly order: number;
  callback: (() => void) | undefined;
}

/** A {@link VirtualClock} that shows `startMillis`. */
export function virtualClock(startMillis = 0): VirtualClock {
  let now = startMillis;
  let scheduled = 0;
  const heap = new MinHeap<Due>((a, b) =>
    a.atMillis === b.atMillis ? a.order < b.order : a.atMillis < b.atMillis,
  );

  function next(): Due | undefined {
    while (heap.first !== undefined && heap.first.callback === undefined) heap.pop();
    return heap.first;
  }

  /** Makes every call that is due at this instant; those that schedule more for the same instant wait for the next turn. */
  function fire(): void {
    const due: Due[] = [];
    for (let first = next(); first !== undefined && first.atMillis <= now; first = next()) {
      due.push(first);
      heap.pop();
    }
    for (const call of due) {
      const { callback } = call;
      call.callback = undefined;
      callback?.();
    }
  }

  return {
    now: () => now,
    get nextDueMillis() {
      return next()?.atMillis;
    },
    schedule(atMillis, callback): ScheduledCall {
      const call: Due = { atMillis, order: scheduled++, callback };
      heap.push(call);
      return {
        cancel() {
          call.callback = undefined;
        },
      };
    },
    async advanceTo(atMillis, settle = () => Promise.resolve()) {
      await settle();
      for (let first = next(); first !== undefined && first.atMillis <= atMillis; first = next()) {
        now = Math.max(now, first.atMillis);
        fire();
        await settle();
      }
      now = Math.max(now, atMillis);
    },
  };
}
