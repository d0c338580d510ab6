import { availableParallelism } from "node:os";
import type { TlsOptions } from "node:tls";
import { durationMillis, type Duration } from "../../sdk/duration.js";
import { StateFunError } from "../../sdk/errors.js";
import { describeValue } from "../../sdk/values/codec.js";
import type { ServeOptions } from "../answer.js";
import type { ListenOptions, MetricsSource } from "./listen-options.js";
import { logTo, type LogEvent } from "./log.js";

/** The port of StateFun's own examples. */
const defaultPort = 8000;

/** As many as four function types whose pools of connections, of 1024 each by default, are all busy. */
const defaultMaxConcurrentBatches = 4096;

/** What Node itself allows; a cluster's heads have some 250 bytes. */
const defaultMaxHeaderBytes = 16 * 1024;

/** A cluster sends a head in one packet; only a client that means harm, or a broken one, needs seconds. */
const defaultHeaderTimeout: Duration = { seconds: 10 };

/** What a cluster gives to a whole call by default: longer than that, nobody waits for the answer. */
const defaultRequestTimeout: Duration = { minutes: 2 };

/** A cluster reads as fast as it can; one that is gone without a word is noticed by TCP much later. */
const defaultReplyTimeout: Duration = { minutes: 1 };

/** Above the 18 s that a cluster keeps a connection, with room for a slow network. */
const defaultKeepAliveTimeout: Duration = { seconds: 30 };

/** A request that was on its way when the end began has arrived by then. */
const defaultIdleGrace: Duration = { seconds: 1 };

/** Kubernetes kills 30 s after it asked: whatever must be said at the end is said before. */
const defaultDrainTimeout: Duration = { seconds: 25 };

/** The largest time-out that timers of JavaScript can carry, in milliseconds. */
const longestTimeoutMillis = 0x7fff_ffff;

/** More processes than this serve nothing better on any machine, and are most likely a mistake. */
const mostWorkers = 1024;

/** {@link ListenOptions} with every default filled in and every value checked. */
export interface ListenSettings {
  readonly serve: ServeOptions;
  readonly at: ListeningAt;
  readonly tls: TlsOptions | undefined;
  readonly workers: number | undefined;
  readonly maxConcurrentBatches: number;
  readonly maxHeaderBytes: number;
  readonly headerTimeoutMillis: number;
  readonly requestTimeoutMillis: number;
  readonly replyTimeoutMillis: number;
  readonly keepAliveTimeoutMillis: number;
  readonly compressRepliesAboveBytes: number | undefined;
  readonly probes: boolean;
  readonly metrics: MetricsSource | undefined;
  readonly log: ((event: LogEvent) => void) | undefined;
  readonly signals: boolean;
  readonly idleGraceMillis: number;
  readonly drainTimeoutMillis: number;
  readonly onDrained: (() => void | Promise<void>) | undefined;
}

/** Where to listen, as `server.listen` takes it. */
export type ListeningAt = { readonly path: string } | { readonly port: number; readonly host?: string };

/** Completes and checks options. Throws `invalid-argument` with the option's name. */
export function completed(options: ListenOptions): ListenSettings {
  const { authorize, tls, probes = true, signals = true, metrics, onDrained } = options;
  check("authorize", authorize, isOptionalFunction, "a function");
  check("onDrained", onDrained, isOptionalFunction, "a function");
  check("probes", probes, isBoolean, "true or false");
  check("signals", signals, isBoolean, "true or false");
  check("log", options.log, (value) => isBoolean(value) || isOptionalFunction(value), "true or a function");
  check("tls", tls, isOptionalObject, "an object with key and cert");
  check("metrics", metrics, isOptionalMetrics, "an object with contentType and metrics()");
  return {
    serve: { authorize },
    at: listeningAt(options),
    tls: tls === undefined ? undefined : checkedTls(tls, options.socketPath),
    workers: optionalCount("workers", options.workers, mostWorkers),
    maxConcurrentBatches: count(
      "maxConcurrentBatches",
      options.maxConcurrentBatches ?? defaultMaxConcurrentBatches,
    ),
    maxHeaderBytes: count("maxHeaderBytes", options.maxHeaderBytes ?? defaultMaxHeaderBytes),
    headerTimeoutMillis: timeout("headerTimeout", options.headerTimeout ?? defaultHeaderTimeout),
    requestTimeoutMillis: timeout("requestTimeout", options.requestTimeout ?? defaultRequestTimeout),
    replyTimeoutMillis: timeout("replyTimeout", options.replyTimeout ?? defaultReplyTimeout),
    keepAliveTimeoutMillis: timeout("keepAliveTimeout", options.keepAliveTimeout ?? defaultKeepAliveTimeout),
    compressRepliesAboveBytes: optionalCount("compressRepliesAboveBytes", options.compressRepliesAboveBytes),
    probes,
    metrics,
    log: options.log === undefined || options.log === false ? undefined : logTo(options.log),
    signals,
    idleGraceMillis: timeout("idleGrace", options.idleGrace ?? defaultIdleGrace, 0),
    drainTimeoutMillis: timeout("drainTimeout", options.drainTimeout ?? defaultDrainTimeout),
    onDrained,
  };
}

