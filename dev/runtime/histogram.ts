/**
 * The upper bounds of the buckets, in milliseconds: three a decade from 50 µs, which a call in the same process takes,
 * to 2 minutes, the budget of a call. What is longer falls into the last bucket, which has no bound.
 */
export const bucketBoundsMillis: readonly number[] = [
  0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000,
  120_000,
];

/** What a {@link Histogram} holds, for people and programs; times in milliseconds. */
export interface HistogramSummary {
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly p50: number;
  readonly p75: number;
  readonly p95: number;
  readonly p99: number;
}

/** How long something took, since the start: counts in buckets of fixed bounds, so recording never allocates. */
export class Histogram {
  /** How many times fell into each bucket and into no earlier one. */
  readonly buckets = new Float64Array(bucketBoundsMillis.length + 1);
  /** How many times were recorded. */
  count = 0;
  /** Their sum, in milliseconds. */
  sum = 0;
  #min = Infinity;
  #max = 0;

  /** Takes one time in. */
  record(millis: number): void {
    let bucket = 0;
    while (bucket < bucketBoundsMillis.length && millis > (bucketBoundsMillis[bucket] as number)) bucket++;
    this.buckets[bucket] = (this.buckets[bucket] as number) + 1;
    this.count++;
    this.sum += millis;
    if (millis < this.#min) this.#min = millis;
    if (millis > this.#max) this.#max = millis;
  }

  /**
   * The time that the fraction `quantile` of all times does not exceed: exact in its bucket, and within it as if its
   * times were spread evenly. 0 if nothing was recorded.
   */
  quantile(quantile: number): number {
    if (this.count === 0) return 0;
    const rank = quantile * this.count;
    let below = 0;
    for (const [bucket, count] of this.buckets.entries()) {
      if (count > 0 && below + count >= rank) {
        const lower = Math.max(bucketBoundsMillis[bucket - 1] ?? 0, this.#min);
        const upper = Math.min(bucketBoundsMillis[bucket] ?? this.#max, this.#max);
        return lower + (upper - lower) * Math.max(0, (rank - below) / count);
      }
      below += count;
    }
    return this.#max;
  }

  /** The figures that people read; all 0 if nothing was recorded. */
  summary(): HistogramSummary {
    const { count } = this;
    return {
      count,
      mean: count === 0 ? 0 : this.sum / count,
      min: count === 0 ? 0 : this.#min,
      max: this.#max,
      p50: this.quantile(0.5),
      p75: this.quantile(0.75),
      p95: this.quantile(0.95),
      p99: this.quantile(0.99),
    };
  }
}
