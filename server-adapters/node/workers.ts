import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { StateFunError } from "../../sdk/errors.js";
import type { RequestReplyHandler } from "../../sdk/request-reply-handler.js";
import { collectMetrics } from "./collect-metrics.js";
import { endOnSignals } from "./end-on-signals.js";
import type { ListeningAt, ListenSettings } from "./listen-settings.js";
import type { Listening } from "./listening.js";
import { removeStaleSocketFile } from "./socket-file.js";
import { fromWorker, portVariable, workerVariable, type FromPrimary, type FromWorker } from "./worker.js";

/** A worker that lived shorter than this would most likely end again at once: its replacements start ever later. */
const steadyMillis = 5_000;
/** The first pause before replacing a worker that ended early; it doubles from there … */
const firstPauseMillis = 100;
/** … up to this: a program that cannot start costs little, and is back soon once it can. */
const longestPauseMillis = 10_000;

/** What a worker gets beyond `drainTimeout` before it is killed: to close what is its own, and to exit. */
const exitGraceMillis = 5_000;

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
  if (isStarted || cluster.isWorker) {
    throw new StateFunError(
      "invalid-argument",
      "listen: workers are asked for twice in one process, and each worker runs the whole program: serve all functions by one listen",
    );
  }
  isStarted = true;
  try {
    if ("path" in settings.at) await removeStaleSocketFile(settings.at.path);
    const primary = new Primary(settings, count);
    const listening = await primary.start();
    settings.log?.({ event: "listening", at: listening.url, workers: count });
    if (settings.signals) {
      const { onDrained, log } = settings;
      const { close } = listening;
      endOnSignals(
        {
          close,
          onDrained,
          log,
          report: (error) => {
            functions.report(error);
          },
        },
        () => {
          primary.killAll();
        },
      );
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
  readonly #settings: ListenSettings;
  readonly #places: readonly Place[];
  #isClosing = false;
  #port: number | undefined;
  #unclean = 0;

  constructor(settings: ListenSettings, count: number) {
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
    log?.({ event: "drained", cutOff: this.#unclean, millis: Math.round(performance.now() - started) });
    return this.#unclean;
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
      if (message?.statefun === "collect") void this.#sendMetrics(worker, message.id);
    });
    worker.once("exit", (code: number | null, signal: string | null) => {
      this.#ended(place, worker, code, signal);
    });
    return worker;
  }

  async #sendMetrics(asking: Worker, id: number): Promise<void> {
    const workers = this.#places.flatMap(({ number, worker }) =>
      worker === undefined ? [] : { number, worker },
    );
    const text = await collectMetrics(workers);
    if (asking.isConnected()) asking.send({ statefun: "collected", id, text } satisfies FromPrimary);
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

  #ended(place: Place, worker: Worker, code: number | null, signal: string | null): void {
    place.worker = undefined;
    if (this.#isClosing && code !== 0) this.#unclean += 1;
    const isEarly = performance.now() - place.startedAt < steadyMillis;
    place.earlyEnds = isEarly ? place.earlyEnds + 1 : 0;
    const pauseMillis =
      place.earlyEnds === 0 ? 0 : Math.min(longestPauseMillis, firstPauseMillis * 2 ** (place.earlyEnds - 1));
    this.#settings.log?.({
      event: "worker-ended",
      worker: place.number,
      workerPid: worker.process.pid ?? 0,
      by: signal ?? String(code),
      ...(place.reason === undefined ? {} : { reason: place.reason }),
      ...(this.#isClosing ? {} : { replacedAfterMillis: pauseMillis }),
    });
    if (this.#isClosing) return;
    place.restart = setTimeout(() => {
      this.#fork(place);
    }, pauseMillis);
  }
}

/**
 * A free port, where `at` asks for one. All workers get the same one by it, also those that start when no other is left:
 * node:cluster would give those another.
 */
async function freePort(at: ListeningAt): Promise<number | undefined> {
  if ("path" in at || at.port !== 0) return undefined;
  const server = createServer().listen(at);
  await once(server, "listening");
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
  if (worker.isConnected()) worker.send({ statefun: "drain" } satisfies FromPrimary);
  await ended;
}
