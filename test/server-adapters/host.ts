import { once } from "node:events";
import http from "node:http";
import type { AddressInfo, Server } from "node:net";
import { requestReplyHandler, type Duration, type RequestReplyHandler } from "statefun";
import { conformanceFunction } from "./conformance-functions.js";
import { Log } from "./log.js";
import type { Endpoint } from "./raw-client.js";

/** What a test asks of the handler that a host serves. */
export interface HostOptions {
  readonly maxRequestBytes?: number;
  readonly batchTimeout?: Duration;
  /** Reads the whole body before the adapter gets the request, as a badly placed parser does. */
  readonly readBodyInFront?: true;
}

/** A host of the conformance function, with an endpoint of its own. */
export interface Host {
  readonly endpoint: Endpoint;
  /** What the function says, and a line `report <code>` for each call of `onError`. */
  readonly log: Log;
  close(): Promise<void>;
}

/** Starts one host. Every adapter brings one; the suite knows nothing else of it. */
export type StartHost = (options: HostOptions) => Promise<Host>;

/** How a host differs from an adapter that stands alone. */
export interface Traits {
  /** A body parser in front reads the body: what goes wrong there is the parser's to answer and to report. */
  readonly parserInFront?: true;
  /** A gateway in front reads whole requests, and never tells the adapter that a client has left. */
  readonly gatewayInFront?: true;
  /**
   * What is left of a body that was refused, and the connection it comes on, are the host's: an adapter that gets a
   * `Request` has no hold on either.
   */
  readonly ownsConnections?: true;
  /** The server is the adapter's own: nothing can stand in front and read the body. */
  readonly nothingInFront?: true;
  /** Closes a connection whose client does not wait for one answer before it sends the next request. */
  readonly refusesPipelining?: true;
  /**
   * Closes the connection as soon as it has answered, whatever still arrives: the reset that follows can overtake the
   * answer. Tried with handlers that read on and with such that do not.
   */
  readonly resetsRefusedBodies?: true;
  /** Sends whatever the adapter answers to a client that has stopped half way through its body. */
  readonly answersHalfClosed?: true;
  /** Takes a client that closes its connection for one that has sent all it had: only a reset says that it is gone. */
  readonly hearsResetsOnly?: true;
}

/** What is left to assert when a host is gone: no report can follow. */
export interface Outcome<T> {
  readonly result: T;
  /** The codes reported to `onError`, in order. */
  readonly reports: readonly string[];
  readonly log: readonly string[];
}

/** Starts a host, uses it, and stops it whatever happened. */
export async function onHost<T>(
  start: StartHost,
  options: HostOptions,
  use: (host: Host) => Promise<T>,
): Promise<Outcome<T>> {
  const host = await start(options);
  let result: T;
  try {
    result = await use(host);
  } finally {
    await host.close();
  }
  return { result, reports: host.log.of("report"), log: host.log.lines };
}

/** A server that was started: where it listens, and how it ends once its connections have. */
export type Served = Omit<Host, "log">;

/** Hosts of whatever starts a server for the functions it is given. */
export function hostOf(
  serve: (functions: RequestReplyHandler, readBodyInFront: boolean) => Promise<Served>,
): StartHost {
  return async ({ readBodyInFront = false, ...options }) => {
    const log = new Log();
    const functions = requestReplyHandler([conformanceFunction(log)], {
      ...options,
      onError: (error) => {
        log.add(`report ${error.code}`);
      },
    });
    return { ...(await serve(functions, readBodyInFront)), log };
  };
}

/** Starts a server of node's that calls `listener`. */
export type Listen = (listener: http.RequestListener) => Promise<Served>;

/** Hosts whose adapter yields, on its own or inside a framework, a listener for `http.createServer`. */
export function nodeHost(
  adapt: (functions: RequestReplyHandler) => http.RequestListener,
  listen: Listen = onPort,
): StartHost {
  return hostOf((functions, readBodyInFront) => {
    const adapter = adapt(functions);
    return listen(readBodyInFront ? behindReader(adapter) : adapter);
  });
}

/** Starts a server of `node:http` on a free port. */
export async function onPort(listener: http.RequestListener): Promise<Served> {
  const server = http.createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return served(server, { port: portOf(server) });
}

/** The free port that `server` was given. */
export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** A server that listens. */
export function served(server: http.Server, endpoint: Endpoint): Served {
  return {
    endpoint,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

function behindReader(adapter: http.RequestListener): http.RequestListener {
  return (request, response) => {
    request.once("end", () => {
      adapter(request, response);
    });
    request.resume();
  };
}
