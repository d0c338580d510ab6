import type { ContestantName } from "./contestants.js";
import type { Goal, Unit } from "./figure.js";
import type { BatchSize, FunctionName } from "../work/contract.js";

type ByBatch = Partial<Record<BatchSize, Goal>>;

/** A comparison that is always printed, and what it must show where something is promised. */
export interface Promised {
  readonly ours: ContestantName;
  readonly peer: ContestantName;
  readonly unit: Unit;
  readonly goals: Partial<Record<FunctionName, ByBatch>>;
}

const cpu: Unit = "CPU microseconds per invocation";
const atMost = (ratio: number): Goal => ({ is: "at most", ratio });
const below = (ratio: number): Goal => ({ is: "below", ratio });

/**
 * What the HTTP layer costs cannot be saved, and a batch of one is mostly that: a third on top is for the codec, the
 * batch and the promise of an async handler, and `relay` has four typed values to write instead of one.
 */
const besideEcho = { counter: { 1: atMost(1.35) }, relay: { 1: atMost(1.5) } };

/** The larger the batch, the less of it is the HTTP layer that both share. */
const besideOfficial = {
  counter: { 1: atMost(1 / 2), 10: atMost(1 / 3), 100: atMost(1 / 6), 1000: atMost(1 / 12) },
};

/** Go's HTTP server costs as much as node's whole limit; from some invocations on its protobuf library decides. */
const besideGo: ByBatch = { 1: atMost(1.35), 10: below(1), 100: below(1), 1000: below(1) };

/** Undertow costs a third of what node:http does: only the codec can make up for that, and needs long batches to. */
const besideJava: ByBatch = { 100: atMost(1.5), 1000: atMost(1) };

/** An adapter for Express must not cost more than reading a body by Express's own means. */
const besideExpressEcho: ByBatch = { 1: { is: "at least", ratio: 0.9 } };

/** Everything that is compared, a row a function and batch. */
export const promises: readonly Promised[] = [
  { ours: "listen", peer: "echo", unit: cpu, goals: besideEcho },
  { ours: "serve", peer: "echo", unit: cpu, goals: {} },
  { ours: "listen", peer: "official", unit: cpu, goals: besideOfficial },
  { ours: "listen", peer: "go", unit: cpu, goals: { counter: besideGo, relay: besideGo } },
  { ours: "listen", peer: "java", unit: cpu, goals: { counter: besideJava, relay: besideJava } },
  {
    ours: "express",
    peer: "express-echo",
    unit: "requests per second",
    goals: { counter: besideExpressEcho },
  },
];

/** Two workers beside one, the client on the same two cores: it takes the more of them the shorter the requests are. */
export const twoWorkers: ByBatch = { 1: { is: "at least", ratio: 1.3 }, 100: { is: "at least", ratio: 1.5 } };
