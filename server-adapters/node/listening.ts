/** A server that listens, or the primary of several that do. */
export interface Listening {
  /** Where clients connect: `http://127.0.0.1:8000`, or `http+unix:///run/fn.sock` for a socket file. */
  readonly url: string;
  /** The TCP port; `undefined` for a socket file. */
  readonly port: number | undefined;
  /** The path of the socket file; `undefined` for a port. */
  readonly socketPath: string | undefined;
  /**
   * What this process is: `alone` without `workers`; with them, the `primary` starts and replaces workers and serves
   * nothing, and the program runs again from its start in each `worker`.
   */
  readonly role: "alone" | "primary" | "worker";
  /** The process ids of the workers as they are now; empty but for the primary. */
  readonly workers: readonly number[];
  /**
   * Ends serving in good order: `/readyz` turns to 503, no connection is accepted any more, every reply says
   * `connection: close`, idle connections close after `idleGrace`, and what is in flight is answered within
   * `drainTimeout`. The process goes on; SIGTERM and SIGINT do the same and then end it with 0.
   *
   * @returns how many requests were cut off because their time was up: mostly 0
   */
  readonly close: () => Promise<number>;
}
