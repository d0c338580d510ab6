import type { Random } from "../support/random.js";

/** One SIGKILL, or two: the second one meets the process while it starts. */
export interface Kill {
  /** How many committed records have been seen. */
  readonly atOutcomes: number;
  /** Waited beyond that, so that kills do not always fall just behind a commit. */
  readonly afterMillis: number;
  /** How long the process has been starting when it is killed again; `undefined` for once. */
  readonly againAfterMillis: number | undefined;
}

/** Longer than a commit and the delivery behind it. */
const mostAfterMillis = 250;

/** Into the middle of the start of a runtime, on a machine that is busy as well. */
const mostStartMillis = 3_000;

/** So often a kill is a double one. */
const oneInDouble = 5;

/** Spreads `count` kills at random over the outcomes; double ones count twice. */
export function plannedKills(count: number, outcomes: number, random: Random): readonly Kill[] {
  const kills: Omit<Kill, "atOutcomes">[] = [];
  for (let left = count; left > 0;) {
    const isDouble = left > 1 && random.below(oneInDouble) === 0;
    kills.push({
      afterMillis: random.below(mostAfterMillis),
      againAfterMillis: isDouble ? random.below(mostStartMillis) : undefined,
    });
    left -= isDouble ? 2 : 1;
  }
  // One in each stretch of equal length, or some would meet a runtime that has nothing to do.
  const stretch = outcomes / (kills.length + 1);
  return kills.map((kill, at) => ({
    ...kill,
    atOutcomes: Math.floor((at + random.below(1_000) / 1_000) * stretch),
  }));
}
