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

/** What a ratio has to reach: at least so many times as fast, or at most so many times as costly. */
export type Goal = { readonly atLeast: number } | { readonly atMost: number };

/** What was measured, before it is judged. Costs are CPU microseconds for one request. */
export interface Comparison {
  readonly bench: string;
  readonly function: string;
  readonly batch: number;
  readonly oursMicros: number;
  readonly peerMicros: number;
  readonly goal?: Goal | undefined;
}

/**
 * Judges a comparison. The ratio is the peer's cost divided by ours (how many times as fast we are); only with an
 * `atMost` goal it is our cost divided by the peer's (how many times as costly).
 */
export function figureOf({ bench, function: name, batch, oursMicros, peerMicros, goal }: Comparison): Figure {
  const ratio = goal !== undefined && "atMost" in goal ? oursMicros / peerMicros : peerMicros / oursMicros;
  return {
    bench,
    function: name,
    batch,
    ours: rounded(thousandPerSecond(oursMicros, batch)),
    peer: rounded(thousandPerSecond(peerMicros, batch)),
    ratio: rounded(ratio),
    goal: goal === undefined ? null : "atMost" in goal ? goal.atMost : goal.atLeast,
    met: goal === undefined ? null : "atMost" in goal ? ratio <= goal.atMost : ratio >= goal.atLeast,
  };
}

/** Thousand invocations per CPU second, when a request with `batch` invocations costs so many microseconds. */
function thousandPerSecond(microsPerRequest: number, batch: number): number {
  return (batch * 1000) / microsPerRequest;
}

/** Three digits after the point where they say something, none where the figure is in the thousands. */
function rounded(value: number): number {
  return value >= 1000 ? Math.round(value) : Number(value.toPrecision(4));
}
