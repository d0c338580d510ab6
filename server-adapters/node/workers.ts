import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { StateFunError } from "../../sdk/errors.js";
import type { RequestReplyHandler } from "../../sdk/request-reply-handler.js";
import { collectMetrics } from "./collect-metrics.js";
import { addEnding, endOnSignals, type Ending } from "./end-on-signals.js";
import type { ListeningAt, ListenSettings } from "./listen-settings.js";
import type { Listening } from "./listening.js";
import { notListening } from "./not-listening.js";
import { removeStaleSocketFile } from "./socket-file.js";
import { fromWorker, portVariable, tellWorker, workerVariable, type FromWorker } from "./worker.js";

/** A worker that lived shorter than this would most likely end again at once: its replacements start ever later. */
const steadyMillis = 5_000;
/** The first pause before replacing a worker that ended early; it doubles from there … */
const firstPauseMillis = 100;
/** … up to this: a program that cannot start costs little, and is back soon once it can. */
const longestPauseMillis = 10_000;

/**
 * What a worker gets beyond `drainTimeout` before it is killed: to close what is its own, and to exit; with both at
 * their defaults, all is over before Kubernetes kills after 30 s.
 */
const exitGraceMillis = 3_000;

let isStarted = false;

/**
 * Forks workers, each of which runs this program from its start, and replaces those that end. Resolves when all of
 * them listen.
 */
export async function startWorkers(
  functions: RequestReplyHandler,
  settings: ListenSettings,
  count: number,
): Promise<Listening> {
  if (cluster.isWorker) {
    throw new StateFunError(
      "invalid-argument",
      "listen: this process is itself a worker of node:cluster, which cannot have workers: leave the option out",
    );
  }
  if (isStarted) {
    throw new StateFunError(
      "invalid-argument",
      "listen: workers are asked for twice in one process, and each worker runs the whole program: serve all functions by one listen",
    );
  }
  isStarted = true;
  try {
    if ("path" in settings.at) await removeStaleSocketFile(settings.at.path);
    const primary = new Primary(functions, settings, count);
    const listening = await primary.start();
    settings.log?.({ event: "listening", at: listening.url, workers: count });
    if (settings.signals) {
      addEnding(primary.ending(listening));
      endOnSignals(false);
    }
    return listening;
  } catch (error) {
    isStarted = false;
    throw error;
  }
}

interface Place {
  readonly number: number;
  worker: Worker | undefined;
  startedAt: number;
  /** How many workers in a row ended early. */
  earlyEnds: number;
  restart: NodeJS.Timeout | undefined;
  /** Why its worker cannot listen, in the worker's words. */
  reason: string | undefined;
}

class Primary {
  readonly #functions: RequestReplyHandler;
  readonly #settings: ListenSettings;
  readonly #places: readonly Place[];
  #isClosing = false;
  #port: number | undefined;
  /** How many requests the workers cut off, and whether one of them ended otherwise than it should. */
  #cutOff = 0;
  #isUnclean = false;

