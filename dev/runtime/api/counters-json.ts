import type { Counters } from "../counters.js";
import type { CountersJson } from "./counter-schemas.js";

/** All counters as the API writes them. */
export function countersJson(counters: Counters): CountersJson {
  const { commits, commitWrites, commitLatency, addressesCached, mailWaiting, delaysPending } = counters;
  const { quarantinedMailBytes, restarts, quarantined, inflightAsyncOps, produced, producedRate } = counters;
  return {
    functions: counters.types.map((type) => ({
      typename: type.typename,
      in: type.in,
      outLocal: type.outLocal,
      outRemote: type.outRemote,
      outEgress: type.outEgress,
      inflightAsyncOps: type.inflightAsyncOps,
      numBacklog: type.numBacklog,
      numBlockedAddress: type.numBlockedAddress,
      remoteInvocationFailures: type.remoteInvocationFailures,
      remoteInvocationLatency: type.remoteInvocationLatency.summary(),
      quarantined: type.quarantined,
      ...counters.rates(type),
    })),
    task: { inflightAsyncOps },
    feedback: { produced, producedRate },
    runtime: {
      commits,
      commitWrites,
      commitLatency: commitLatency.summary(),
      addressesCached,
      mailWaiting,
      quarantinedMailBytes,
      delaysPending,
      restarts,
      quarantined,
    },
    ingresses: counters.ingresses.map(({ id, records, messages, repeated, failures, lag }) => ({
      id,
      records,
      messages,
      repeated,
      failures,
      ...(lag !== undefined && { lag }),
    })),
    egresses: counters.egresses.map(({ id, records, failures, dropped, waiting }) => ({
      id,
      records,
      failures,
      dropped,
      waiting,
    })),
  };
}
