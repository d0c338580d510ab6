import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { endSoon } from "./connections.js";
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
 * @param owed - the replies owed on the connection; a client that is slow with its body is owed one
 */
export function badClient(
  error: NodeJS.ErrnoException,
  socket: Socket,
  owed: readonly ServerResponse[],
  log: ((event: LogEvent) => void) | undefined,
): void {
  const { status, reason } = rows[error.code ?? ""] ?? badRequest;
  const [first, ...others] = owed;
  // With a reply under way, or one that must come first, there is no place for words of ours.
  const canTell = first === undefined || (others.length === 0 && !first.headersSent && !first.req.complete);
  if (!socket.writable || gone.has(error.code ?? "") || !canTell) {
    socket.destroy();
    return;
  }
  const client = socket.remoteAddress;
  log?.({
    event: "bad-client",
    status,
    reason: error.code ?? error.message,
    ...(client === undefined ? {} : { client }),
  });
  endSoon(socket, `HTTP/1.1 ${String(status)} ${reason}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
