import type { TlsOptions } from "node:tls";
import type { Duration } from "../../sdk/duration.js";
import type { ServeOptions } from "../answer.js";
import type { LogEntry } from "./log.js";

/** What answers `GET /metrics`: the observer of `statefun/prometheus` is one. */
export interface MetricsSource {
  /** The media type of the text, such as `text/plain; version=0.0.4`. */
  readonly contentType: string;
  /** The metrics of this process, as text. */
  metrics(): string | Promise<string>;
}

/** Where `listen` listens, how much it takes on, and how it ends. Everything has a default. */
export interface ListenOptions extends ServeOptions {
  /** The TCP port, 8000 if left out; 0 for one that is free. */
  readonly port?: number | undefined;
  /** The address or name of the interface; every interface if left out. */
  readonly host?: string | undefined;
  /**
   * The path of a Unix domain socket, instead of a port, for endpoints of the form `http+unix:///run/fn.sock/statefun`.
   * A socket file that a process left behind when it was killed is replaced; one that somebody listens on is not.
   */
  readonly socketPath?: string | undefined;
  /**
   * Serves https: `key` and `cert` as Node takes them. With `ca`, clients must present a certificate that it signed,
   * unless `requestCert` or `rejectUnauthorized` say otherwise.
   */
  readonly tls?: TlsOptions | undefined;

  /** The number of processes that serve, each with a core of its own to use; this process serves alone if left out. */
  readonly workers?: number | undefined;

  /** The most batches in flight, of one process; 4096 if left out. One more is `overloaded`, 503, which clusters retry. */
  readonly maxConcurrentBatches?: number | undefined;
  /** The largest head of a request, in bytes; 16 KiB if left out. One byte more is 431. */
  readonly maxHeaderBytes?: number | undefined;
  /** How long a client may take to send the head of a request; 10 s if left out. Then it is 408. */
  readonly headerTimeout?: Duration | undefined;
  /** How long a client may take to send a whole request; 2 min if left out. Then it is 408. */
  readonly requestTimeout?: Duration | undefined;
  /** How long a client may take to read more of its answer; 1 min if left out. Then its connection is closed. */
  readonly replyTimeout?: Duration | undefined;
  /** How long a connection may stay idle; 30 s if left out. Below 20 s a cluster's own connections are cut off. */
  readonly keepAliveTimeout?: Duration | undefined;

  /** Replies of more bytes are compressed with gzip for clients that take it, as clusters do; none if left out. */
  readonly compressRepliesAboveBytes?: number | undefined;

  /** Whether `GET /healthz` and `GET /readyz` are answered; `true` if left out. */
  readonly probes?: boolean | undefined;
  /** Answers `GET /metrics`, for Prometheus; 405 if left out. */
  readonly metrics?: MetricsSource | undefined;
  /** One line of JSON on standard output for each event, or a function that is given the events; silent if left out. */
  readonly log?: boolean | ((entry: LogEntry) => void) | undefined;

  /** Whether SIGTERM and SIGINT end the process as {@link Listening.close} describes; `true` if left out. */
  readonly signals?: boolean | undefined;
  /** How long connections without a request stay open once the process ends, so that no batch meets a closed one; 1 s if left out. */
  readonly idleGrace?: Duration | undefined;
  /** How long batches in flight may take once the process ends; 25 s if left out, below the 30 s that Kubernetes gives. */
  readonly drainTimeout?: Duration | undefined;
  /** Called when everything is answered, before the process exits: closes what is the program's own, such as a pool. */
  readonly onDrained?: (() => void | Promise<void>) | undefined;
}
