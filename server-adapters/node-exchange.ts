import type { IncomingMessage, ServerResponse } from "node:http";
import { StateFunError } from "../sdk/errors.js";
import type { HangUpSignal, RequestReplyHandler } from "../sdk/request-reply-handler.js";
import {
  answerTo,
  statusTable,
  type Answer,
  type ArrivingRequest,
  type ClientCertificate,
  type ServeOptions,
} from "./answer.js";
import { headerOf } from "./node-header.js";
import { certificateOf } from "./peer-certificate.js";
import { readBody, receiveBody } from "./read-body.js";

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
  answerTo(functions, new NodeExchange(request, response), options, (answer) => {
    write(functions, request, response, answer);
  });
}

/** The view that `answer` has of a request: everything is looked up when asked for, nothing is made in advance. */
export class NodeExchange implements ArrivingRequest {
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

  whenBody(limit: number, received: (bytes: Uint8Array) => void, failed: (thrown: unknown) => void): void {
    receiveBody(this.#request, limit, this.#request.body, received, failed);
  }

  get signal(): HangUpSignal {
    return new ResponseClosed(this.#response);
  }
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

/**
 * `complete` becomes true only after the request was handed out, so a request without a body is told by its head.
 * One that a framework injects into itself (`inject` of Fastify) has none at all, and is told by the end of its stream.
 */
export function isComplete(request: NodeRequest): boolean {
  if (request.complete || request.readableEnded) return true; // most are
  return (
    headerOf(request, "transfer-encoding") === undefined && !(Number(headerOf(request, "content-length")) > 0)
  );
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
