import type { Leniency } from "./expectations.js";

/** A {@link Leniency} of one scenario, and why it is one. Without any it is something beside the expectations that is not compared. */
export interface ReasonedLeniency extends Leniency {
  readonly because: string;
}

const replayed =
  "after the runtime has started anew it calls again what was not durable, and what that is depends on the moment; records, state and the calls of all other addresses are compared";
const interval =
  "this runtime has no interval between its commits, so the time from an answer to a visible record is not compared";

/** The scenarios that cannot be compared as strictly as their files say, by name. The rest has no exception. */
export const leniencies: Readonly<Record<string, ReasonedLeniency>> = {
  "08-first-request-gates-type": {
    because:
      "here the first request of a type holds up that type and not the whole subtask, so in which order the addresses of different types are called is not compared",
  },
  "11-fifo-per-pair": {
    batchesFree: ["example/a/p", "example/a/q"],
    because:
      "nothing holds the calls of a/p and a/q, so whether two records of one of them meet in a batch is chance; the calls and their order are compared",
  },
  "90-outage-exactly-once": { unlistedFree: true, because: replayed },
  "91-poison-restarts": { unlistedFree: true, because: replayed },
  "95-savepoint-in-flight": {
    repliesFree: ["example/a/p"],
    because:
      "the recorded worker process outlived its job and read the answer to the call that the savepoint had cut off, to no effect; this runtime closes the connection",
  },
  "98-parallelism-4": {
    unlistedFree: true,
    because:
      "four subtasks knew the states of example/a each for itself; which of them negotiates for how many addresses is not what one loop does",
  },
  "99b-unknown-field-parallel": {
    because: "one loop has no network between subtasks; what arrives is compared",
  },
  "a0-first-request-blocks-checkpoints": {
    because:
      "this runtime commits while the first request of a type is open, so commits are not counted; requests are compared",
  },
  "a6-atomic-response": { unlistedFree: true, because: replayed },
  "a7-egress-visibility": { because: interval },
  "a8-at-least-once-egress": { because: interval },
};

/** The table for people. */
export function leniencyTable(): string {
  return Object.entries(leniencies)
    .map(([name, { because }]) => `  ${name}: ${because}`)
    .join("\n");
}
