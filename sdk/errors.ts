/**
 * The closed set of codes a {@link StateFunError} carries.
 *
 * | code | raised by |
 * |---|---|
 * | `invalid-argument` | definitions, sends and storage calls that cannot be right |
 * | `serialization` | a value that its type or schema refuses, on send, set, receive or read |
 * | `unhandled-message` | a message without a handler and without `otherwise` |
 * | `function-failed` | code of the author that threw; `cause` is the original |
 * | `context-closed` | a context used after its batch was answered (a missing `await`) |
 * | `unknown-function` | a request for a function type that is not registered |
 * | `malformed-request` | bytes that are not a `ToFunction`, or one without a target |
 * | `request-too-large` | a request body above `maxRequestBytes` |
 * | `method-not-allowed`, `unsupported-media-type` | a client that is not a cluster |
 * | `body-already-read` | a body parser that consumed the request before the adapter |
 * | `batch-timeout` | a handler still running after `batchTimeout` |
 * | `client-disconnected` | a caller that hung up before its answer |
 * | `unauthorized`, `overloaded` | a request that is refused before its batch is read |
 */
export type StateFunErrorCode =
  | "invalid-argument"
  | "serialization"
  | "unhandled-message"
  | "function-failed"
  | "context-closed"
  | "unknown-function"
  | "malformed-request"
  | "request-too-large"
  | "method-not-allowed"
  | "unsupported-media-type"
  | "body-already-read"
  | "batch-timeout"
  | "client-disconnected"
  | "unauthorized"
  | "overloaded";

/** What a {@link StateFunError} knows about the place where it arose; each field is left out where unknown. */
export interface StateFunErrorDetails {
  /** The original error, for `function-failed` and wherever a library threw. */
  readonly cause?: unknown;
  /** The typename of the function, type or egress concerned. */
  readonly typename?: string | undefined;
  /** The id of the function concerned. */
  readonly id?: string | undefined;
  /** The name of the state value concerned. */
  readonly stateName?: string | undefined;
}

// A symbol of the global registry, so that `instanceof` holds across two copies of the package.
const brand = Symbol.for("statefun.StateFunError");

/**
 * The one error class of this package: a `code` from a closed set, a message that says which code, what, where
 * and what to do, and typed context. `instanceof StateFunError` also holds for errors of another copy of the package.
 */
export class StateFunError extends Error {
  /** Which failure this is; see {@link StateFunErrorCode}. */
  readonly code: StateFunErrorCode;
  /** The typename of the function, type or egress concerned, where known. */
  readonly typename: string | undefined;
  /** The id of the function concerned, where known. */
  readonly id: string | undefined;
  /** The name of the state value concerned, where known. */
  readonly stateName: string | undefined;

  /** Makes an error whose message is `[code] message`. */
  constructor(code: StateFunErrorCode, message: string, details: StateFunErrorDetails = {}) {
    super(`[${code}] ${message}`, "cause" in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.typename = details.typename;
    this.id = details.id;
    this.stateName = details.stateName;
  }

  /**
   * Turns anything that was thrown into a `StateFunError`: one of ours is returned as it is, everything else
   * becomes `function-failed` with the original as its `cause`.
   */
  static from(thrown: unknown, where = "user code", details: StateFunErrorDetails = {}): StateFunError {
    if (thrown instanceof StateFunError) return thrown;
    return new StateFunError("function-failed", `${where} threw: ${describeThrown(thrown)}`, {
      ...details,
      cause: thrown,
    });
  }

  /** Tells errors of this class from others, also those of another copy of the package. */
  static override [Symbol.hasInstance](value: unknown): value is StateFunError {
    if (this !== StateFunError) return Function.prototype[Symbol.hasInstance].call(this, value); // a subclass
    try {
      return typeof value === "object" && value !== null && brand in value;
    } catch {
      return false; // a proxy that answers no question
    }
  }
}

Object.defineProperty(StateFunError.prototype, "name", { value: "StateFunError", configurable: true });
Object.defineProperty(StateFunError.prototype, brand, { value: true });

/** The same failure with the place where it arose put in front, and that place's details filled in. */
export function located(error: StateFunError, where: string, details: StateFunErrorDetails): StateFunError {
  const problem = error.message.replace(/^\[[a-z-]+\] /, "");
  const made = new StateFunError(error.code, `${where}: ${problem}`, {
    cause: error.cause ?? error,
    stateName: error.stateName,
    ...details,
  });
  // The line that is wrong is where the error arose, not where it was found.
  const frames = error.stack?.indexOf("\n    at ") ?? -1;
  if (frames !== -1) made.stack = `${made.name}: ${made.message}${(error.stack ?? "").slice(frames)}`;
  return made;
}

/** The shortest useful description of something thrown, whatever it is; never throws itself. */
function describeThrown(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return thrown.message === "" ? thrown.name : thrown.message;
    return typeof thrown === "string" ? thrown : `a value that is not an Error (${String(thrown)})`;
  } catch {
    return "a value that cannot be printed";
  }
}
