import { z } from "zod";
import { count, lag, namedSchemas } from "./schemas.js";

const rate = z.number().describe("Per second, the mean over the last 60 seconds.");

const histogramSchema = z
  .object({
    count,
    mean: z.number(),
    min: z.number(),
    max: z.number(),
    p50: z.number(),
    p75: z.number(),
    p95: z.number(),
    p99: z.number(),
  })
  .describe("Milliseconds since the start. Quantiles are exact to a bucket.")
  .register(namedSchemas, { id: "Histogram" });

const typeCountersSchema = z
  .object({
    typename: z.string(),
    in: count,
    inRate: rate,
    outLocal: count,
    outLocalRate: rate,
    outRemote: count,
    outRemoteRate: rate,
    outEgress: count,
    outEgressRate: rate,
    inflightAsyncOps: z.int(),
    numBacklog: z.int(),
    numBlockedAddress: z.int(),
    remoteInvocationFailures: count,
    remoteInvocationFailuresRate: rate,
    remoteInvocationLatency: histogramSchema,
    quarantined: z.int(),
  })
  .register(namedSchemas, { id: "TypeCounters" });

/** Everything that is counted. */
export const countersSchema = z
  .object({
    functions: z.array(typeCountersSchema),
    task: z.object({ inflightAsyncOps: z.int() }),
    feedback: z.object({ produced: count, producedRate: rate }),
    runtime: z.object({
      commits: count,
      commitWrites: count,
      commitLatency: histogramSchema,
      addressesCached: z.int(),
      mailWaiting: z.int(),
      quarantinedMailBytes: count,
      delaysPending: z.int(),
      restarts: count,
      quarantined: z.int(),
    }),
    ingresses: z.array(
      z.object({
        id: z.string(),
        records: count,
        messages: count,
        repeated: count,
        failures: count.describe("Reads that failed and were, or will be, tried again."),
        lag: lag.optional(),
      }),
    ),
    egresses: z.array(
      z.object({ id: z.string(), records: count, failures: count, dropped: count, waiting: z.int() }),
    ),
  })
  .describe(
    "Counters since the start of the process, under the names of a cluster's metrics where it has them.",
  )
  .register(namedSchemas, { id: "Counters" });

/** Everything that is counted, as the API writes it. */
export type CountersJson = z.infer<typeof countersSchema>;
