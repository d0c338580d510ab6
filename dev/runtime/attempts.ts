import type { FunctionAddress } from "./address.js";
import type { Counters, TypeCounters } from "./counters.js";
import type { JournalListener } from "./journal-entry.js";
import type { AttemptListener } from "./transport/transport.js";

/** Counts the attempts to call functions, and tells the journal of those that failed. */
export function countedAttempts(counters: Counters, journal: JournalListener): AttemptListener {
  let last: TypeCounters | undefined; // attempts of one function type often follow each other

  function countersOf({ namespace, name }: FunctionAddress): TypeCounters {
    if (last?.name !== name || last.namespace !== namespace) last = counters.type(namespace, name);
    return last;
  }

  return {
    attempted(address, latencyMillis, failure) {
      const type = countersOf(address);
      type.remoteInvocationLatency.record(latencyMillis);
      if (failure === undefined) return;
      type.remoteInvocationFailures++;
      journal({ kind: "attempt-failed", address, why: failure });
    },
  };
}
