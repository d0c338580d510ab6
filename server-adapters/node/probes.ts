import type { IncomingMessage, ServerResponse } from "node:http";
import { StateFunError } from "../../sdk/errors.js";
import type { RequestReplyHandler } from "../../sdk/request-reply-handler.js";
import type { MetricsSource } from "./listen-options.js";

const plain = "text/plain; charset=utf-8";

/** What {@link answerProbe} needs to know of its server. */
export interface Probed {
  readonly functions: RequestReplyHandler;
  readonly probes: boolean;
  readonly metrics: MetricsSource | undefined;
  readonly isReady: boolean;
}

/**
 * Answers `GET` and `HEAD` of `/healthz` (the process runs), `/readyz` (it takes new batches) and `/metrics`. Returns
 * `false` for every other request, which is left alone.
 */
export function answerProbe(probed: Probed, request: IncomingMessage, response: ServerResponse): boolean {
  if (request.method !== "GET" && request.method !== "HEAD") return false;
  const [path = ""] = (request.url ?? "").split("?", 1);
  if (probed.probes && path === "/healthz") {
    write(response, 200, plain, "ok\n");
    return true;
  }
  if (probed.probes && path === "/readyz") {
    if (probed.isReady) write(response, 200, plain, "ready\n");
    else write(response, 503, plain, "draining\n");
    return true;
  }
  if (probed.metrics !== undefined && path === "/metrics") {
    void writeMetrics(probed.functions, probed.metrics, response);
    return true;
  }
  return false;
}

async function writeMetrics(
  functions: RequestReplyHandler,
  source: MetricsSource,
  response: ServerResponse,
): Promise<void> {
  try {
    write(response, 200, source.contentType, await source.metrics());
  } catch (thrown) {
    functions.report(StateFunError.from(thrown, "the metrics"));
    write(response, 500, plain, "The metrics could not be had.\n");
  }
}

function write(response: ServerResponse, status: number, contentType: string, text: string): void {
  const body = Buffer.from(text);
  response.writeHead(status, { "content-type": contentType, "content-length": body.length }).end(body);
}
