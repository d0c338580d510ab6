import { StateFunError } from "../../sdk/errors.js";
import type { LogEvent } from "./log.js";

/** What a shell shows for a process that a signal ended: 128 and the signal's number. */
const exitCodes = { SIGTERM: 143, SIGINT: 130 } as const;

/** What has to end before the process does. */
export interface Ending {
  /** Ends serving; resolves with the number of requests that were cut off. */
  readonly close: () => Promise<number>;
  readonly onDrained: (() => void | Promise<void>) | undefined;
  readonly log: ((event: LogEvent) => void) | undefined;
  /** Told of what `onDrained` throws. */
  readonly report: (error: StateFunError) => void;
  /** Called at a second signal, before the process ends at once. */
  readonly atOnce?: () => void;
}

/** Every server of this process: they end together, and the process when the last of them has. */
const endings = new Set<Ending>();
let isEnding = false;
let isListening = false;

/** Lets {@link endProcess} wait for one more server. */
export function addEnding(ending: Ending): void {
  endings.add(ending);
}

/**
 * Ends the process in good order at the first SIGTERM or SIGINT, and at once at the second. A worker of ours leaves
 * SIGINT, which a terminal sends to every process of the group, to its primary.
 */
export function endOnSignals(isWorker: boolean): void {
  if (isListening) return;
  isListening = true;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      for (const { log } of endings) log?.({ event: "signal", signal });
      if (isWorker) {
        if (signal === "SIGTERM") endProcess();
      } else if (isEnding) {
        for (const { atOnce } of endings) atOnce?.();
        process.exit(exitCodes[signal]);
      } else {
        endProcess();
      }
    });
  }
}

/** Drains all servers and exits: with 0, or 1 if requests were cut off or an `onDrained` failed. */
export function endProcess(): void {
  if (isEnding) return;
  isEnding = true;
  void Promise.all([...endings].map(hasEndedWell)).then((all) => {
    process.exit(all.every(Boolean) ? 0 : 1);
  });
}

async function hasEndedWell({ close, onDrained, report }: Ending): Promise<boolean> {
  const cutOff = await close();
  try {
    await onDrained?.();
    return cutOff === 0;
  } catch (thrown) {
    report(StateFunError.from(thrown, "onDrained"));
    return false;
  }
}
