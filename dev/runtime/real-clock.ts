import type { Clock, ScheduledCall } from "./clock.js";

/** The longest delay that `setTimeout` keeps; a longer one would be over at once. */
const longestTimeoutMillis = 2 ** 31 - 1;

/** The machine's clock. It keeps the process alive only while something is scheduled. */
export function realClock(): Clock {
  return { now: Date.now, schedule };
}

/** `setTimeout` may fire a millisecond early by this clock, and cannot wait longer than 24 days: both are made good. */
function schedule(atMillis: number, callback: () => void): ScheduledCall {
  let timeout: NodeJS.Timeout;
  function wait(): void {
    const leftMillis = Math.min(Math.max(0, atMillis - Date.now()), longestTimeoutMillis);
    timeout = setTimeout(() => {
      if (Date.now() < atMillis) wait();
      else callback();
    }, leftMillis);
  }
  wait();
  return {
    cancel: () => {
      clearTimeout(timeout);
    },
  };
}
