import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { serializedTypedValue } from "statefun/wire";
import { addressText, typenameOf, type FunctionAddress } from "../address.js";
import { answerReading, type ReadableEgresses } from "../egress/http-reading.js";
import { sendJson, sendProblem, type Problem } from "../http/http-answer.js";
import type { ListenerOptions } from "../http/http-listener.js";
import { readBody } from "../http/request-body.js";
import { addressOfPath, requestTarget, type RequestTarget } from "../http/request-path.js";
import { quoted } from "../quoted.js";
import type { AdmissionOutcome } from "./admissions.js";
import { typedBytes } from "./http-message.js";
import type { Admission, Ingress } from "./ingress.js";
import type { KnownFunction } from "./known-function.js";
import { ServerIngress } from "./server-ingress.js";

/** How {@link httpIngress} is set up. */
export interface HttpIngressOptions extends ListenerOptions {
  /** The ingress's id; `statefun/http` unless given. */
  readonly id?: string | undefined;
  /** What is known of the functions now; asked again and again. Nothing unless given. */
  readonly functions?: (() => readonly KnownFunction[]) | undefined;
  /** Egresses to be read at `GET /egress/<namespace>/<name>`; none unless given. */
  readonly egresses?: ReadableEgresses | undefined;
  /** The largest message, in bytes; {@link defaultMaxRequestBytes} unless given. */
  readonly maxRequestBytes?: number | undefined;
  /** How long a request waits while too much is outstanding; {@link defaultMaxWaitMillis} unless given. */
  readonly maxWaitMillis?: number | undefined;
  /** How many bytes of requests may wait so; 64 MiB unless given. */
  readonly maxWaitingBytes?: number | undefined;
}

/** An ingress that is an HTTP server of its own. */
export interface HttpIngress extends Ingress {
  /** Where it listens, without a slash at the end; known once it does. */
  readonly url: string;
  /**
   * Begins to listen, and answers 503 until it is started; does nothing if it listens.
   *
   * @throws RuntimeError `io-failed` (as a rejection) if the port cannot be had
   */
  listen(): Promise<void>;
}

/** A batch carries a whole backlog and the SDK takes 64 MiB of it: four messages of this size fit. */
const defaultMaxRequestBytes = 16 * 1024 * 1024;

/** Below the time-outs of HTTP clients and proxies, which begin at 15 s. */
const defaultMaxWaitMillis = 10_000;

/** The longest idempotency key: a UUID has 36 characters, and names of requests made of several parts fit too. */
const maxKeyLength = 255;

/** What a refused client is told to wait: a restart of the runtime or a full backlog is over in about that time. */
const retryAfter = ["retry-after", "1"];

/**
 * Messages over HTTP: `POST /<namespace>/<name>/<id>` with the message as its body is answered 202 once the message is
 * durable. A repeat with the same `Idempotency-Key` is answered alike and changes nothing.
 *
 * The server listens from the first start to `close`; while the runtime is stopped it answers 503.
 */
export function httpIngress(options: HttpIngressOptions): HttpIngress {
  return new HttpServerIngress(options);
}

class HttpServerIngress extends ServerIngress implements HttpIngress {
  readonly #options: HttpIngressOptions;
  readonly #maxRequestBytes: number;
  #known: ReadonlyMap<string, KnownFunction> = new Map();
  #knownFrom: readonly KnownFunction[] | undefined;

  constructor(options: HttpIngressOptions) {
    const { id = "statefun/http", maxRequestBytes = defaultMaxRequestBytes } = options;
    const { maxWaitMillis = defaultMaxWaitMillis, maxWaitingBytes } = options;
    super(id, options, { maxWaitMillis, maxWaitingBytes });
    this.#options = options;
    this.#maxRequestBytes = maxRequestBytes;
  }

  get description(): string {
    return `POST ${this.url}/<namespace>/<name>/<id>`;
  }

  protected handle(request: IncomingMessage, response: ServerResponse): void {
    const { method, url = "/" } = request;
    const target = requestTarget(url);
    if (method === "POST" || method === "PUT") {
      readBody(request, response, this.#maxRequestBytes, (body) => {
        if (body === undefined) sendProblem(response, this.#tooLarge());
        else this.#message(request, response, target, body);
      });
      return;
    }
    if (method === "GET") this.#get(response, target);
    else sendProblem(response, methodNotAllowed("POST, PUT, GET"));
  }

