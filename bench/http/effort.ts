/** How much work goes into one figure. */
export interface HttpEffort {
  /** Once for each server and function, before its first figure: from cold to optimised code. */
  readonly coldStartSeconds: number;
  /** Before each figure. */
  readonly warmUpSeconds: number;
  readonly runSeconds: number;
  readonly rounds: number;
}

/** Runs long enough that the ticks of the CPU clock, 10 ms, and the requests in flight at the end do not count. */
export const fullHttpEffort: HttpEffort = {
  coldStartSeconds: 5,
  warmUpSeconds: 1,
  runSeconds: 3,
  rounds: 5,
};

/** Proves that everything runs. Its figures mean nothing. `wrk` and `autocannon` take whole seconds only. */
export const quickHttpEffort: HttpEffort = {
  coldStartSeconds: 0,
  warmUpSeconds: 0,
  runSeconds: 1,
  rounds: 1,
};