function checkedTls(options: TlsOptions, socketPath: string | undefined): TlsOptions {
  if (socketPath !== undefined) {
    throw invalid(
      "tls stands beside socketPath: a cluster speaks plain HTTP on a socket file, so leave one out",
    );
  }
  const { key, cert, pfx, SNICallback, ca, requestCert, rejectUnauthorized } = options;
  if ((key === undefined || cert === undefined) && pfx === undefined && SNICallback === undefined) {
    throw invalid("tls has no certificate: give it key and cert, as the contents of PEM files");
  }
  // What is given as `undefined` is left out: it must not let everybody in.
  if (ca === undefined) return options;
  return { ...options, requestCert: requestCert ?? true, rejectUnauthorized: rejectUnauthorized ?? true };
}

function listeningAt({ port, host, socketPath }: ListenOptions): ListeningAt {
  if (socketPath !== undefined) {
    check("socketPath", socketPath, (value) => typeof value === "string" && value !== "", "a path");
    if (port !== undefined || host !== undefined) {
      throw invalid(
        "socketPath stands beside port or host: a server listens on one of them, so leave one out",
      );
    }
    return { path: socketPath };
  }
  const isPort = (value: unknown): boolean =>
    Number.isInteger(value) && Number(value) >= 0 && Number(value) < 65_536;
  check(
    "port",
    port ?? defaultPort,
    isPort,
    "a whole number from 0 to 65535; convert what comes from the environment with Number()",
  );
  check("host", host, (value) => value === undefined || typeof value === "string", "a name or an address");
  return host === undefined ? { port: port ?? defaultPort } : { port: port ?? defaultPort, host };
}

function timeout(name: string, duration: Duration, leastMillis = 1): number {
  const millis = durationMillis(duration, name);
  if (millis >= leastMillis && millis <= longestTimeoutMillis) return millis;
  throw invalid(`${name} is ${String(millis)} ms: choose from ${String(leastMillis)} ms to 24 days`);
}

function count(name: string, value: number, most = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return value;
  const advice = name === "workers" ? `; this machine has ${String(availableParallelism())} cores` : "";
  throw invalid(`${name} is ${describeValue(value)}, not a whole number from 1 on${advice}`);
}

function optionalCount(name: string, value: number | undefined, most?: number): number | undefined {
  return value === undefined ? undefined : count(name, value, most);
}

function check(name: string, value: unknown, fits: (value: unknown) => boolean, what: string): void {
  if (!fits(value)) throw invalid(`${name} is ${describeValue(value)}, not ${what}`);
}

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

function isOptionalFunction(value: unknown): boolean {
  return value === undefined || typeof value === "function";
}

function isOptionalObject(value: unknown): boolean {
  return value === undefined || (typeof value === "object" && value !== null);
}

function isOptionalMetrics(value: unknown): boolean {
  if (value === undefined) return true;
  const { contentType, metrics } = (value ?? {}) as Partial<Record<keyof MetricsSource, unknown>>;
  return typeof contentType === "string" && typeof metrics === "function";
}

function invalid(problem: string): StateFunError {
  return new StateFunError("invalid-argument", `listen: ${problem}`);
}
