/** What AWS puts in front of a Lambda function, as a real server: a request becomes an event, and a result an answer. */
import type http from "node:http";
import { lambdaEvent, type FrontShape } from "./lambda-events.js";

/** Calls the Lambda function: JSON in, JSON out. Rejects if the function failed. */
export type InvokeLambda = (event: string) => Promise<string>;

/** The answer of a Lambda function, as far as it is to be trusted. */
interface FunctionResult {
  readonly statusCode?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, string[]>>;
  readonly body?: unknown;
  readonly isBase64Encoded?: unknown;
}

/** A front of the given shape. It reads whole requests, and knows nothing of clients that leave. */
export function lambdaFront(shape: FrontShape, invoke: InvokeLambda): http.RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      invoke(JSON.stringify(lambdaEvent(shape, request, Buffer.concat(chunks)))).then(
        (result) => {
          writeResult(shape, response, JSON.parse(result) as FunctionResult);
        },
        (error: unknown) => {
          writeBadGateway(response, String(error));
        },
      );
    });
  };
}

function writeResult(shape: FrontShape, response: http.ServerResponse, result: FunctionResult): void {
  const { statusCode, body = "", isBase64Encoded } = result;
  if (typeof statusCode !== "number" || typeof body !== "string") {
    writeBadGateway(response, `a result that is none: ${JSON.stringify(result)}`);
    return;
  }
  const { "content-type": contentType = "application/json", ...others } = headersOf(shape, result);
  const bytes = Buffer.from(body, isBase64Encoded === true ? "base64" : "utf8");
  response.writeHead(statusCode, { "content-type": contentType, "content-length": bytes.length, ...others });
  response.end(bytes);
}

/** A load balancer reads either the one or the other; a REST API both, the many before the one. */
function headersOf(
  shape: FrontShape,
  { headers = {}, multiValueHeaders = {} }: FunctionResult,
): http.OutgoingHttpHeaders {
  switch (shape) {
    case "load balancer with multi-value headers":
      return multiValueHeaders;
    case "REST API":
    case "HTTP API with payload format 1.0":
      return { ...headers, ...multiValueHeaders };
    case "HTTP API":
    case "function URL":
    case "load balancer":
      return headers;
  }
}

function writeBadGateway(response: http.ServerResponse, why: string): void {
  response.writeHead(502, { "content-type": "application/json" }).end(JSON.stringify({ message: why }));
}
