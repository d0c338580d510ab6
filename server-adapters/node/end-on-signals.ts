import { StateFunError } from "../../sdk/errors.js";
import type { LogEvent } from "./log.js";

const signals = ["SIGTERM", "SIGINT"] as const;

/** What a shell shows for a process that a signal ended: 128 and the signal's number. */
const exitCodes = { SIGTERM: 143, SIGINT: 130 } as const;

/** How the process ends. */
export interface Ending {
  /** Ends serving; resolves with the number of requests that were cut off. */
  readonly close: () => Promise<number>;
  readonly onDrained: (() => void | Promise<void>) | undefined;
  readonly log: ((event: LogEvent) => void) | undefined;
  /** Told of what `onDrained` throws. */
  readonly report: (error: StateFunError) => void;
}

/**
 * Ends the process in good order at the first SIGTERM or SIGINT, and at once at the second.
 *
 * @param ending - what there is to end
 * @param atOnce - called before the process ends at once
 */
export function endOnSignals(ending: Ending, atOnce: () => void = () => undefined): void {
  let isEnding = false;
  for (const signal of signals) {
    process.on(signal, () => {
      ending.log?.({ event: "signal", signal });
      if (isEnding) {
        atOnce();
        process.exit(exitCodes[signal]);
      }
      isEnding = true;
      void endProcess(ending);
    });
  }
}

/** Drains, lets the program close what is its own, and exits: with 0, or 1 if requests were cut off or that failed. */
export async function endProcess({ close, onDrained, report }: Ending): Promise<never> {
  let exitCode = 1;
  try {
    const cutOff = await close();
    await onDrained?.();
    exitCode = cutOff === 0 ? 0 : 1;
  } catch (thrown) {
    report(StateFunError.from(thrown, "onDrained"));
  }
  process.exit(exitCode);
}