  constructor(functions: RequestReplyHandler, settings: ListenSettings, count: number) {
    this.#functions = functions;
    this.#settings = settings;
    this.#places = Array.from({ length: count }, (_, index) => ({
      number: index + 1,
      worker: undefined,
      startedAt: 0,
      earlyEnds: 0,
      restart: undefined,
      reason: undefined,
    }));
  }

  async start(): Promise<Listening> {
    this.#port = await freePort(this.#settings.at);
    const firsts = this.#places.map((place) => this.#firstWords(place, this.#fork(place)));
    try {
      const [first] = await Promise.all(firsts);
      return this.#listening(first as FromWorker & { readonly statefun: "listening" });
    } catch (error) {
      this.#isClosing = true;
      this.killAll();
      throw error;
    }
  }

  /** How the program ends: as its workers did. */
  ending({ close }: Listening): Ending {
    const { onDrained, log } = this.#settings;
    return {
      close: async () => {
        const cutOff = await close();
        return this.#isUnclean ? Math.max(cutOff, 1) : cutOff;
      },
      onDrained,
      log,
      report: (error) => {
        this.#functions.report(error);
      },
      atOnce: () => {
        this.killAll();
      },
    };
  }

  killAll(): void {
    for (const { worker, restart } of this.#places) {
      clearTimeout(restart);
      worker?.process.kill("SIGKILL");
    }
  }

  #listening({ url, port }: FromWorker & { readonly statefun: "listening" }): Listening {
    const places = this.#places;
    let closed: Promise<number> | undefined;
    return {
      url,
      port,
      socketPath: "path" in this.#settings.at ? this.#settings.at.path : undefined,
      role: "primary",
      get workers() {
        return places.flatMap(({ worker }) => worker?.process.pid ?? []);
      },
      close: () => (closed ??= this.#close()),
    };
  }

  async #close(): Promise<number> {
    this.#isClosing = true;
    const started = performance.now();
    const { drainTimeoutMillis, log } = this.#settings;
    const kill = setTimeout(() => {
      this.killAll();
    }, drainTimeoutMillis + exitGraceMillis);
    await Promise.all(this.#places.map(drained));
    clearTimeout(kill);
    isStarted = false;
    log?.({ event: "drained", cutOff: this.#cutOff, millis: Math.round(performance.now() - started) });
    return this.#cutOff;
  }

  #fork(place: Place): Worker {
    // Workers accept for themselves. If the primary dealt connections out, one on its way to a worker that dies would stay
    // open and never be answered: its batch would wait until the cluster gives up on the whole call.
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    const worker = cluster.fork({
      [workerVariable]: String(place.number),
      ...(this.#port === undefined ? {} : { [portVariable]: String(this.#port) }),
    });
    place.worker = worker;
    place.reason = undefined;
    place.startedAt = performance.now();
    this.#settings.log?.({
      event: "worker-started",
      worker: place.number,
      workerPid: worker.process.pid ?? 0,
    });
    worker.on("message", (sent: unknown) => {
      const message = fromWorker(sent);
      if (message?.statefun === "failed") place.reason = message.reason;
      if (message?.statefun === "drained" && this.#isClosing) this.#cutOff += message.cutOff;
      // One that was still starting when the end began did not hear of it.
      if (message?.statefun === "listening" && this.#isClosing) tellWorker(worker, { statefun: "drain" });
      if (message?.statefun === "collect") void this.#sendMetrics(worker, message.id);
    });
    worker.once("exit", (code: number | null, signal: string | null) => {
      this.#ended(place, worker, signal ?? String(code));
    });
    // Of a channel that broke with its worker, which then ends; or of a process that could not be started, and has none.
    worker.on("error", (error: NodeJS.ErrnoException) => {
      if (worker.process.pid === undefined && place.worker === worker) {
        this.#ended(place, worker, error.code ?? error.message);
      }
    });
    return worker;
  }

  async #sendMetrics(asking: Worker, id: number): Promise<void> {
    const workers = this.#places.flatMap(({ number, worker }) =>
      worker === undefined ? [] : { number, worker },
    );
    const text = await collectMetrics(workers);
    tellWorker(asking, { statefun: "collected", id, text });
  }

  /** Resolves when a worker listens; rejects if it ends before. */
  #firstWords(place: Place, worker: Worker): Promise<FromWorker> {
    return new Promise((resolve, reject) => {
      worker.on("message", (sent: unknown) => {
        const message = fromWorker(sent);
        if (message?.statefun === "listening") resolve(message);
      });
      worker.once("exit", (code: number | null, signal: string | null) => {
        const by = signal ?? `code ${String(code)}`;
        reject(
          new StateFunError(
            "invalid-argument",
            `listen: worker ${String(place.number)} ended with ${by} before it listened${place.reason === undefined ? "" : `: ${place.reason}`}`,
          ),
        );
      });
    });
  }

  #ended(place: Place, worker: Worker, by: string): void {
    place.worker = undefined;
    if (this.#isClosing && by !== "0") this.#isUnclean = true;
    const isEarly = performance.now() - place.startedAt < steadyMillis;
    place.earlyEnds = isEarly ? place.earlyEnds + 1 : 0;
    const pauseMillis =
      place.earlyEnds === 0 ? 0 : Math.min(longestPauseMillis, firstPauseMillis * 2 ** (place.earlyEnds - 1));
    this.#settings.log?.({
      event: "worker-ended",
      worker: place.number,
      workerPid: worker.process.pid ?? 0,
      by,
      ...(place.reason === undefined ? {} : { reason: place.reason }),
      ...(this.#isClosing ? {} : { replacedAfterMillis: pauseMillis }),
    });
    if (this.#isClosing) return;
    if (by !== "0") this.#functions.report(unexpectedEnd(place, worker, by, pauseMillis));
    place.restart = setTimeout(() => {
      this.#fork(place);
    }, pauseMillis);
  }
}

/** Told to `onError`: nobody else would say that workers die, of memory above all. */
function unexpectedEnd(
  { number, reason }: Place,
  worker: Worker,
  by: string,
  pauseMillis: number,
): StateFunError {
  const who = `worker ${String(number)} (process ${String(worker.process.pid)})`;
  const how = reason === undefined ? `ended by ${by}` : `ended by ${by}: ${reason}`;
  const advice = by === "SIGKILL" ? "; if nobody killed it, look whether the machine ran out of memory" : "";
  return new StateFunError(
    "function-failed",
    `${who} ${how}, and is replaced after ${String(pauseMillis)} ms; the cluster sends its batches again${advice}`,
  );
}

/**
 * A free port, where `at` asks for one. All workers get the same one by it, also those that start when no other is left:
 * node:cluster would give those another.
 */
async function freePort(at: ListeningAt): Promise<number | undefined> {
  if ("path" in at || at.port !== 0) return undefined;
  const server = createServer().listen(at);
  try {
    await once(server, "listening");
  } catch (thrown) {
    throw notListening(at, thrown);
  }
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Tells a worker to drain, and resolves when it has ended. */
async function drained({ worker, restart }: Place): Promise<void> {
  clearTimeout(restart);
  if (worker === undefined) return;
  const ended = once(worker, "exit");
  tellWorker(worker, { statefun: "drain" });
  await ended;
}
