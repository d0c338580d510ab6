import type { WireResponse } from "statefun/wire";
import type { FunctionAddress, FunctionName } from "../address.js";
import type { RuntimeError } from "../runtime-error.js";

/** What becomes of one call of a function, all its attempts taken together. Exactly one of the two is called, once. */
export interface CallOutcome {
  /** The function answered in time; `bytes` is what it answered, kept until the response has been applied. */
  succeeded(response: WireResponse, bytes: Uint8Array): void;
  /** The call failed for good: the runtime stops or quarantines the address. */
  failed(error: RuntimeError): void;
}

/** A call that is under way. */
export interface Call {
  /** Gives it up: no outcome is reported any more. */
  abort(): void;
}

/** Hears of the attempts that calls are made of. */
export interface AttemptListener {
  /** One attempt has ended. `failure` says why it did not succeed. */
  attempted(address: FunctionAddress, latencyMillis: number, failure: string | undefined): void;
}

/** Calls functions of one type. The outcome may be reported before `call` returns. */
export interface Transport {
  /** Sends `request`, a serialized `ToFunction` that the transport must not change, until it is answered or given up. */
  call(target: FunctionAddress, request: Uint8Array, outcome: CallOutcome): Call;
  /** Gives up what is under way and lets go of all connections. */
  close(): Promise<void>;
}

/** Where the functions of some typenames answer. */
export interface Endpoint {
  /** The functions served: one, or without `name` all of a namespace. */
  readonly functions: { readonly namespace: string; readonly name: string | undefined };
  /** The backlog of one address from which on ingresses pause; 0 or less: never. */
  readonly maxNumBatchRequests: number;
  /** For people: the URL template, or where in this process they are. */
  readonly description: string;
  /**
   * The transport for one function type; called once a type, when its first message arrives.
   *
   * @throws RuntimeError `invalid-transport` if the URL or the properties make none
   */
  transportFor(type: FunctionName): Transport;
}
