import type { ContestantName } from "./contestants.js";
import { median } from "../statistics.js";
import type { BatchSize, FunctionName } from "../work/contract.js";

/** One comparison over HTTP, and whether that is enough. Printed as one line of JSON. */
export interface HttpFigure {
  readonly bench: `http-${string}`;
  readonly function: FunctionName;
  readonly batch: BatchSize;
  readonly unit: Unit;
  readonly ours: number;
  readonly peer: number;
  /** Ours divided by the peer's, the median of the rounds. */
  readonly ratio: number;
  readonly goal: string | null;
  readonly met: boolean | null;
}

export type Unit = "CPU microseconds per invocation" | "requests per second";

/** What one contestant took in one round. */
export interface Run {
  readonly cpuMicrosPerInvocation: number;
  readonly requestsPerSecond: number;
}

/** How much of the peer's figure ours may be. */
export interface Goal {
  readonly is: "at most" | "at least" | "below";
  readonly ratio: number;
}

/** What is compared with what. */
export interface HttpComparison {
  readonly bench: `http-${string}`;
  readonly function: FunctionName;
  readonly batch: BatchSize;
  readonly unit: Unit;
  readonly ours: readonly Run[];
  readonly peer: readonly Run[];
  readonly goal?: Goal | undefined;
}

/** The contestants that a figure may be about. */
export type Rounds = Partial<Record<ContestantName, readonly Run[]>>;

/** Judges a comparison: each round's ratio by itself, because the runs of one round lie close together. */
export function httpFigureOf({ ours, peer, unit, goal, ...what }: HttpComparison): HttpFigure {
  const value = valueIn(unit);
  const ratio = median(ours.map((run, round) => value(run) / value(peer[round] as Run)));
  return {
    ...what,
    unit,
    ours: rounded(median(ours.map(value))),
    peer: rounded(median(peer.map(value))),
    ratio: rounded(ratio),
    goal: goal === undefined ? null : `${goal.is} ${rounded(goal.ratio).toString()}`,
    met: goal === undefined ? null : isMet(ratio, goal),
  };
}

/** Reads one of the two values of a run. */
export function valueIn(unit: Unit): (run: Run) => number {
  return unit === "requests per second"
    ? ({ requestsPerSecond }) => requestsPerSecond
    : ({ cpuMicrosPerInvocation }) => cpuMicrosPerInvocation;
}

function isMet(ratio: number, goal: Goal): boolean {
  if (goal.is === "at least") return ratio >= goal.ratio;
  return goal.is === "below" ? ratio < goal.ratio : ratio <= goal.ratio;
}

/** Four digits, and no fraction from a thousand on. */
function rounded(value: number): number {
  return value >= 1000 ? Math.round(value) : Number(value.toPrecision(4));
}
