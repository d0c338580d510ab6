import type { FunctionName } from "../address.js";
import type { RuntimeError } from "../runtime-error.js";

/** One message from an ingress; it has no caller. */
export interface IngressMessage {
  /** The function type it goes to. */
  readonly target: FunctionName;
  /** The id of the address. */
  readonly id: string;
  /** The message: a serialized `TypedValue`, kept as it is. */
  readonly argument: Uint8Array;
}

/** What an ingress hands over in one step: all of it becomes durable together, or none. */
export interface Admission {
  /** The messages of one record; none if the record has no targets. */
  readonly messages: readonly IngressMessage[];
  /** How far the ingress has read, to be found again under `key` after a restart. */
  readonly position?: { readonly key: string; readonly value: Uint8Array } | undefined;
  /** Names a request for good: the admission of a name that is known already changes nothing. */
  readonly idempotencyKey?: string | undefined;
}

/** The runtime's side of an ingress. */
export interface IngressGate {
  /** Whether the ingress must not admit anything now: too much is outstanding. Look again before each record. */
  readonly paused: boolean;
  /** Resolves once the gate is not paused; at once if it is not. Rejects with `closed` when the runtime stops. */
  whenOpen(): Promise<void>;
  /**
   * Takes over one record. Works also while paused; a well-behaved ingress does not use that.
   *
   * @returns false if the idempotency key was known already, and nothing was taken over
   * @throws RuntimeError `closed` if the runtime does not run
   */
  admit(admission: Admission): boolean;
  /** Resolves once everything admitted so far is durable. Rejects if it never will be. */
  durable(): Promise<void>;
  /** The last durable position under `key`. */
  position(key: string): Uint8Array | undefined;
  /** Whether any function type serves `type`: for ingresses that can tell their client. */
  serves(type: FunctionName): boolean;
  /** Reports what the ingress cannot go on from, such as a record without a key: the runtime stops and restarts. */
  fail(error: RuntimeError): void;
}

/** A way in. */
export interface Ingress {
  /** `<namespace>/<name>`, unique among ingresses. */
  readonly id: string;
  /** For people: what is read, and where. */
  readonly description: string;
  /**
   * Begins to listen, if the ingress is a server: before the runtime starts, so that its clients are told that it does not
   * run yet. Does nothing if it listens.
   *
   * @throws RuntimeError `io-failed` if the port cannot be had
   */
  listen?(): Promise<void>;
  /**
   * Begins to admit; resolves once it does. Called again after each restart of the runtime, with another gate, and
   * never before {@link stop} has resolved.
   *
   * @throws RuntimeError `io-failed` if what it reads from cannot be reached
   */
  start(gate: IngressGate): Promise<void>;
  /** Stops admitting; nothing is admitted once it has resolved. A server may go on listening and refuse. */
  stop(): Promise<void>;
  /** Lets go of everything, for good. */
  close(): Promise<void>;
}
