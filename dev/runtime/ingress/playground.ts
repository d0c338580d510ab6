import type { IncomingMessage, ServerResponse } from "node:http";
import { serializedTypedValue } from "statefun/wire";
import { typenameOf, type FunctionAddress } from "../address.js";
import { sendProblem, sendText, type Problem } from "../http/http-answer.js";
import type { ListenerOptions } from "../http/http-listener.js";
import { readBody } from "../http/request-body.js";
import { percentDecoded, requestTarget } from "../http/request-path.js";
import { quoted } from "../quoted.js";
import { strictText, stringTypename, wrappedText } from "../values/wrappers.js";
import type { Ingress } from "./ingress.js";
import { ServerIngress } from "./server-ingress.js";

/** How {@link playgroundIngress} is set up. */
export interface PlaygroundIngressOptions extends ListenerOptions {
  /** The ingress's id; that of the Apache playground unless given. */
  readonly id?: string | undefined;
  /** The largest message, in bytes; 16 MiB unless given. */
  readonly maxRequestBytes?: number | undefined;
  /**
   * Whether a body without a typename becomes a proper `io.statefun.types/string`. The Apache playground leaves it as it
   * came, so that functions cannot read it as text, and so does this ingress unless told otherwise.
   */
  readonly encodeText?: boolean | undefined;
}

/** The ingress of the Apache playground. */
export interface PlaygroundIngress extends Ingress {
  /** Where it listens, without a slash at the end; known once it has started. */
  readonly url: string;
}

/** The id that the Apache playground gives its ingress. */
const playgroundId = "io.statefun.playground/ingress";

/** As that of the HTTP ingress: four such messages fit the batch that the SDK takes. */
const defaultMaxRequestBytes = 16 * 1024 * 1024;

const vendorPrefix = "application/vnd.";

/**
 * Takes messages as the Apache playground does: any method, at `/<namespace>/<name>/<id>`, of the type that
 * `content-type: application/vnd.<typename>` names, or StateFun's string.
 *
 * Unlike it, it tells by the HTTP status what became of the message: 200 once it is durable.
 */
export function playgroundIngress(options: PlaygroundIngressOptions): PlaygroundIngress {
  return new PlaygroundServer(options);
}

class PlaygroundServer extends ServerIngress implements PlaygroundIngress {
  readonly #maxRequestBytes: number;
  readonly #encodeText: boolean;

  constructor(options: PlaygroundIngressOptions) {
    const { id = playgroundId, maxRequestBytes = defaultMaxRequestBytes, encodeText = false } = options;
    super(id, options); // a request waits for as long as too much is outstanding, as it does there
    this.#maxRequestBytes = maxRequestBytes;
    this.#encodeText = encodeText;
  }

  get description(): string {
    return `${this.url}/<namespace>/<name>/<id>`;
  }

  protected handle(request: IncomingMessage, response: ServerResponse): void {
    const { path } = requestTarget(request.url ?? "/");
    readBody(request, response, this.#maxRequestBytes, (body) => {
      const problem =
        body === undefined ? tooLarge(this.#maxRequestBytes) : this.#take(path, request, body, response);
      if (problem !== undefined) sendProblem(response, problem);
    });
  }

  /** Admits the message and answers when that is done, or says what is wrong with it. */
  #take(path: string, request: IncomingMessage, body: Buffer, response: ServerResponse): Problem | undefined {
    const address = addressOf(path);
    if (address === undefined) return badPath(path);
    const { gate } = this.admissions;
    if (gate === undefined) return unavailable("the runtime is stopped");
    if (!gate.serves(address)) return unknown(address);
    const { "content-type": contentType = "" } = request.headers;
    const isNamed = contentType.startsWith(vendorPrefix);
    const typename = isNamed ? contentType.slice(vendorPrefix.length) : stringTypename;
    const isText = !isNamed && this.#encodeText;
    if (isText && strictText(body) === undefined) return notText;
    const bytes = isText ? wrappedText(body) : body;
    const argument = serializedTypedValue(typename, bytes);
    const messages = [{ target: address, id: address.id, argument }];
    const takeBack = this.admissions.take({ messages }, argument.length, (outcome) => {
      if (outcome.kind === "durable") sendText(response, 200, "text/plain; charset=utf-8", "");
      else if (outcome.kind === "closed") sendProblem(response, unavailable(outcome.why));
      else sendProblem(response, unavailable("too many messages are waiting for functions that are busy"));
    });
    response.once("close", takeBack);
    return undefined;
  }
}

/** The address that a path of exactly three parts names; each of them is decoded by itself. */
function addressOf(path: string): FunctionAddress | undefined {
  const parts = path.split("/").map(percentDecoded);
  const [root, namespace, name, id] = parts;
  if (root !== "" || parts.length !== 4) return undefined;
  if (namespace === undefined || name === undefined || id === undefined) return undefined;
  if (namespace === "" || name === "" || id === "") return undefined;
  return { namespace, name, id };
}

function badPath(path: string): Problem {
  return {
    status: 400,
    detail: `the path ${quoted(path)} does not name an address: write /<namespace>/<name>/<id>, with a slash within the id as %2F`,
  };
}

const notText: Problem = {
  status: 400,
  detail: `the body is not UTF-8: name its type with content-type ${vendorPrefix}<namespace>/<name>`,
};

function unknown(address: FunctionAddress): Problem {
  return {
    status: 404,
    detail: `no endpoint of the module serves the function ${quoted(typenameOf(address))}`,
  };
}

function tooLarge(maxRequestBytes: number): Problem {
  return {
    status: 413,
    detail: `the message is larger than ${String(maxRequestBytes)} bytes: send a smaller one`,
    headers: ["connection", "close"],
  };
}

function unavailable(why: string): Problem {
  return { status: 503, detail: `${why}: send the message again`, headers: ["retry-after", "1"] };
}
