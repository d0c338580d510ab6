import cluster, { type Worker } from "node:cluster";
import { addEnding, endProcess, type Ending } from "./end-on-signals.js";
import type { MetricsSource } from "./listen-options.js";

/** Tells a process that `listen` forked it; users may have a node:cluster of their own. Its value is the worker's number. */
export const workerVariable = "STATEFUN_WORKER";

/** The port that the primary chose for all workers, where the program asks for a free one. */
export const portVariable = "STATEFUN_WORKER_PORT";

/** What a worker tells its primary. */
export type FromWorker =
  | { readonly statefun: "listening"; readonly url: string; readonly port: number | undefined }
  | { readonly statefun: "failed"; readonly reason: string }
  /** The last message: how many requests were cut off. */
  | { readonly statefun: "drained"; readonly cutOff: number }
  /** Asks for the metrics of all workers; the answer has the same `id`. */
  | { readonly statefun: "collect"; readonly id: number }
  | { readonly statefun: "metrics"; readonly id: number; readonly text: string };

/** What a primary tells its workers. */
export type FromPrimary =
  | { readonly statefun: "drain" }
  /** Asks for the worker's own metrics; the answer has the same `id`. */
  | { readonly statefun: "measure"; readonly id: number }
  | { readonly statefun: "collected"; readonly id: number; readonly text: string };

/** Whether this process is a worker that `listen` forked. */
export function isOurWorker(): boolean {
  return cluster.isWorker && process.env[workerVariable] !== undefined;
}

/** Sends a message to the primary, if it is still there. Resolves when it is out. */
export function tellPrimary(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    const out = (): void => {
      resolve();
    };
    if (process.send === undefined || !process.connected) out();
    else process.send(message, undefined, undefined, out);
  });
}

/** Sends a message to a worker. One that has just died does not get it: its end is noticed soon enough. */
export function tellWorker(worker: Worker, message: FromPrimary): void {
  if (worker.isConnected()) worker.send(message, () => undefined);
}

/** The message, if it is one of `listen`'s own: the program may send others over the same channel. */
export function fromWorker(message: unknown): FromWorker | undefined {
  return isOurs(message) ? (message as FromWorker) : undefined;
}

function isOurs(message: unknown): boolean {
  return typeof message === "object" && message !== null && "statefun" in message;
}

/** Calls `hear` for each message of the primary's. */
function onPrimary(hear: (message: FromPrimary) => void): void {
  process.on("message", (message: unknown) => {
    if (isOurs(message)) hear(message as FromPrimary);
  });
}

/** Drains and exits when the primary says so, after telling it how many requests were cut off. */
export function obeyPrimary(ending: Ending): void {
  addEnding({
    ...ending,
    close: async () => {
      const cutOff = await ending.close();
      await tellPrimary({ statefun: "drained", cutOff });
      return cutOff;
    },
  });
  onPrimary(({ statefun }) => {
    if (statefun === "drain") endProcess();
  });
}

/** The metrics of all workers, whichever of them is asked: it asks the primary, which asks all. */
export function metricsOfAllWorkers(own: MetricsSource, report: (thrown: unknown) => void): MetricsSource {
  const waiting = new Map<number, (text: string) => void>();
  let lastId = 0;
  onPrimary((message) => {
    if (message.statefun === "collected") {
      waiting.get(message.id)?.(message.text);
      waiting.delete(message.id);
    } else if (message.statefun === "measure") {
      const { id } = message;
      void measured(own, report).then((text) => tellPrimary({ statefun: "metrics", id, text }));
    }
  });
  return {
    contentType: own.contentType,
    metrics: () =>
      new Promise((resolve) => {
        lastId += 1;
        waiting.set(lastId, resolve);
        void tellPrimary({ statefun: "collect", id: lastId });
      }),
  };
}

/** The metrics; none if the source fails, which is reported: the other workers' are still told. */
async function measured(source: MetricsSource, report: (thrown: unknown) => void): Promise<string> {
  try {
    return await source.metrics();
  } catch (thrown) {
    report(thrown);
    return "";
  }
}
