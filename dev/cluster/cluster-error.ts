/** What can go wrong with a local cluster, as a closed set: branch on these, never on the message. */
export type ClusterErrorCode =
  | "java-missing"
  | "maven-missing"
  | "download-failed"
  | "port-taken"
  | "process-died"
  | "time-out"
  | "interrupted"
  | "already-running"
  | "not-running"
  | "job-active"
  | "job-failed"
  | "module-invalid"
  | "invalid-argument";

/**
 * The one error the cluster launcher throws. The message starts with the code in brackets and says what
 * happened, where, and what to do; where a process is to blame it ends with the last lines of its log.
 */
export class ClusterError extends Error {
  /** What went wrong, for programs. */
  readonly code: ClusterErrorCode;

  /** Puts the code in front of `message`. */
  constructor(code: ClusterErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(`[${code}] ${message}`, options);
    this.name = "ClusterError";
    this.code = code;
  }
}
