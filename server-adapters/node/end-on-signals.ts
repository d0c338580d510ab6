import type { LogEvent } from "./log.js";

const signals = ["SIGTERM", "SIGINT"] as const;

/** What a shell shows for a process that a signal ended: 128 and the signal's number. */
const exitCodes = { SIGTERM: 143, SIGINT: 130 } as const;

/** How the process ends. */
export interface Ending {
  /** Ends serving; resolves with the number of requests that were cut off. */
  close(): Promise<number>;
  readonly onDrained: (() => void | Promise<void>) | undefined;
  readonly log: ((event: LogEvent) => void) | undefined;
  /** Called for a second signal, before the process ends at once; left out where the first is enough. */
  readonly atOnce?: () => void;
}

/** Ends the process in good order at the first SIGTERM or SIGINT: with 0, or 1 if requests were cut off. */
export function endOnSignals({ close, onDrained, log, atOnce }: Ending): void {
  let isEnding = false;
  for (const signal of signals) {
    process.on(signal, () => {
      if (!isEnding) {
        isEnding = true;
        log?.({ event: "signal", signal });
        void endProcess(close, onDrained);
      } else if (atOnce !== undefined) {
        atOnce();
        process.exit(exitCodes[signal]);
      }
    });
  }
}

/** Drains, lets the program close what is its own, and exits. */
export async function endProcess(
  close: () => Promise<number>,
  onDrained: (() => void | Promise<void>) | undefined,
): Promise<never> {
  try {
    const cutOff = await close();
    await onDrained?.();
    process.exit(cutOff === 0 ? 0 : 1);
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
}
