import { STATUS_CODES } from "node:http";
import { RuntimeError, type RuntimeErrorCode } from "../runtime-error.js";
import type { ProblemJson } from "./schemas.js";

/** The media type of a {@link ProblemJson}. */
export const problemMediaType = "application/problem+json";

/** A request that is refused, with what its answer says. */
export class Problem extends Error {
  /** The status of the answer. */
  readonly status: number;
  /** What is wrong, for programs. */
  readonly code: string;
  /** Headers of the answer beside the usual ones. */
  readonly headers: Readonly<Record<string, string>>;

  /** `detail` says what is wrong, and what to do. */
  constructor(status: number, code: string, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.name = "Problem";
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  /** The body of the answer. */
  toJSON(): ProblemJson {
    const { status, code, message } = this;
    return { title: STATUS_CODES[status] ?? "Error", status, code, detail: message };
  }
}

/** The statuses of what a runtime refuses; everything else is 500. */
const statuses: Partial<Record<RuntimeErrorCode, number>> = {
  "invalid-argument": 400,
  "unknown-function": 404,
  "unknown-egress": 404,
  closed: 503,
  "store-write-failed": 503,
};

/** Whatever was thrown, as the problem that the client is told. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof RuntimeError) {
    const detail = error.message.replace(`[${error.code}] `, "");
    return new Problem(statuses[error.code] ?? 500, error.code, detail);
  }
  const what = error instanceof Error ? error.message : String(error);
  return new Problem(
    500,
    "internal",
    `the API failed: ${what}; this is a defect of the runtime, please report it`,
  );
}
