import { setTimeout as sleep } from "node:timers/promises";
import type { VirtualClock } from "../../dev/runtime/virtual-clock.js";

/** Something to wait for. */
export interface Awaited {
  holds(): boolean | Promise<boolean>;
  /** When it may come to hold although nothing happens, if the time for it is known. */
  nextMillis?(): number | undefined;
}

/** How time passes in a replay. */
export interface Passage {
  now(): number;
  /** Lets so much time pass. */
  pass(millis: number): Promise<void>;
  /** Waits; false if it did not hold within `timeoutMillis`. */
  until(awaited: Awaited, timeoutMillis: number): Promise<boolean>;
}

/** Virtual time: it moves when nothing else does, and straight to where something is due. */
export function virtualPassage(clock: VirtualClock, quiet: () => Promise<void>): Passage {
  return {
    now: () => clock.now(),
    async pass(millis) {
      await clock.advanceTo(clock.now() + millis, quiet);
      await quiet();
    },
    async until(awaited, timeoutMillis) {
      const end = clock.now() + timeoutMillis;
      for (;;) {
        await quiet();
        if (await awaited.holds()) return true;
        if (clock.now() >= end) return false;
        const next = Math.min(clock.nextDueMillis ?? end, awaited.nextMillis?.() ?? end, end);
        await clock.advanceTo(next, quiet);
      }
    },
  };
}

/** How often to look in real time, in milliseconds. */
const lookAgainMillis = 10;

/** Real time. */
export function realPassage(): Passage {
  return {
    now: () => Date.now(),
    pass: (millis) => sleep(millis),
    async until(awaited, timeoutMillis) {
      const end = Date.now() + timeoutMillis;
      for (;;) {
        if (await awaited.holds()) return true;
        if (Date.now() >= end) return false;
        await sleep(lookAgainMillis);
      }
    },
  };
}
