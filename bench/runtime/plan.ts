import type { StoreChoice } from "../../dev/runtime/start-runtime.js";

/** What the process of a runtime is to run; it gets this as JSON. */
export interface RuntimePlan {
  readonly store: StoreChoice;
  /** A module file's text; without one there is no Kafka, and greetings are counted or shown over HTTP. */
  readonly module?: string | undefined;
  /** Functions that run in the process of the runtime, before those of the module. */
  readonly functions?: "greeter" | "keeper" | undefined;
  /** Whether messages come in over HTTP, and greetings are read over HTTP. */
  readonly http?: boolean | undefined;
  /** Default the runtime's own. */
  readonly cacheBytes?: number | undefined;
}

/** Messages that the process makes up itself. */
export interface GenerateQuestion {
  readonly ask: "generate";
  readonly typename: string;
  readonly count: number;
  /** How many addresses take turns. */
  readonly addresses: number;
  /** What each message says. */
  readonly text: string;
}

export type Question =
  GenerateQuestion | { readonly ask: "memory" } | { readonly ask: "error" } | { readonly ask: "close" };

/** What the process says first. */
export interface Running {
  /** How long the start of the runtime took. */
  readonly startMillis: number;
  /** Where the HTTP ingress listens, if there is one. */
  readonly ingressUrl: string | undefined;
  /** Where the greetings are read, if over HTTP. */
  readonly egressUrl: string | undefined;
}

/** The answer to `generate`: everything has been processed, is durable, and has been delivered. */
export interface Generated {
  readonly seconds: number;
  readonly cpuMicros: number;
  /** Greetings that were delivered, and the sum of their visits: which is known beforehand. */
  readonly greetings: number;
  readonly visits: number;
  /** States that were not what they must be. */
  readonly mismatches: number;
}

/** The answer to `memory`, after a garbage collection. */
export interface Memory {
  /** What lives in the heap and beside it. */
  readonly liveBytes: number;
  /** What the process has of the machine's memory, files that it has mapped aside. */
  readonly ownBytes: number;
  /** Pages of the store's file that are mapped now: the system takes them away when others need memory. */
  readonly mappedBytes: number;
}
