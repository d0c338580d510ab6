import type { IncomingMessage, ServerResponse } from "node:http";
import { StateFunError } from "../sdk/errors.js";
import type { HangUpSignal, RequestReplyHandler } from "../sdk/request-reply-handler.js";
import {
  answer,
  statusTable,
  type AdapterRequest,
  type Answer,
  type ClientCertificate,
  type ServeOptions,
} from "./answer.js";
import { certificateOf } from "./peer-certificate.js";
import { readBody } from "./read-body.js";

/** A request of `node:http`, with what a framework may have added on the way. */
export interface NodeRequest extends IncomingMessage {
  /** What a body parser left. */
  readonly body?: unknown;
  /** The URL as it was sent, where a router shortens `url`. */
  readonly originalUrl?: string;
}

// After an answer that did not wait for the whole request, the client gets this long to read it and to hang up.
// Closing at once would reset the connection while the client still sends, and the reset can overtake the answer.
const lingerMillis = 10_000;

const noAnswer = statusTable["client-disconnected"].status;

/** Answers one request that `node:http` received, whoever routed it. Neither throws nor rejects. */
export function exchange(
  functions: RequestReplyHandler,
  request: NodeRequest,
  response: ServerResponse,
  options: ServeOptions,
): void {
  const answered = answer(functions, new NodeExchange(request, response), options);
  if ("then" in answered) {
    void answered.then((ready) => {
      write(functions, request, response, ready);
    });
  } else {
    write(functions, request, response, answered);
  }
}

/** The view that `answer` has of a request: everything is looked up when asked for, nothing is made in advance. */
export class NodeExchange implements AdapterRequest {
  readonly #request: NodeRequest;
  readonly #response: ServerResponse;

  constructor(request: NodeRequest, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
  }

  get method(): string {
    return this.#request.method ?? "";
  }

  get path(): string {
    const [path = ""] = (this.#request.originalUrl ?? this.#request.url ?? "").split("?", 1);
    return path;
  }

  header(name: string): string | undefined {
    return headerOf(this.#request, name);
  }

  clientCertificate(): ClientCertificate | undefined {
    return certificateOf(this.#request.socket);
  }

  body(limit: number): Uint8Array | Promise<Uint8Array> {
    return readBody(this.#request, limit, this.#request.body);
  }

  get signal(): HangUpSignal {
    return new ResponseClosed(this.#response);
  }
}

/**
 * The value of a header, by its lower-case name. `request.headers` would make an object of all of them first, of which
 * a batch needs one or two.
 */
export function headerOf(request: IncomingMessage, name: string): string | undefined {
  const { rawHeaders } = request;
  let found: string | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const candidate = rawHeaders[i] as string;
    if (candidate.length !== name.length || candidate.toLowerCase() !== name) continue;
    if (found !== undefined) return repeatedHeader(request, name);
    found = rawHeaders[i + 1];
  }
  return found;
}

function repeatedHeader(request: IncomingMessage, name: string): string | undefined {
  // Of several, node keeps the first in silence, and whoever checked the request in front may have seen another.
  if (name === "authorization") return request.headersDistinct[name]?.join(", ");
  return request.headers[name]?.toString();
}

/** The response's own `close` event: an `AbortSignal` costs half as much again as all the rest of an exchange. */
class ResponseClosed implements HangUpSignal {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get aborted(): boolean {
    return this.#response.destroyed;
  }

  addEventListener(_type: "abort", listener: () => void): void {
    this.#response.once("close", listener);
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    this.#response.off("close", listener);
  }
}

function write(
  functions: RequestReplyHandler,
  request: NodeRequest,
  response: ServerResponse,
  reply: Answer,
): void {
  try {
    if (reply.status === noAnswer) response.destroy();
    // Nothing to do if the client is gone, or if something in front (a time-out, say) has answered for us.
    if (response.destroyed || response.headersSent) return;

    const { status, headers, body } = reply;
    // An object, although node writes a list faster: middleware that wraps writeHead (on-headers before 1.1, which
    // morgan, compression and express-session bring along) takes a flat list apart wrongly, and the media type is lost.
    if (isComplete(request)) {
      response.writeHead(status, headers).end(body);
    } else {
      writeAndHangUp(request, response.writeHead(status, { ...headers, connection: "close" }), body);
    }
  } catch (thrown) {
    functions.report(StateFunError.from(thrown, "writing an answer"));
    response.destroy();
  }
}

/** `complete` becomes true only after the request was handed out, so a request without a body is told by its head. */
export function isComplete({ complete, headers }: NodeRequest): boolean {
  return complete || (headers["transfer-encoding"] === undefined && !(Number(headers["content-length"]) > 0));
}

/** Sends the whole answer now, and ends the connection when the client has finished sending or hung up. */
export function writeAndHangUp(request: NodeRequest, response: ServerResponse, body: Uint8Array): void {
  const patience = setTimeout(() => request.destroy(), lingerMillis).unref();
  response.write(body);
  response.once("close", () => {
    clearTimeout(patience);
  });
  request.once("end", () => response.end());
  request.resume(); // what still arrives is thrown away
}
