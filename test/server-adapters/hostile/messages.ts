/** Where and how a server under test listens; it reaches its process as JSON. */
export interface ServerPlan {
  /** The HTTP layer to start: a name in layers.ts. */
  readonly layer: string;
  readonly limits: ServerLimits;
  /** What requests to `signedPath` are signed with; nothing is authorized if it is left out. */
  readonly secret?: string;
}

/** The options of the server that tests vary; durations are in milliseconds. */
export interface ServerLimits {
  readonly maxRequestBytes: number;
  readonly maxConcurrentBatches: number;
  readonly maxHeaderBytes: number;
  readonly headerTimeoutMillis: number;
  readonly requestTimeoutMillis: number;
  readonly replyTimeoutMillis: number;
  readonly keepAliveTimeoutMillis: number;
}

/** Requests to this path are served if they are signed, all others without a signature. */
export const signedPath = "/signed";

/** One call of `onError`. */
export interface Report {
  readonly code: string;
  readonly message: string;
}

/** What a test asks of the server's process. */
export type Question =
  | { readonly ask: "status" }
  /** Collects garbage until that frees no more. */
  | { readonly ask: "memory" }
  /** Lets the batches go on that wait. */
  | { readonly ask: "release" };

/** What is going on in the server's process. */
export interface Status {
  /** The reports since the last answer. */
  readonly reports: readonly Report[];
  /** Open connections. */
  readonly connections: number;
  /** Batches that wait to be released. */
  readonly waiting: number;
  /** The names that `Object.prototype` has beyond those of a new process. */
  readonly polluted: readonly string[];
}

/** The memory of the server's process, in bytes. */
export interface Memory {
  /** What JavaScript holds: `heapUsed` and `external`. */
  readonly held: number;
  /** The most that the process ever had in physical memory. */
  readonly peak: number;
}

/** What the process says: `listening` once, then an answer for each question, with its number. */
export type Said =
  { readonly listening: number } | { readonly to: number; readonly answer: Status | Memory | undefined };

/** A question with its number. */
export interface Asked {
  readonly number: number;
  readonly question: Question;
}
