import type { ServerResponse } from "node:http";
import type { RequestReplyHandler } from "../sdk/request-reply-handler.js";
import type { ServeOptions } from "./answer.js";
import { exchange, type NodeRequest } from "./node-exchange.js";

/**
 * What {@link serve} returns: a handler for Express 4 and 5, written down in terms of `node:http` so that it fits
 * the types of both.
 */
export type ExpressHandler = (request: NodeRequest, response: ServerResponse) => void;

/**
 * Serves `functions` as a handler of Express 4 or 5, for `app.post(path, …)` or `app.use(path, …)`.
 *
 * Register it before any body parser, or behind `express.raw({ type: () => true, limit })`, whose Buffer it uses.
 * A body that another parser has read is `body-already-read`, answered with 500. Answers as the status table in
 * docs/serving.md says, and reports each failure to `onError` once; it neither throws nor rejects, nor calls `next`.
 *
 * @example
 * ```ts
 * import express from "express";
 * import { requestReplyHandler } from "statefun";
 * import { serve } from "statefun/express";
 *
 * express().post("/statefun", serve(requestReplyHandler([]))).listen(8000);
 * ```
 */
export function serve(functions: RequestReplyHandler, options: ServeOptions = {}): ExpressHandler {
  return (request, response) => {
    exchange(functions, request, response, options);
  };
}

export type { ServeOptions } from "./answer.js";
