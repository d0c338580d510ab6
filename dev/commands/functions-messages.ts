import type { ProposedMessage } from "./first-message.js";
import type { FunctionSummary } from "./function-summary.js";

/** What functions in a process of their own are asked. */
export type ToFunctions =
  | { readonly kind: "call"; readonly call: number; readonly request: Uint8Array }
  /** Nobody waits for the answer any more. */
  | { readonly kind: "abort"; readonly call: number };

/** What functions in a process of their own say. */
export type FromFunctions =
  /** Files that were loaded, whether or not they are right. */
  | { readonly kind: "loaded"; readonly paths: readonly string[] }
  | {
      readonly kind: "ready";
      readonly functions: readonly FunctionSummary[];
      readonly proposed: ProposedMessage | undefined;
      readonly egresses: readonly string[];
    }
  /** The files cannot be loaded; the process ends. */
  | { readonly kind: "failed"; readonly why: string }
  | { readonly kind: "answer"; readonly call: number; readonly response: Uint8Array }
  | { readonly kind: "refused"; readonly call: number; readonly why: string };
