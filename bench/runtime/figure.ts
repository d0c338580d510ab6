/** One measurement of the runtime, and whether it is enough. Printed as one line of JSON. */
export interface RuntimeFigure {
  /** Which; README.md says what each means. */
  readonly bench: string;
  readonly measured: number;
  readonly unit: Unit;
  /** What it must be; `null` where nothing is promised. */
  readonly goal: string | null;
  readonly met: boolean | null;
}

export type Unit =
  | "times Flink's records/s"
  | "of Flink's CPU a record"
  | "records/s"
  | "invocations/s"
  | "CPU µs a record"
  | "ms"
  | "MB"
  | "times";

/** How large a measurement may be, or must be. */
export interface Goal {
  readonly is: "at least" | "at most" | "below";
  readonly value: number;
}

/** Judges a measurement. */
export function runtimeFigure(bench: string, measured: number, unit: Unit, goal?: Goal): RuntimeFigure {
  return {
    bench: `runtime-${bench}`,
    measured: rounded(measured),
    unit,
    goal: goal === undefined ? null : `${goal.is} ${goal.value.toString()}`,
    met: goal === undefined ? null : isMet(measured, goal),
  };
}

/** The same without a promise: what was measured too short to judge. */
export function unjudged(figure: RuntimeFigure): RuntimeFigure {
  return { ...figure, goal: null, met: null };
}

function isMet(measured: number, { is, value }: Goal): boolean {
  if (is === "at least") return measured >= value;
  return is === "below" ? measured < value : measured <= value;
}

/** Four digits, and no fraction from a thousand on. */
function rounded(value: number): number {
  return value >= 1000 ? Math.round(value) : Number(value.toPrecision(4));
}
