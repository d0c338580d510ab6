import type { WireResponse } from "statefun/wire";
import type { FunctionAddress } from "./address.js";
import type { RuntimeError } from "./runtime-error.js";

/** Something that happened in the runtime, as the dispatcher tells it; what is costly to decode stays in bytes. */
export type JournalEntry =
  /** A record of an ingress became messages. */
  | { readonly kind: "admitted"; readonly ingress: string; readonly addresses: readonly FunctionAddress[] }
  /** A batch was sent; `batch` numbers the batches of one run of the runtime, re-sends included. */
  | {
      readonly kind: "request";
      readonly batch: number;
      readonly address: FunctionAddress;
      readonly invocations: number;
      /** The serialized `ToFunction`. */
      readonly request: Uint8Array;
    }
  /** One HTTP attempt of a batch failed and may be retried. */
  | { readonly kind: "attempt-failed"; readonly address: FunctionAddress; readonly why: string }
  /** The reply to a batch was applied. */
  | {
      readonly kind: "reply";
      readonly batch: number;
      readonly address: FunctionAddress;
      readonly millis: number;
      readonly response: WireResponse;
    }
  /** A delayed message came due and was sent. */
  | { readonly kind: "delay-elapsed"; readonly from: FunctionAddress; readonly to: FunctionAddress }
  /** A record left through an egress, and its destination has it. */
  | {
      readonly kind: "delivered";
      readonly egress: string;
      readonly sequence: number;
      /** The record: a serialized `TypedValue`. */
      readonly argument: Uint8Array;
    }
  /** An ingress could not read and tries again; told once, until it is back. */
  | { readonly kind: "ingress-failed"; readonly ingress: string; readonly error: RuntimeError }
  /** An ingress that could not read does so again. */
  | { readonly kind: "ingress-recovered"; readonly ingress: string }
  /** An egress could not deliver and tries again. */
  | { readonly kind: "egress-failed"; readonly egress: string; readonly error: RuntimeError }
  /** An egress that could not deliver does so again. */
  | { readonly kind: "egress-recovered"; readonly egress: string }
  /** A record was dropped because somebody asked for it: its destination does not get it any more. */
  | {
      readonly kind: "egress-dropped";
      readonly egress: string;
      readonly sequence: number;
      /** The record: a serialized `TypedValue`. */
      readonly argument: Uint8Array;
      /** Whether the destination may have it, or a part of it, from a delivery that failed. */
      readonly mayHaveArrived: boolean;
    }
  /** The runtime runs: after the start, or after a restart. */
  | { readonly kind: "running"; readonly restarts: number }
  /** Something fatal stopped the runtime; it restarts after `retryMillis`, or never if that is left out. */
  | { readonly kind: "stopped"; readonly error: RuntimeError; readonly retryMillis: number | undefined }
  /** An address was set aside, taken up again, or its batch was dropped. */
  | {
      readonly kind: "quarantine";
      readonly what: "parked" | "retried" | "dropped";
      readonly address: FunctionAddress;
      readonly error: RuntimeError | undefined;
    }
  /** The messages of so many addresses that are set aside take so much memory that ingresses pause. */
  | { readonly kind: "quarantine-full"; readonly addresses: number; readonly bytes: number }
  /** They take less again: enough addresses were taken up, or their batches dropped. */
  | { readonly kind: "quarantine-relieved" };

/** Hears of everything that happens; must not throw and must be quick. */
export type JournalListener = (entry: JournalEntry) => void;
