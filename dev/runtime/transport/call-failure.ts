import { addressText, type FunctionAddress } from "../address.js";
import { RuntimeError } from "../runtime-error.js";

/** Why one attempt of a call did not succeed. */
export interface AttemptFailure {
  /** The end of a sentence that begins with "the last attempt failed:". */
  readonly why: string;
  readonly cause?: unknown;
}

/** A call that failed for good. */
export interface FailedCall {
  readonly address: FunctionAddress;
  /** The URL, or where in this process the function is. */
  readonly place: string;
  readonly attempts: number;
  readonly elapsedMillis: number;
  readonly failure: AttemptFailure;
  /** Why there is no other attempt: the end of a sentence that begins with the attempts made. */
  readonly end: string;
  /** What to do about it, a sentence. */
  readonly advice: string;
}

/** The error of a call that failed for good. */
export function callFailed(call: FailedCall): RuntimeError {
  const { address, attempts } = call;
  const count = `${String(attempts)} ${attempts === 1 ? "attempt" : "attempts"}`;
  return new RuntimeError(
    "call-failed",
    `calling ${addressText(address)} at ${call.place} failed: ${count} in ${elapsedText(call.elapsedMillis)}, ` +
      `${call.end}; the last one: ${call.failure.why}. ${call.advice}`,
    { address, cause: call.failure.cause },
  );
}

/** Milliseconds as people read them. */
export function elapsedText(millis: number): string {
  return millis < 1000 ? `${String(millis)} ms` : `${String(Math.round(millis / 100) / 10)} s`;
}

/** What an unknown thing that was thrown says; all that it says if it stands for several. */
export function thrownText(thrown: unknown): string {
  if (typeof thrown !== "object" || thrown === null) return String(thrown);
  // One attempt for each address of a host.
  if ("errors" in thrown && Array.isArray(thrown.errors) && thrown.errors.length > 0) {
    return [...new Set(thrown.errors.map(thrownText))].join("; ");
  }
  return "message" in thrown ? String(thrown.message) : "something that is no error";
}
