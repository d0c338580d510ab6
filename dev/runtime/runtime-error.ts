import type { FunctionAddress } from "./address.js";

/** What can be wrong in the embedded runtime, for programs. */
export type RuntimeErrorCode =
  /** An argument or option of the runtime's own API does not make sense. */
  | "invalid-argument"
  /** A module file cannot be read, or says what a cluster would refuse. */
  | "invalid-module"
  /** A module file asks for what this runtime does not have, such as Kinesis. */
  | "unsupported"
  /** A call of a function failed for good: its budget is used up, or the answer cannot be retried. */
  | "call-failed"
  /** A message goes to a function type that no endpoint serves. */
  | "unknown-function"
  /** A record goes to an egress that the module does not have. */
  | "unknown-egress"
  /** A record is not what its egress takes. */
  | "invalid-record"
  /** A reply changes or registers state in a way that the runtime refuses. */
  | "invalid-state"
  /** A reply delays or cancels a message in a way that the runtime refuses. */
  | "invalid-delay"
  /** An ingress was given a record that cannot become messages: no key, or no value. */
  | "invalid-input"
  /** Settings of a transport do not fit together, or name files that cannot be read. */
  | "invalid-transport"
  /** The data folder is in use by another process. */
  | "store-in-use"
  /** The store was written by a newer version. */
  | "store-too-new"
  /** The store cannot be read: cut short, or no store at all. */
  | "store-damaged"
  /** Writing to the store failed; what was not written is not acknowledged. */
  | "store-write-failed"
  /** A broker, socket or file outside the runtime does not do what was asked of it. */
  | "io-failed"
  /** The runtime is stopped or closed. */
  | "closed";

/** Where a {@link RuntimeError} belongs, as far as it is known. */
export interface RuntimeErrorContext {
  /** What was caught, if anything was. */
  readonly cause?: unknown;
  /** The address whose batch failed. */
  readonly address?: FunctionAddress | undefined;
  /** The ingress or egress concerned, by its id. */
  readonly component?: string | undefined;
}

/** The one error of the embedded runtime: its message says what is wrong, where, and what to do. */
export class RuntimeError extends Error {
  /** What went wrong, for programs. */
  readonly code: RuntimeErrorCode;
  /** The address whose batch failed, if one did. */
  readonly address: FunctionAddress | undefined;
  /** The ingress or egress concerned, by its id. */
  readonly component: string | undefined;

  /** Puts the code in front of `message`. */
  constructor(code: RuntimeErrorCode, message: string, context: RuntimeErrorContext = {}) {
    super(`[${code}] ${message}`, context.cause === undefined ? undefined : { cause: context.cause });
    this.name = "RuntimeError";
    this.code = code;
    this.address = context.address;
    this.component = context.component;
  }
}
