import type { Worker } from "node:cluster";
import { labelledByWorker, type WorkerMetrics } from "./worker-metrics.js";
import { fromWorker, tellWorker } from "./worker.js";

/** A worker that does not answer for so long is busy with something else; the scrape goes on without it. */
const patienceMillis = 2000;

/** A worker and its number. */
export interface NumberedWorker {
  readonly number: number;
  readonly worker: Worker;
}

let lastId = 0;

/** Asks every worker for its metrics and returns them as one text. Those that do not answer in time are left out. */
export async function collectMetrics(workers: readonly NumberedWorker[]): Promise<string> {
  const answers = await Promise.all(workers.map(metricsOf));
  return labelledByWorker(answers.filter((answer) => answer !== undefined));
}

function metricsOf({ number, worker }: NumberedWorker): Promise<WorkerMetrics | undefined> {
  return new Promise((resolve) => {
    lastId += 1;
    const id = lastId;
    const done = (answer: WorkerMetrics | undefined): void => {
      clearTimeout(patience);
      worker.off("message", hear);
      worker.off("exit", left);
      resolve(answer);
    };
    const hear = (sent: unknown): void => {
      const message = fromWorker(sent);
      if (message?.statefun === "metrics" && message.id === id) done({ worker: number, text: message.text });
    };
    const left = (): void => {
      done(undefined);
    };
    const patience = setTimeout(left, patienceMillis);
    worker.on("message", hear);
    worker.once("exit", left);
    tellWorker(worker, { statefun: "measure", id });
  });
}
