import type { RequestListener } from "node:http";
import type { RequestReplyHandler } from "../sdk/request-reply-handler.js";
import type { ServeOptions } from "./answer.js";
import { exchange } from "./node-exchange.js";

/**
 * Serves `functions` on `node:http`: a listener for `http.createServer`, on any path.
 *
 * Answers as the status table in docs/serving.md says, and reports each failure to `onError` once; it neither
 * throws nor rejects. Time-outs stay the server's: set `keepAliveTimeout` to 20 s or more.
 *
 * @example
 * ```ts
 * import http from "node:http";
 * import { requestReplyHandler } from "statefun";
 * import { serve } from "statefun/node";
 *
 * const server = http.createServer(serve(requestReplyHandler([])));
 * server.keepAliveTimeout = 20_000;
 * server.listen(8000);
 * ```
 */
export function serve(functions: RequestReplyHandler, options: ServeOptions = {}): RequestListener {
  return (request, response) => {
    exchange(functions, request, response, options);
  };
}

export type { ServeOptions } from "./answer.js";
export { listen } from "./node/listen.js";
export type { Listening } from "./node/listening.js";
export type { ListenOptions, MetricsSource } from "./node/listen-options.js";
export type { LogEntry, LogEvent } from "./node/log.js";
