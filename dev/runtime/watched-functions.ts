import type { HandleOptions, RequestReplyHandler } from "statefun";

/** Functions that tell how many of their batches are being worked on, and that fail when they are told to. */
export interface WatchedFunctions extends RequestReplyHandler {
  /** Batches that are being worked on. */
  readonly busy: number;
  /** Makes the next `times` batches fail before their handlers run. */
  failNext(times: number, error: Error): void;
}

/** Watches `functions`; `moved` is called after each batch that was not answered at once. */
export function watchedFunctions(functions: RequestReplyHandler, moved: () => void): WatchedFunctions {
  let busy = 0;
  let failures = 0;
  let failure: Error | undefined;

  function ended(): void {
    busy--;
    setImmediate(moved); // by then the runtime has taken the answer
  }

  return {
    get busy() {
      return busy;
    },
    functions: functions.functions,
    maxRequestBytes: functions.maxRequestBytes,
    report: (error, site) => {
      functions.report(error, site);
    },
    failNext(times, error) {
      failures = times;
      failure = error;
    },
    handle(request: Uint8Array, options?: HandleOptions) {
      if (failures > 0 && failure !== undefined) {
        failures--;
        throw failure;
      }
      const answer = functions.handle(request, options);
      if (answer instanceof Uint8Array) return answer;
      busy++;
      return answer.finally(ended);
    },
  };
}
