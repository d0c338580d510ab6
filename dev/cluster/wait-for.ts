import { setTimeout as delay } from "node:timers/promises";
import { ClusterError } from "./cluster-error.js";

/** Often enough that nobody notices the wait, seldom enough that polling costs no CPU worth naming. */
const pollMillis = 150;

export interface WaitOptions {
  /** Completes the sentence "… did not happen": "Kafka answering on 127.0.0.1:9092". */
  readonly what: string;
  readonly limitMillis: number;
  readonly signal?: AbortSignal | undefined;
  /** Called before each attempt; throws when waiting has become pointless, say because a process died. */
  readonly check?: (() => void) | undefined;
  /** What to append to the error when the limit passes: the last lines of a log, usually. */
  readonly explain?: (() => string) | undefined;
}

/**
 * Asks `condition` again and again until it yields something other than `undefined`, and returns that.
 * What `condition` throws ends the wait.
 *
 * @throws ClusterError `time-out` when the limit passes, `interrupted` when the signal aborts.
 */
export async function waitFor<T>(
  condition: () => T | undefined | Promise<T | undefined>,
  options: WaitOptions,
): Promise<T> {
  const deadline = Date.now() + options.limitMillis;
  for (;;) {
    throwIfInterrupted(options.signal);
    options.check?.();
    const found = await condition();
    if (found !== undefined) return found;
    if (Date.now() > deadline) {
      const seconds = Math.round(options.limitMillis / 1000);
      throw new ClusterError(
        "time-out",
        `Waited ${String(seconds)} s for ${options.what}.${prefixed(options.explain?.())}`,
      );
    }
    await delay(pollMillis);
  }
}

/** @throws ClusterError `interrupted` if `signal` has been aborted. */
export function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new ClusterError("interrupted", "The cluster was told to stop while it was starting.");
}

function prefixed(explanation: string | undefined): string {
  return explanation === undefined || explanation === "" ? "" : `\n${explanation}`;
}
