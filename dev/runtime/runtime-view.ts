import type { FunctionAddress, FunctionName } from "./address.js";
import type { Counters } from "./counters.js";
import type { Journal } from "./journal.js";
import type { RuntimeError } from "./runtime-error.js";

/** Which part of a long list is wanted. */
export interface PageRequest {
  /** The most items; at least 1. */
  readonly limit: number;
  /** Where to go on: {@link Page.next} of the page before; the first page without it. */
  readonly cursor?: string | undefined;
}

/** A part of a long list. A list that changes between two pages shows each item that stays exactly once. */
export interface Page<T> {
  readonly items: readonly T[];
  /** The cursor of the next page; `undefined` if this is the last one. */
  readonly next: string | undefined;
}

/** How the runtime is, and what it is made of. */
export interface RuntimeStatus {
  /** After something fatal, `stopped` starts again at {@link retryAtMillis}, and `failed` does not. */
  readonly state: "starting" | "running" | "stopped" | "failed" | "closed";
  /** What stopped the runtime; its message says what to do. */
  readonly error: RuntimeError | undefined;
  readonly retryAtMillis: number | undefined;
  /** Times that something fatal stopped the runtime and it started again, since the process began. */
  readonly restarts: number;
  /** When the process began to run the module; on the runtime's clock, as all times here: milliseconds since the epoch. */
  readonly startedAtMillis: number;
  readonly nowMillis: number;
  readonly clock: "real" | "virtual";
  readonly store: "memory" | "lmdb";
  /** Where the store is; `undefined` if nothing is kept on disk. */
  readonly dataFolder: string | undefined;
  /** Whether commits survive power loss. */
  readonly sync: boolean;
  /** What becomes of a batch that fails for good: all stops, or its address is set aside. */
  readonly onFatal: "restart" | "quarantine";
  /** Whether ingresses wait, because too much is outstanding. */
  readonly paused: boolean;
  readonly endpoints: readonly EndpointSummary[];
  readonly ingresses: readonly IngressSummary[];
  readonly egresses: readonly ComponentSummary[];
}

/** Where the functions of some typenames answer. */
export interface EndpointSummary {
  /** The functions served: one, or without `name` all of a namespace. */
  readonly functions: { readonly namespace: string; readonly name: string | undefined };
  readonly description: string;
  readonly maxNumBatchRequests: number;
}

/** An ingress or an egress. */
export interface ComponentSummary {
  /** `<namespace>/<name>`. */
  readonly id: string;
  readonly description: string;
}

/** An ingress. */
export interface IngressSummary extends ComponentSummary {
  /** Records that wait where it reads; `undefined` if that is not known. */
  readonly lag: number | undefined;
}

/** A state value that a function type has registered. */
export interface RegisteredState {
  readonly name: string;
  readonly typename: string;
  readonly expiration: { readonly mode: "after-write" | "after-call"; readonly millis: number } | undefined;
}

/** A function type that messages have been sent to. */
export interface FunctionTypeSummary extends FunctionName {
  /** Where it answers; `undefined` if no endpoint of the module serves it any more. */
  readonly endpoint: string | undefined;
  /** What it has registered since the runtime started; those of earlier runs are not in it until it is called again. */
  readonly states: readonly RegisteredState[];
}

/** Which addresses are wanted. */
export interface AddressQuery extends PageRequest {
  readonly type?: FunctionName | undefined;
  /** How the id begins; needs a type. */
  readonly idPrefix?: string | undefined;
}

/** One address in a list. */
export interface AddressSummary {
  readonly address: FunctionAddress;
  /** State values that it holds. */
  readonly states: number;
  /** Their size. */
  readonly stateBytes: number;
  /** Messages that wait or are in flight. */
  readonly waiting: number;
  readonly inFlight: boolean;
  readonly quarantined: boolean;
}

/** A state value of one address. */
export interface StateValue {
  readonly name: string;
  readonly typename: string;
  /** The value; `undefined` if the state is registered and holds none, or the value has expired. */
  readonly bytes: Uint8Array | undefined;
  /** When it was last written, or read if it expires after call. */
  readonly touchedMillis: number | undefined;
  /** When it expires; `undefined` for never, or as long as its function has not registered it again after a start. */
  readonly expiresAtMillis: number | undefined;
}

/** One address. */
export interface AddressDetail {
  readonly address: FunctionAddress;
  readonly states: readonly StateValue[];
  /** The batch whose reply is awaited. */
  readonly inFlight:
    { readonly batch: number; readonly invocations: number; readonly sinceMillis: number } | undefined;
  /** Messages that wait behind it. */
  readonly backlog: number;
  readonly quarantine: QuarantineReason | undefined;
}

