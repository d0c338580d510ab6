/** What happens to a server, as `listen`'s `log` is told of it. Fields that say nothing are left out. */
export type LogEvent =
  | { readonly event: "listening"; readonly at: string; readonly workers?: number }
  | {
      /** One request was answered, or its client hung up. */
      readonly event: "request";
      readonly method: string;
      /** The status, or 499 where nobody was left to read it. */
      readonly status: number;
      /** The size of the request's body, in bytes, as its head announced it. */
      readonly requestBytes?: number;
      /** The size of the reply before compression, in bytes. */
      readonly replyBytes: number;
      /** From the head of the request until its answer was ready, in milliseconds. */
      readonly millis: number;
      readonly client?: string;
    }
  | {
      /** A client sent what is not HTTP, too long a head, or too slowly; it was answered with the status and cut off. */
      readonly event: "bad-client";
      readonly status: number;
      readonly reason: string;
      readonly client?: string;
    }
  | { readonly event: "signal"; readonly signal: string }
  | { readonly event: "draining"; readonly inFlight: number }
  | {
      /** Everything in flight was answered, or `cutOff` batches were not within `drainTimeout`. */
      readonly event: "drained";
      readonly cutOff: number;
      readonly millis: number;
    }
  | { readonly event: "worker-started"; readonly worker: number; readonly workerPid: number }
  | {
      readonly event: "worker-ended";
      readonly worker: number;
      readonly workerPid: number;
      /** The exit code, or the name of the signal that ended it. */
      readonly by: string;
      /** Why it could not listen. */
      readonly reason?: string;
      /** When its replacement starts, in milliseconds from now. */
      readonly replacedAfterMillis?: number;
    };

/** One event with where and when it happened. */
export type LogEntry = LogEvent & {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly pid: number;
};

/** Completes events to entries and hands them on; `true` writes each as a line of JSON to standard output. */
export function logTo(sink: true | ((entry: LogEntry) => void)): (event: LogEvent) => void {
  const write = sink === true ? writeLine : sink;
  // Whoever reads standard output may leave: that comes as an event, and would end the process.
  if (sink === true) process.stdout.on("error", () => undefined);
  return (event) => {
    try {
      write({ time: new Date().toISOString(), pid: process.pid, ...event });
    } catch {
      // A log that fails must not fail a batch, and there is no better place to tell.
    }
  };
}

function writeLine(entry: LogEntry): void {
  process.stdout.write(`${JSON.stringify(entry)}\n`);
}
