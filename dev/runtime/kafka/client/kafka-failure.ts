import { RuntimeError } from "../../runtime-error.js";
import { errorText, isRetriable } from "./error-codes.js";

/** A broker that refused, or could not be reached. */
export class KafkaFailure extends RuntimeError {
  /** The broker's error code; 0 if it gave none. */
  readonly errorCode: number;

  /** `what` says what was asked of which broker. */
  constructor(what: string, errorCode = 0, cause?: unknown) {
    super("io-failed", errorCode === 0 ? what : `${what}: ${errorText(errorCode)}`, { cause });
    this.errorCode = errorCode;
  }

  /** Whether asking again in a moment may help, as during an election. */
  get retriable(): boolean {
    return isRetriable(this.errorCode);
  }
}

/** @throws KafkaFailure if `errorCode` is not 0; `what` says what was asked of which broker */
export function checkCode(errorCode: number, what: string): void {
  if (errorCode !== 0) throw new KafkaFailure(what, errorCode);
}