/** A message that is not processed yet. */
export interface WaitingMessage {
  readonly sequence: number;
  /** Who sent it; `undefined` for a message from an ingress. */
  readonly caller: FunctionAddress | undefined;
  /** A serialized `TypedValue`. */
  readonly argument: Uint8Array;
  /** Whether it belongs to the batch in flight. */
  readonly inFlight: boolean;
}

/** Which delayed messages are wanted. */
export interface DelayQuery extends PageRequest {
  /**
   * Only those from or to this address. A page may then be short, or empty, though there is a next one: only so many
   * messages are looked at for one page.
   */
  readonly address?: FunctionAddress | undefined;
}

/** A delayed message that is not due yet. */
export interface DelayedMessage {
  readonly dueMillis: number;
  readonly sequence: number;
  /** The cancellation token; `undefined` if it has none. */
  readonly cancellationToken: string | undefined;
  readonly from: FunctionAddress;
  readonly to: FunctionAddress;
  /** A serialized `TypedValue`. */
  readonly argument: Uint8Array;
}

/** A record of an egress that its destination does not have yet, as far as is known. */
export interface WaitingRecord {
  readonly sequence: number;
  /** A serialized `TypedValue`. */
  readonly argument: Uint8Array;
  /** Whether the destination may have it, or a part of it: a delivery of it was begun, and nobody knows its end. */
  readonly mayHaveArrived: boolean;
}

/** Why an address was set aside. */
export interface QuarantineReason {
  readonly sinceMillis: number;
  /** The code of the error. */
  readonly code: string;
  /** What failed, and what to do. */
  readonly message: string;
}

/** An address that was set aside. */
export interface QuarantinedAddress extends QuarantineReason {
  readonly address: FunctionAddress;
  /** Messages that wait for it, those of the batch that failed included. */
  readonly waiting: number;
}

/** A message from outside, to one address. */
export interface OutsideMessage {
  readonly target: FunctionAddress;
  /** A serialized `TypedValue`. */
  readonly argument: Uint8Array;
  /** Makes a repeat harmless. */
  readonly idempotencyKey?: string | undefined;
}

/** What the API shows of a runtime, and what it may ask of it. Reads see what is not committed yet, too. */
export interface RuntimeView {
  readonly journal: Journal;
  readonly counters: Counters;

  /** How the runtime is. */
  status(): RuntimeStatus;

  /** All function types that messages have been sent to. */
  functionTypes(): readonly FunctionTypeSummary[];

  /**
   * Addresses that hold state, or that messages wait for, in an order that stays.
   *
   * @throws RuntimeError `invalid-argument` if the cursor is not one of this list
   */
  addresses(query: AddressQuery): Page<AddressSummary>;

  /** One address; `undefined` if nothing is known of it. */
  address(address: FunctionAddress): AddressDetail | undefined;

  /**
   * The messages that wait for an address, in the order in which they will be processed.
   *
   * @throws RuntimeError `invalid-argument` if the cursor is not one of this list
   */
  mailbox(address: FunctionAddress, page: PageRequest): Page<WaitingMessage>;

  /**
   * Delayed messages, in the order in which they come due.
   *
   * @throws RuntimeError `invalid-argument` if the cursor is not one of this list
   */
  delayedMessages(query: DelayQuery): Page<DelayedMessage>;

  /**
   * The records that wait to leave through an egress, in order.
   *
   * @throws RuntimeError `invalid-argument` if the cursor is not one of this list
   */
  outbox(egress: string, page: PageRequest): Page<WaitingRecord>;

  /**
   * Drops a record that waits to leave, for good; waits for the end of a delivery of it that is under way, and resolves
   * once the drop is durable.
   *
   * @returns the record; `undefined` if none with that number waits for that egress
   * @throws RuntimeError `closed` if the runtime does not run
   */
  dropRecord(egress: string, sequence: number): Promise<WaitingRecord | undefined>;

  /**
   * Addresses that were set aside.
   *
   * @throws RuntimeError `invalid-argument` if the cursor is not one of this list
   */
  quarantined(page: PageRequest): Page<QuarantinedAddress>;

  /** Calls the function again with the batch that failed; false if the address was not set aside. */
  retry(address: FunctionAddress): Promise<boolean>;

  /**
   * Drops the batch that failed, and goes on with the messages behind it; resolves once that is durable.
   *
   * @returns how many messages were dropped; `undefined` if the address was not set aside
   */
  drop(address: FunctionAddress): Promise<number | undefined>;

  /**
   * Takes over a message as an ingress would; resolves once it is durable.
   *
   * @returns false if the idempotency key was known already, and nothing was taken over
   * @throws RuntimeError `unknown-function` if no endpoint serves the target
   * @throws RuntimeError `closed` if the runtime does not run
   */
  send(message: OutsideMessage): Promise<boolean>;

  /** Moves the virtual clock forward, and resolves once nothing is in flight; `undefined` if the clock is real. */
  readonly advance: ((millis: number) => Promise<void>) | undefined;
}