  #get(response: ServerResponse, target: RequestTarget): void {
    const { egresses } = this.#options;
    if (egresses !== undefined && answerReading(egresses, response, target)) return;
    if (target.path === "/") {
      const functions = this.#options.functions?.() ?? [];
      sendJson(response, 200, {
        send: `${this.url}/<namespace>/<name>/<id>`,
        functions: functions.map(({ typename, accepts }) => ({ typename, accepts })),
        ...(egresses === undefined
          ? {}
          : { egresses: egresses.ids().map((id) => `${this.url}/egress/${id}`) }),
      });
      return;
    }
    sendProblem(response, methodNotAllowed("POST, PUT"));
  }

  #message(request: IncomingMessage, response: ServerResponse, target: RequestTarget, body: Buffer): void {
    const { headers } = request;
    const address = addressOfPath(target.path);
    if (typeof address === "string") {
      sendProblem(response, badPath(target.path, address));
      return;
    }
    const { gate } = this.admissions;
    if (gate === undefined) {
      sendProblem(response, unavailable("the runtime is stopped"));
      return;
    }
    if (!gate.serves(address)) {
      sendProblem(response, this.#unknown(address));
      return;
    }
    const message = typedBytes(
      { target: address, headers, query: target.query, body },
      this.#knownOf(address),
    );
    if ("status" in message) {
      sendProblem(response, message);
      return;
    }
    const idempotencyKey = this.#idempotencyKey(address, headers["idempotency-key"]);
    if (typeof idempotencyKey === "object") {
      sendProblem(response, idempotencyKey);
      return;
    }
    const argument = serializedTypedValue(message.typename, message.bytes);
    const messages = [{ target: address, id: address.id, argument }];
    this.#admit(response, { messages, idempotencyKey }, argument.length, {
      address: addressText(address),
      typename: message.typename,
    });
  }

  #admit(response: ServerResponse, admission: Admission, bytes: number, accepted: object): void {
    const takeBack = this.admissions.take(admission, bytes, (outcome: AdmissionOutcome) => {
      if (outcome.kind === "durable") {
        sendJson(response, 202, accepted, outcome.known ? ["idempotent-replayed", "true"] : []);
      } else if (outcome.kind === "closed") {
        sendProblem(response, unavailable(outcome.why));
      } else {
        sendProblem(response, unavailable("too many messages are waiting for functions that are busy"));
      }
    });
    response.once("close", takeBack);
  }

  #knownOf(target: FunctionAddress): KnownFunction | undefined {
    const functions = this.#options.functions?.() ?? [];
    if (functions !== this.#knownFrom) {
      this.#known = new Map(functions.map((known) => [known.typename, known]));
      this.#knownFrom = functions;
    }
    return this.#known.get(typenameOf(target));
  }

  /** The name of a request for good; the keys of different addresses have nothing to do with each other. */
  #idempotencyKey(
    address: FunctionAddress,
    given: string | string[] | undefined,
  ): string | undefined | Problem {
    if (given === undefined) return undefined;
    if (typeof given !== "string" || given === "" || given.length > maxKeyLength) {
      return {
        status: 400,
        detail: `Idempotency-Key must be given once, with 1 to ${String(maxKeyLength)} characters: a UUID will do`,
      };
    }
    const parts = JSON.stringify([this.id, addressText(address), given]);
    return createHash("sha256").update(parts).digest("base64url");
  }

  #unknown(address: FunctionAddress): Problem {
    const functions = this.#options.functions?.() ?? [];
    const typenames = functions.map(({ typename }) => typename);
    const there =
      typenames.length === 0
        ? ""
        : `: there ${typenames.length === 1 ? "is" : "are"} ${typenames.join(", ")}`;
    return {
      status: 404,
      detail: `no endpoint serves the function ${quoted(typenameOf(address))}${there}`,
      members: { functions: typenames },
    };
  }

  #tooLarge(): Problem {
    return {
      status: 413,
      detail: `the message is larger than ${String(this.#maxRequestBytes)} bytes: send a smaller one, or raise the limit`,
      headers: ["connection", "close"],
    };
  }
}

function methodNotAllowed(allow: string): Problem {
  return {
    status: 405,
    detail: `send a message with POST /<namespace>/<name>/<id>; this path takes ${allow}`,
    headers: ["allow", allow, "connection", "close"],
  };
}

function badPath(path: string, why: string): Problem {
  return {
    status: 400,
    detail: `the path ${quoted(path)} ${why}: write /<namespace>/<name>/<id>, where the id may have slashes`,
  };
}

function unavailable(why: string): Problem {
  return {
    status: 503,
    detail: `${why}: the message was not taken over; send it again, with an Idempotency-Key if it may have been sent before`,
    headers: retryAfter,
  };
}
