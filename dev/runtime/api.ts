import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { StreamTimes } from "./api/event-stream.js";
import { EventStreams } from "./api/event-streams.js";
import { answer } from "./api/exchange.js";
import type { Route } from "./api/route.js";
import { isLoopback } from "./http/foreign-request.js";
import { RuntimeError } from "./runtime-error.js";
import type { RuntimeView } from "./runtime-view.js";

/** Where the API listens unless told otherwise: this machine only. */
export const defaultApiHost = "127.0.0.1";

/** Bytes of a token that is chosen for the user: nobody guesses 256 bits. */
const tokenBytes = 32;

/** The shortest token of the user's own; shorter ones are guessed. */
const shortestToken = 16;

/** How long answers under way may take when the API is closed: a commit is done by then. */
const closeMillis = 1_000;

/** How the API is served. */
export interface ApiOptions extends StreamTimes {
  /** Default 0: a free port is chosen. */
  readonly port?: number | undefined;
  /** Default {@link defaultApiHost}. On any other than loopback a token is needed, and chosen if none is given. */
  readonly host?: string | undefined;
  /** What clients must send as `Authorization: Bearer …`; at least 16 characters. */
  readonly token?: string | undefined;
}

/** The API of a runtime, being served. */
export interface ApiServer {
  /** Where it is, without a slash at the end. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** What clients must send; `undefined` if being on this machine is enough. */
  readonly token: string | undefined;
  /** Ends all streams, and soon all connections; nothing is answered once it has resolved. */
  close(): Promise<void>;
}

/**
 * Serves the API of `runtime`.
 *
 * @throws RuntimeError `invalid-argument` if the token is too short, `io-failed` if the port or host cannot be used
 */
export async function serveApi(runtime: RuntimeView, options: ApiOptions = {}): Promise<ApiServer> {
  const { port = 0, host = defaultApiHost } = options;
  const token = options.token ?? (isLoopback(host) ? undefined : chosenToken());
  if (token !== undefined) checkToken(token);
  const streams = new EventStreams(options);
  let routes: Promise<ReadonlyMap<string, readonly Route[]>> | undefined;
  const parts = {
    runtime,
    access: { host, token },
    // Schemas take time to build: that of the first request rather than of every start.
    routes: () => (routes ??= import("./api/routes.js").then(({ apiRoutes }) => byPath(apiRoutes(streams)))),
  };
  const server = createServer((request, response) => {
    void answer(parts, request, response);
  });
  await listen(server, port, host);
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${address.port.toString()}`,
    host,
    port: address.port,
    token,
    close: () => close(server, streams),
  };
}

function byPath(routes: readonly Route[]): ReadonlyMap<string, readonly Route[]> {
  const paths = new Map<string, Route[]>();
  for (const route of routes) {
    const others = paths.get(route.path);
    if (others === undefined) paths.set(route.path, [route]);
    else others.push(route);
  }
  return paths;
}

function chosenToken(): string {
  return randomBytes(tokenBytes).toString("base64url");
}

/** @throws RuntimeError `invalid-argument` */
function checkToken(token: string): void {
  if (token.length >= shortestToken && /^[\x21-\x7e]+$/.test(token)) return;
  throw new RuntimeError(
    "invalid-argument",
    `the token of the API must have at least ${shortestToken.toString()} characters, all of them visible ASCII; leave it out to have one chosen`,
  );
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const where = `${host}:${port.toString()}`;
      const why = cause.code === "EADDRINUSE" ? "another program listens there" : cause.message;
      const what = `the API cannot listen on ${where}: ${why}; choose another port or host`;
      reject(new RuntimeError("io-failed", what, { cause }));
    });
    server.listen({ port, host }, resolve);
  });
}

async function close(server: Server, streams: EventStreams): Promise<void> {
  streams.end();
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  const cut = setTimeout(() => {
    server.closeAllConnections();
  }, closeMillis);
  await closed;
  clearTimeout(cut);
}
