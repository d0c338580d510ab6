import { hasSubscribers } from "node:diagnostics_channel";
import { IncomingMessage, Server, type IncomingHttpHeaders } from "node:http";
import { Server as TlsServer } from "node:https";
import { headerOf } from "../node-header.js";

/**
 * A request whose `headers` has `host` and `expect` alone. Node makes an object of all headers of each request to look
 * at these two, which is a twelfth of all that a batch of one costs; `listen` owns its server, so mostly nobody else looks.
 */
export class LeanMessage extends IncomingMessage {}

// An accessor of the base class cannot be overridden by a declaration, as TypeScript sees it.
Object.defineProperty(LeanMessage.prototype, "headers", {
  configurable: true,
  get(this: LeanMessage): IncomingHttpHeaders {
    const headers: IncomingHttpHeaders = {};
    if (this.rawHeaders.length === 0) return headers;
    const host = headerOf(this, "host");
    const expect = headerOf(this, "expect");
    if (host !== undefined) headers.host = host;
    if (expect !== undefined) headers.expect = expect;
    return headers;
  },
});

/**
 * The class of a server's requests. Instrumentation of HTTP, as tracing agents bring it, reads all headers: it wraps the
 * servers' `emit` or subscribes to Node's channel, and where it has, requests are Node's own.
 */
export function requestClass(): typeof IncomingMessage {
  const isWatched =
    [Server, TlsServer].some(({ prototype }) => Object.hasOwn(prototype, "emit")) ||
    hasSubscribers("http.server.request.start");
  return isWatched ? IncomingMessage : LeanMessage;
}
