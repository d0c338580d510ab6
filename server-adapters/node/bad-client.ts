import type { Socket } from "node:net";
import { endSoon, type Connections } from "./connections.js";
import type { LogEvent } from "./log.js";

/** What Node's HTTP parser and its time-outs find, and how it is answered; anything else is 400. */
const rows: Readonly<Record<string, { readonly status: number; readonly reason: string }>> = {
  HPE_HEADER_OVERFLOW: { status: 431, reason: "Request Header Fields Too Large" },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, reason: "Content Too Large" },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, reason: "Request Timeout" },
};
/** The client is no longer there to be told. */
const gone: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE"]);
const badRequest = { status: 400, reason: "Bad Request" };

/**
 * Answers a client that does not speak HTTP as it should, or too slowly, and ends its connection. This concerns no
 * batch, so nothing is reported to `onError`: on an open port it happens all day.
 *
 * Whole requests that arrived before are answered first. One that is still being sent is what is answered here.
 */
export function badClient(
  error: NodeJS.ErrnoException,
  socket: Socket,
  connections: Connections,
  log: ((event: LogEvent) => void) | undefined,
): void {
  if (gone.has(error.code ?? "")) {
    socket.destroy();
  } else if (connections.isFinished(socket)) {
    endSoon(socket); // what it has been told is the last word
  } else {
    connections.finish(socket);
    const before = connections
      .owedOn(socket)
      .filter(({ req }) => req.complete)
      .at(-1);
    if (before === undefined) refuse(error, socket, log);
    else {
      before.once("close", () => {
        refuse(error, socket, log);
      });
    }
  }
}

function refuse(
  error: NodeJS.ErrnoException,
  socket: Socket,
  log: ((event: LogEvent) => void) | undefined,
): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { status, reason } = rows[error.code ?? ""] ?? badRequest;
  const client = socket.remoteAddress;
  log?.({
    event: "bad-client",
    status,
    reason: error.code ?? error.message,
    ...(client === undefined ? {} : { client }),
  });
  endSoon(socket, `HTTP/1.1 ${String(status)} ${reason}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
