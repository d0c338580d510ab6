import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** A value as the files write it: text is UTF-8, `hex` bytes, `fill` that many times `x`, anything else compact JSON. */
export type GivenValue =
  | string
  | { readonly hex: string }
  | { readonly fill: number }
  | Readonly<Record<string, unknown>>
  | readonly unknown[];

/** Bytes as expectations write them: text, hexadecimal digits, or length and digest of something large. */
export type ExpectedBytes =
  string | { readonly hex: string } | { readonly length: number; readonly sha256: string };

/** A state that a function declares. */
export interface DeclaredState {
  readonly name: string;
  readonly type: string;
  readonly expire?: { readonly mode: "AFTER_WRITE" | "AFTER_INVOKE"; readonly ms: number };
}

/** What the functions declare, by typename. A type that is not listed has no states. */
export type DeclaredFunctions = Readonly<Record<string, { readonly states: readonly DeclaredState[] }>>;

/** A Kafka record; null is Kafka's null. */
export interface GivenRecord {
  readonly topic: string;
  readonly key: GivenValue | null;
  readonly value: GivenValue | null;
}

/** What an `until` step waits for; all of it must hold at once. */
export interface Until {
  /** So many requests have arrived. */
  readonly requests?: number;
  /** Nothing has arrived for so many milliseconds. */
  readonly idle?: number;
  /** A reader of committed records finds so many. */
  readonly egress?: { readonly topic: string; readonly count: number };
  readonly job?: JobState;
  /** The runtime has restarted so often. */
  readonly restarts?: number;
  /** Milliseconds after which it has failed. */
  readonly timeout?: number;
}

/** One step of a scenario. */
export type Step =
  | { readonly produce: readonly GivenRecord[] }
  | {
      readonly produceMany: {
        readonly topic: string;
        readonly key: string;
        readonly from?: number;
        readonly upto: number;
        readonly command?: Readonly<Record<string, unknown>>;
      };
    }
  | { readonly until: Until }
  | { readonly sleep: number }
  | { readonly settle: number }
  | { readonly release: string }
  | { readonly deploy: DeclaredFunctions }
  | { readonly server: "stop" | "start" }
  | { readonly checkpoint: true }
  | { readonly noCheckpointFor: number }
  | { readonly killWorker: true }
  | { readonly running: true }
  | { readonly stopWithSavepoint: string }
  | { readonly start: { readonly from?: string } };

/** The state of the runtime: it runs, it gave up, or it refused to start. */
export type JobState = "RUNNING" | "FAILED" | "NOT STARTED";

/** One message that a request must carry. */
export interface ExpectedCall {
  /** The sender's address; null for a message from an ingress. */
  readonly from: string | null;
  readonly type: string;
  readonly value: ExpectedBytes;
  /** Left out where it is true. */
  readonly has?: boolean;
  /** Fields beyond those of the protocol, each in hexadecimal digits. */
  readonly unknown?: readonly string[];
}

/** What the function answered. */
export type ExpectedReply =
  | { readonly incomplete: readonly string[] }
  | { readonly result: true; readonly status?: number }
  | { readonly status: number | "no answer"; readonly closedByRuntime?: true };

/** One request that must arrive; without calls it is one that is no batch, such as a GET. */
export interface ExpectedRequest {
  readonly state?: Readonly<Record<string, { readonly type: string; readonly value: ExpectedBytes } | null>>;
  readonly calls?: readonly ExpectedCall[];
  readonly reply: ExpectedReply;
  /** How often the request was sent; left out if once. */
  readonly attempts?: number;
}

/** A row of calls: all of them, or what is known of them. */
export type ExpectedCalls =
  | readonly ExpectedCall[]
  | {
      readonly count: number;
      readonly firstThree: readonly ExpectedCall[];
      readonly last: ExpectedCall;
      readonly notesAscending: true;
    }
  | { readonly count: number; readonly firstFrom: null; readonly otherFrom: readonly string[] }
  | Readonly<Record<string, { readonly count: number; readonly strictlyAscending: true }>>;

/** What an address must have seen, and how strictly. */
export type ExpectedAddress =
  | { readonly compare: "requests"; readonly requests: readonly ExpectedRequest[] }
  | { readonly compare: "calls"; readonly calls: ExpectedCalls }
  | { readonly compare: "ignore" };

/** A committed record: key and value. */
export type ExpectedRecord = readonly [key: ExpectedBytes | null, value: ExpectedBytes];

/** What a replay must reproduce. */
export interface Expectations {
  readonly addresses: Readonly<Record<string, ExpectedAddress>>;
  readonly egress?: Readonly<Record<string, readonly ExpectedRecord[]>>;
  readonly egressPerKey?: Readonly<Record<string, readonly string[]>>;
  readonly job: { readonly state: JobState; readonly causes?: readonly string[]; readonly restarted?: true };
}

/** The head and the bytes of one request that the real runtime sent, and what the scripted function answered. */
export interface Sample {
  readonly head: readonly string[];
  readonly requestHex: string;
  readonly answerHex?: string;
}

/** A scenario as it was recorded on the real runtime. */
export interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly claims: readonly string[];
  readonly notes?: readonly string[];
  /** The module file, with `${FUNCTIONS}`, `${KAFKA}`, `${SOCKET}` and `${REFUSED}` in it. */
  readonly module: string;
  readonly runtime?: {
    readonly restart?: "none";
    readonly checkpointMs?: number;
    readonly parallelism?: number;
    readonly config?: Readonly<Record<string, string>>;
  };
  readonly lateStart?: true;
  /** Topics and their numbers of partitions. */
  readonly topics: Readonly<Record<string, number>>;
  readonly functions: DeclaredFunctions;
  readonly steps: readonly Step[];
  readonly expect: Expectations;
  readonly observed: {
    readonly requests?: number;
    readonly connections?: number;
    readonly maxInFlight?: number;
    /** Sizes of the batches of an address; text where it says more. */
    readonly batches?: Readonly<Record<string, readonly unknown[]>>;
    /** For each address the attempts of its calls, and the times between them. */
    readonly retries?: Readonly<Record<string, readonly { readonly gapsMs: readonly number[] }[]>>;
    readonly arrivals?: readonly { readonly to: string }[];
  };
  readonly samples: readonly Sample[];
}

const folder = path.join(__dirname, "../vectors/scenarios");

/** All scenarios, in the order of their names. */
export const scenarios: readonly Scenario[] = readdirSync(folder)
  .filter((file) => file.endsWith(".json"))
  .sort()
  .map((file) => JSON.parse(readFileSync(path.join(folder, file), "utf8")) as Scenario);
