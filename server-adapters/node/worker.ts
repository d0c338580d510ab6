import cluster from "node:cluster";
import { endProcess } from "./end-on-signals.js";
import type { LogEvent } from "./log.js";

/** Tells a process that `listen` forked it; users may have a node:cluster of their own. Its value is the worker's number. */
export const workerVariable = "STATEFUN_WORKER";

/** What a worker tells its primary. */
export type FromWorker =
  | { readonly statefun: "listening"; readonly url: string; readonly port: number | undefined }
  | { readonly statefun: "failed"; readonly reason: string };

/** What a primary tells its workers. */
export interface FromPrimary {
  readonly statefun: "drain";
}

/** Whether this process is a worker that `listen` forked. */
export function isOurWorker(): boolean {
  return cluster.isWorker && process.env[workerVariable] !== undefined;
}

/** Sends a message to the primary, if it is still there. */
export function tellPrimary(message: FromWorker): void {
  if (process.connected) process.send?.(message);
}

/**
 * Drains and exits when the primary says so. Signals are the primary's to act on: a terminal sends them to every
 * process of the group, and a worker that acted on its own would be replaced.
 */
export function obeyPrimary(ending: {
  close(): Promise<number>;
  readonly onDrained: (() => void | Promise<void>) | undefined;
  readonly log: ((event: LogEvent) => void) | undefined;
  readonly signals: boolean;
}): void {
  let isEnding = false;
  process.on("message", (message: Partial<FromPrimary> | null) => {
    if (isEnding || message?.statefun !== "drain") return;
    isEnding = true;
    void endProcess(() => ending.close(), ending.onDrained);
  });
  if (!ending.signals) return;
  process.on("SIGINT", () => undefined);
  // SIGTERM, unlike Ctrl-C, may be meant for this worker alone: it drains, and is replaced.
  process.on("SIGTERM", () => {
    if (isEnding) return;
    isEnding = true;
    void endProcess(() => ending.close(), ending.onDrained);
  });
}
