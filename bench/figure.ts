import type { Runs } from "./measure.js";
import { median } from "./statistics.js";
import type { Work } from "./work/contract.js";

/** One comparison: what the two sides reached, and whether that is enough. Printed as one line of JSON. */
export interface Figure {
  /** Which comparison; README.md says what each means. */
  readonly bench: string;
  readonly function: string;
  readonly batch: number;
  /** Thousand invocations per CPU second. */
  readonly ours: number;
  /** Thousand invocations per CPU second. */
  readonly peer: number;
  readonly ratio: number;
  readonly goal: number | null;
  readonly met: boolean | null;
}

/** What was measured, before it is judged. */
export interface Comparison {
  readonly bench: string;
  readonly work: Work;
  readonly ours: Runs;
  readonly peer: Runs;
  /** How many times as fast as the peer we are, or how many times as costly. */
  readonly asks: "speed" | "cost";
  /** The least speed or the most cost. */
  readonly goal?: number | undefined;
}

/**
 * Judges a comparison.
 *
 * The ratio is the median of the ratios of the rounds, not the ratio of the medians: the runs of one round lie close
 * together, so a machine that gets slower half way through slows both sides alike.
 */
export function figureOf({ bench, work, ours, peer, asks, goal }: Comparison): Figure {
  const ratios = ours.map((run, round) => {
    const other = peer[round] ?? NaN;
    return asks === "speed" ? other / run : run / other;
  });
  const ratio = median(ratios);
  return {
    bench,
    function: work.name,
    batch: work.batch,
    ours: rounded(thousandPerSecond(ours, work.batch)),
    peer: rounded(thousandPerSecond(peer, work.batch)),
    ratio: rounded(ratio),
    goal: goal ?? null,
    met: goal === undefined ? null : asks === "speed" ? ratio >= goal : ratio <= goal,
  };
}

/** Thousand invocations per CPU second, of the median run. */
function thousandPerSecond(runs: Runs, batch: number): number {
  return (batch * 1000) / median(runs);
}

/** Four digits, and no fraction from a thousand on. */
function rounded(value: number): number {
  return value >= 1000 ? Math.round(value) : Number(value.toPrecision(4));
}
