import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { requestReplyHandler, type Duration, type RequestReplyHandler } from "statefun";
import { conformanceFunction } from "./conformance-functions.js";
import { Log } from "./log.js";

/** What a test asks of the handler that a host serves. */
export interface HostOptions {
  readonly maxRequestBytes?: number;
  readonly batchTimeout?: Duration;
  /** Reads the whole body before the adapter gets the request, as a badly placed parser does. */
  readonly readBodyInFront?: true;
}

/** A host of the conformance function on a port of its own. */
export interface Host {
  readonly port: number;
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

/** Hosts whose adapter yields, on its own or inside a framework, a listener for `http.createServer`. */
export function nodeHost(listen: (functions: RequestReplyHandler) => http.RequestListener): StartHost {
  return async ({ readBodyInFront = false, ...options }) => {
    const log = new Log();
    const functions = requestReplyHandler([conformanceFunction(log)], {
      ...options,
      onError: (error) => {
        log.add(`report ${error.code}`);
      },
    });
    const adapter = listen(functions);
    const server = http
      .createServer(readBodyInFront ? behindReader(adapter) : adapter)
      .listen(0, "127.0.0.1");
    await once(server, "listening");
    return {
      port: (server.address() as AddressInfo).port,
      log,
      close: () =>
        new Promise((resolve) => {
          server.close(() => {
            resolve();
          });
          server.closeIdleConnections();
        }),
    };
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
