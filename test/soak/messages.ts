/** The memory and the handles of the server's process at one moment. */
export interface Sample {
  /** `heapUsed` and `external` after a collection, in bytes. */
  readonly held: number;
  /** Physical memory, in bytes. */
  readonly physical: number;
  /** Connections that are open. */
  readonly connections: number;
  /** All that keeps the process alive, connections included. */
  readonly handles: number;
}

/** What the soak asks of the server's process: a sample, how often each code was reported, or to close and to end by itself. */
export type Question = "sample" | "reports" | "close";

/** What is left when the server has been closed. */
export interface Closed {
  /** Requests that were cut off. */
  readonly cutOff: number;
  /** What still keeps the process alive, but for its channel to the soak. */
  readonly handles: readonly string[];
}

/** What the process says: where it listens, then an answer for each question. */
export type Said =
  { readonly port: number } | { readonly answer: Sample | Closed | Readonly<Record<string, number>> };
