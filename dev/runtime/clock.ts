/** A call that a {@link Clock} was asked to make later. */
export interface ScheduledCall {
  /** Takes it back; does nothing if it was made already. */
  cancel(): void;
}

/** The one source of time in the runtime: real, or virtual and moved by tests. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once, never before the clock shows `atMillis`, and never within this call. */
  schedule(atMillis: number, callback: () => void): ScheduledCall;
}
