import cluster from "node:cluster";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { StateFunError } from "../../sdk/errors.js";
import type { RequestReplyHandler } from "../../sdk/request-reply-handler.js";
import { addEnding, endOnSignals } from "./end-on-signals.js";
import { FunctionServer } from "./function-server.js";
import type { ListenOptions } from "./listen-options.js";
import { completed, type ListeningAt, type ListenSettings } from "./listen-settings.js";
import type { Listening } from "./listening.js";
import { notListening } from "./not-listening.js";
import { removeStaleSocketFile } from "./socket-file.js";
import { startWorkers } from "./workers.js";
import { isOurWorker, metricsOfAllWorkers, obeyPrimary, portVariable, tellPrimary } from "./worker.js";

/**
 * Serves `functions` as a process that can be operated: a port or a socket file, health probes, limits, time-outs
 * against slow clients, an end in good order on SIGTERM and SIGINT, and a process per core with `workers`.
 *
 * Resolves once it listens; with `workers`, once all of them do. docs/operating.md has every option with its reason.
 *
 * @throws StateFunError `invalid-argument`, as a rejection, if an option is out of range, the port or the socket file is
 *   taken, or a worker ends before it listens
 *
 * @example
 * ```ts
 * import { requestReplyHandler } from "statefun";
 * import { listen } from "statefun/node";
 *
 * const { url } = await listen(requestReplyHandler([]), { port: 8000, workers: 2 });
 * console.log("functions are served at", url);
 * ```
 */
export async function listen(
  functions: RequestReplyHandler,
  options: ListenOptions = {},
): Promise<Listening> {
  const settings = completed(options);
  if (settings.workers !== undefined && !isOurWorker()) {
    return startWorkers(functions, settings, settings.workers);
  }

  const isWorker = settings.workers !== undefined;
  const report = (error: StateFunError): void => {
    functions.report(error);
  };
  const { metrics } = settings;
  const server = new FunctionServer(functions, {
    ...settings,
    metrics:
      isWorker && metrics !== undefined
        ? metricsOfAllWorkers(metrics, (thrown) => {
            report(StateFunError.from(thrown, "the metrics"));
          })
        : metrics,
  });
  try {
    if ("path" in settings.at && cluster.isPrimary) await removeStaleSocketFile(settings.at.path);
    server.server.listen(isWorker ? atPortOfAll(settings.at) : settings.at);
    await once(server.server, "listening");
  } catch (thrown) {
    const error = notListening(settings.at, thrown);
    if (isWorker) await tellPrimary({ statefun: "failed", reason: error.message });
    throw error;
  }
  server.server.on("error", (error) => {
    report(StateFunError.from(error, "the server"));
  });
  const listening = listeningAt(server, settings, isWorker ? "worker" : "alone");
  const { onDrained, log, signals } = settings;
  const ending = { close: listening.close, onDrained, log, report };
  if (isWorker) obeyPrimary(ending);
  else if (signals) addEnding(ending);
  // Before the primary hears of it, whose program may be sent a signal from then on.
  if (signals) endOnSignals(isOurWorker());
  if (isWorker) await tellPrimary({ statefun: "listening", url: listening.url, port: listening.port });
  else log?.({ event: "listening", at: listening.url });
  return listening;
}

function atPortOfAll(at: ListeningAt): ListeningAt {
  const port = process.env[portVariable];
  return port === undefined || "path" in at ? at : { ...at, port: Number(port) };
}

function listeningAt(server: FunctionServer, settings: ListenSettings, role: "alone" | "worker"): Listening {
  const { at, tls, log } = settings;
  const close = async (): Promise<number> => {
    if (!server.isDraining) log?.({ event: "draining", inFlight: server.inFlight });
    const started = performance.now();
    const cutOff = await server.drain();
    log?.({ event: "drained", cutOff, millis: Math.round(performance.now() - started) });
    return cutOff;
  };
  const scheme = tls === undefined ? "http" : "https";
  if ("path" in at) {
    return {
      url: `${scheme}+unix://${at.path}`,
      port: undefined,
      socketPath: at.path,
      role,
      workers: [],
      close,
    };
  }
  const { port } = server.server.address() as AddressInfo;
  const host = at.host === undefined ? "localhost" : at.host.includes(":") ? `[${at.host}]` : at.host;
  return {
    url: `${scheme}://${host}:${String(port)}`,
    port,
    socketPath: undefined,
    role,
    workers: [],
    close,
  };
}
