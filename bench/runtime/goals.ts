import type { Goal } from "./figure.js";

/** Records a second over HTTP, as a multiple of Flink's: batches form at 100 addresses, and hardly at a million. */
export const overHttp: Readonly<Record<"100" | "1000000", Goal>> = {
  100: { is: "at least", value: 6 },
  1000000: { is: "at least", value: 3 },
};

/** CPU a record of our process, as a fraction of that of Flink's JobManager and TaskManager together. */
export const cpuOverHttp: Goal = { is: "at most", value: 0.25 };

/** Records a second with the functions in our process, as a multiple of Flink's. */
export const inProcess: Goal = { is: "at least", value: 10 };

/** Invocations a second in process that survive the end of the process. */
export const durableInvocations: Goal = { is: "at least", value: 50_000 };

/** From an HTTP request to the greeting in an HTTP answer, of 99 in 100, in milliseconds. */
export const httpLatency: Goal = { is: "below", value: 10 };

/** From the start of the process until it has answered, with a million addresses in its store, in milliseconds. */
export const restart: Goal = { is: "below", value: 2000 };

/** What lives in memory with all addresses, beside what lives with a tenth of them: the cache is full both times. */
export const memoryGrowth: Goal = { is: "at most", value: 1.25 };
