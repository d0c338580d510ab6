import { STATUS_CODES } from "node:http";
import { StateFunError } from "../sdk/errors.js";
import type { RequestReplyHandler } from "../sdk/request-reply-handler.js";
import { answer, reportedFailure, type Answer, type ServeOptions } from "./answer.js";
import { requestOf, type LambdaEvent, type LambdaRequest } from "./lambda-event.js";

export type { ServeOptions } from "./answer.js";
export type {
  HttpApiEvent,
  LambdaClientCertificate,
  LambdaEvent,
  LambdaEventBase,
  LoadBalancerEvent,
  RestApiEvent,
} from "./lambda-event.js";

/** The answer to an event, in one shape that fits every front. */
export interface LambdaResult {
  /** The status. */
  statusCode: number;
  /** The status with its words, which load balancers ask for. */
  statusDescription: string;
  /** Names are in lower case. Without a length: the front counts what it sends. */
  headers: Record<string, string>;
  /** The same headers, where the request came with such: a load balancer that sends these reads no others. */
  multiValueHeaders?: Record<string, string[]>;
  /** The body of a success as of a failure, in base64. */
  body: string;
  /** That the body is base64. */
  isBase64Encoded: true;
}

/** What {@link serve} returns: a handler for the Node runtimes of AWS Lambda. */
export type LambdaHandler = (event: LambdaEvent, context?: unknown) => Promise<LambdaResult>;

// Lambda drops a result above 6 MB and tells nobody but its own log; the front then answers as if the function crashed.
const maxResultBytes = 6 * 1024 * 1024;
// A load balancer does the same above 1 MB, whatever Lambda lets through.
const maxLoadBalancerResultBytes = 1024 * 1024;
/** Everything of a result but its body: status and headers, twice, take less than half of it. */
const envelopeBytes = 1024;

/**
 * Serves `functions` as an AWS Lambda function behind an API Gateway REST API, an HTTP API (both payload formats), a
 * function URL, or an application load balancer (with multi-value headers or without).
 *
 * A REST API must treat every media type as binary; the others need nothing. Answers as the status table in
 * docs/serving.md says, and reports each failure to `onError` once; it neither throws nor rejects. An answer that is too
 * large for Lambda is such a failure. An event that is no HTTP request is `malformed-request`.
 *
 * @example
 * ```ts
 * import { requestReplyHandler } from "statefun";
 * import { serve } from "statefun/lambda";
 *
 * export const handler = serve(requestReplyHandler([]));
 * ```
 */
export function serve(functions: RequestReplyHandler, options: ServeOptions = {}): LambdaHandler {
  return async (event) => {
    const request = requestOf(event);
    if (request === undefined) return result(reportedFailure(functions, unknownEvent(event)));
    const reply = await answer(functions, request, options);
    const tooLarge = largerThanCarried(reply, request);
    return result(tooLarge === undefined ? reply : reportedFailure(functions, tooLarge), request);
  };
}

function result({ status, headers, body }: Answer, request?: LambdaRequest): LambdaResult {
  const own = Object.entries(headers).filter(([name]) => name !== "content-length");
  const reply: LambdaResult = {
    statusCode: status,
    statusDescription: `${String(status)} ${STATUS_CODES[status] ?? ""}`.trimEnd(),
    headers: Object.fromEntries(own),
    body: Buffer.from(body.buffer, body.byteOffset, body.length).toString("base64"),
    isBase64Encoded: true,
  };
  if (request?.hasMultiValueHeaders === true) {
    reply.multiValueHeaders = Object.fromEntries(own.map(([name, value]) => [name, [value]]));
  }
  return reply;
}

function largerThanCarried({ body }: Answer, { front }: LambdaRequest): StateFunError | undefined {
  const limit = front === "load balancer" ? maxLoadBalancerResultBytes : maxResultBytes;
  const size = Math.ceil(body.length / 3) * 4 + envelopeBytes;
  if (size <= limit) return undefined;
  return new StateFunError(
    "invalid-argument",
    `the answer of a batch has ${String(body.length)} bytes, which a ${front} on Lambda cannot carry (at most ` +
      `${String(limit)} in base64): lower maxNumBatchRequests of the endpoint in the module, or send and store less`,
  );
}

function unknownEvent(event: unknown): StateFunError {
  const fields = typeof event === "object" && event !== null ? Object.keys(event).slice(0, 10) : [];
  return new StateFunError(
    "malformed-request",
    `an event that is no HTTP request (${fields.length === 0 ? typeof event : fields.join(", ").slice(0, 200)}): ` +
      "call this Lambda function through an API Gateway REST or HTTP API, a function URL or an application load balancer",
  );
}
