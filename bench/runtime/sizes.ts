/** How many addresses take part: one hot key, a few that batches form at, and more than any cache holds. */
export const addressCounts = [100, 1_000_000, 1] as const;
export type AddressCount = (typeof addressCounts)[number];

/** How much of something is measured. */
export interface Sizes {
  /** Records through Kafka; the warm-up is over before the others are written. */
  readonly kafka: Readonly<Record<AddressCount, { readonly warmUp: number; readonly measured: number }>>;
  /** The even load that latency is measured at. */
  readonly paced: { readonly perSecond: number; readonly warmUpSeconds: number; readonly seconds: number };
  /** Messages that the process makes up itself. */
  readonly generated: { readonly warmUp: number; readonly measured: number };
  /** Addresses with 200 bytes of state each, and how many of them the comparison of memory has. */
  readonly kept: { readonly addresses: number; readonly fewer: number; readonly cacheBytes: number };
}

const mebibyte = 1024 * 1024;

/**
 * Flink makes greetings visible once a second, so there has to be work for many seconds; the JVM compiles for some ten
 * thousand records.
 */
export const fullSizes: Sizes = {
  kafka: {
    1: { warmUp: 30_000, measured: 100_000 },
    100: { warmUp: 60_000, measured: 240_000 },
    1_000_000: { warmUp: 20_000, measured: 80_000 },
  },
  paced: { perSecond: 1000, warmUpSeconds: 3, seconds: 8 },
  generated: { warmUp: 30_000, measured: 100_000 },
  kept: { addresses: 1_000_000, fewer: 100_000, cacheBytes: 16 * mebibyte },
};

/** Everything runs once, and nothing is measured. */
export const quickSizes: Sizes = {
  kafka: {
    1: { warmUp: 500, measured: 1500 },
    100: { warmUp: 500, measured: 1500 },
    1_000_000: { warmUp: 200, measured: 800 },
  },
  paced: { perSecond: 200, warmUpSeconds: 1, seconds: 1 },
  generated: { warmUp: 1000, measured: 5000 },
  kept: { addresses: 20_000, fewer: 5000, cacheBytes: mebibyte },
};
