import { StateFunError, type StateFunErrorCode } from "../sdk/errors.js";
import { quoted } from "../sdk/quoted.js";
import type { HandleOptions, RequestReplyHandler } from "../sdk/request-reply-handler.js";

/** The client's certificate of a TLS connection, as the host checked it. */
export interface ClientCertificate {
  /** The distinguished name of its subject, most specific part last: `C=DE,O=Example,CN=flink`. */
  readonly subject: string;
  /** The subject's common name, where it has one. */
  readonly commonName: string | undefined;
  /** The names of its subjectAltName extension, as `DNS:flink.example` or `URI:spiffe://example/flink`. */
  readonly altNames: readonly string[];
}

/** A request as {@link ServeOptions.authorize} sees it: the batch has not been read. */
export interface IncomingRequest {
  /** `POST`: other methods are refused before. */
  readonly method: string;
  /** The path as it was sent, without the query. */
  readonly path: string;
  /** The value of a header, looked up by its lower-case name. */
  header(name: string): string | undefined;
  /**
   * The certificate that the client proved to own, where the host has checked its chain; `undefined` on a connection
   * without one, and on hosts that cannot tell.
   */
  clientCertificate(): ClientCertificate | undefined;
  /**
   * The whole body, read when first asked for: what signs a body is checked on it. Ask for it only when the head may
   * pass, because whoever sends it decides how much there is to read, up to `maxRequestBytes`.
   */
  body(): Promise<Uint8Array>;
}

/**
 * Tells whether a request may be served. Anything but `true` is `unauthorized`: 401, and nothing of the batch runs. What
 * it throws or rejects with says that this could not be decided: it is reported, and answered with 500, which clusters
 * retry.
 */
export type Authorize = (request: IncomingRequest) => boolean | Promise<boolean>;

/** How an adapter serves. */
export interface ServeOptions {
  /**
   * Called for each request before its body is read; everyone is let in if left out. `statefun/authorize` has checks of
   * secrets, tokens, signatures and certificates.
   */
  readonly authorize?: Authorize | undefined;
}

/** An HTTP request as every adapter shows it to {@link answer}: just enough to be filled by any host. */
export interface AdapterRequest extends HandleOptions {
  /** The method as it was sent: methods are case-sensitive. */
  readonly method: string;
  /**
   * Where the request was sent. Only error reports mention it, and not where `authorize` may look for a secret in it:
   * functions are told apart by the body.
   */
  readonly path: string;
  /** The value of a header, looked up by its lower-case name. */
  header(name: string): string | undefined;
  /**
   * The whole body, without a promise where it is at hand.
   *
   * @throws StateFunError `request-too-large` for more than `limit` bytes, without reading further;
   *   `client-disconnected` or `body-already-read` if the body cannot be had; as a rejection where it is a promise
   */
  body(limit: number): Uint8Array | Promise<Uint8Array>;
  /** The certificate that the client proved to own; left out by hosts that cannot tell. */
  clientCertificate?(): ClientCertificate | undefined;
}

/** A request of a host that tells of its body in a call: see {@link answerTo}. */
export interface ArrivingRequest extends AdapterRequest {
  /**
   * As `body`, but calls one of `received` and `failed`, once, maybe before it returns.
   *
   * @throws StateFunError as `body` throws, and does not reject
   */
  whenBody(limit: number, received: (bytes: Uint8Array) => void, failed: (thrown: unknown) => void): void;
}

/** What a host writes back, as it stands. Answers are shared between requests: nobody changes one. */
export interface Answer {
  readonly status: number;
  /** Names are in lower case; `content-length` is always among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

interface Row {
  readonly status: number;
  /** The whole body: it says what happened to whoever called, and nothing about the inside. */
  readonly sentence: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * What a client is told about each failure. The async transport of StateFun retries all of these; its OkHttp
 * transport retries 499 and everything from 500, and fails its job at any other: docs/serving.md has the details.
 */
export const statusTable: Readonly<Record<StateFunErrorCode, Row>> = {
  "invalid-argument": {
    status: 500,
    sentence: "A function of this batch used the SDK in a way that cannot work.",
  },
  serialization: { status: 500, sentence: "A value of this batch does not fit its type." },
  "unhandled-message": { status: 500, sentence: "The function has no handler for a message of this batch." },
  "function-failed": { status: 500, sentence: "A function of this batch failed." },
  "context-closed": { status: 500, sentence: "A function used a context whose batch was already answered." },
  "unknown-function": { status: 503, sentence: "The function type of this batch is not served here." },
  "malformed-request": { status: 400, sentence: "The body is not a request of a StateFun cluster." },
  "request-too-large": { status: 413, sentence: "The body is larger than this endpoint accepts." },
  "method-not-allowed": {
    status: 405,
    sentence: "Only POST is served here.",
    headers: { allow: "POST" },
  },
  "unsupported-media-type": { status: 415, sentence: "Only application/octet-stream is served here." },
  "body-already-read": { status: 500, sentence: "The body was read before it reached the functions." },
  "batch-timeout": { status: 504, sentence: "A function of this batch did not finish in time." },
  // Nobody is left to read this one. Hosts that must answer nevertheless get a status that every transport retries.
  "client-disconnected": { status: 499, sentence: "The client hung up before its answer." },
  unauthorized: { status: 401, sentence: "This request is not authorized." },
  overloaded: { status: 503, sentence: "More batches are running than this endpoint accepts." },
};

/** How much of a path a report shows: as much as of other text that comes from outside. */
const longestPath = 200;

const everyone: ServeOptions = {};
const octetStream = "application/octet-stream";
const text = new TextEncoder();
const failures = new Map(Object.entries(statusTable).map(([code, row]) => [code, failureOf(row)]));

/**
 * Answers one request, whatever the host: the single place that knows which requests are served, how, and what
 * each failure looks like from outside. A promise is returned only where the body or the batch is one.
 *
 * Neither throws nor rejects. Each failure is reported to `onError` once: those of the batch by `functions.handle`
 * itself, all others from here.
 */
export function answer(
  functions: RequestReplyHandler,
  request: AdapterRequest,
  { authorize }: ServeOptions = everyone,
): Answer | Promise<Answer> {
  try {
    checkHead(request, authorize);
    if (authorize !== undefined) return answerAuthorized(functions, request, authorize);
    const body = request.body(functions.maxRequestBytes);
    if (body instanceof Uint8Array) return answerBatch(functions, request, body);
    return body.then(
      (bytes) => answerBatch(functions, request, bytes),
      (thrown: unknown) => reportedFailure(functions, thrown),
    );
  } catch (thrown) {
    return reportedFailure(functions, thrown);
  }
}

/**
 * As {@link answer}, for hosts that are called when a body is there: gives the answer to `write`, once, maybe before it
 * returns, and makes no promise where the batch makes none. `write` must not throw.
 */
export function answerTo(
  functions: RequestReplyHandler,
  request: ArrivingRequest,
  options: ServeOptions,
  write: (answer: Answer) => void,
): void {
  if (options.authorize !== undefined) {
    give(answer(functions, request, options), write);
    return;
  }
  try {
    checkHead(request, undefined);
    request.whenBody(
      functions.maxRequestBytes,
      (bytes) => {
        give(answerBatch(functions, request, bytes), write);
      },
      (thrown) => {
        write(reportedFailure(functions, thrown));
      },
    );
  } catch (thrown) {
    write(reportedFailure(functions, thrown));
  }
}

function give(answered: Answer | Promise<Answer>, write: (answer: Answer) => void): void {
  if ("then" in answered) void answered.then(write);
  else write(answered);
}

async function answerAuthorized(
  functions: RequestReplyHandler,
  request: AdapterRequest,
  authorize: Authorize,
): Promise<Answer> {
  try {
    const body = new BodyOnce(request, functions.maxRequestBytes);
    const incoming: IncomingRequest = {
      method: request.method,
      path: request.path,
      header: (name) => request.header(name),
      clientCertificate: () => request.clientCertificate?.(),
      body: () => body.read(),
    };
    const allowed = await decision(authorize, incoming, body);
    if (allowed !== true) {
      const why = (refusals.get(incoming) ?? []).map((reason) => `: ${reason}`).join("");
      throw new StateFunError(
        "unauthorized",
        `${request.method}: authorize did not let this request in${why}`,
      );
    }
    return await answerBatch(functions, request, await body.read());
  } catch (thrown) {
    return reportedFailure(functions, thrown);
  }
}

/** What `authorize` says. What it throws is its own failure, whatever it is: only the body's keep their codes. */
async function decision(authorize: Authorize, incoming: IncomingRequest, body: BodyOnce): Promise<unknown> {
  try {
    return await authorize(incoming);
  } catch (thrown) {
    if (body.failedWith(thrown)) throw thrown;
    const what = thrown instanceof StateFunError ? new Error(thrown.message, { cause: thrown }) : thrown;
    throw StateFunError.from(what, "authorize");
  }
}

/** The body of a request, read when first asked for and never twice. */
class BodyOnce {
  readonly #request: AdapterRequest;
  readonly #limit: number;
  #bytes: Promise<Uint8Array> | undefined;
  #failure: { readonly thrown: unknown } | undefined;

  constructor(request: AdapterRequest, limit: number) {
    this.#request = request;
    this.#limit = limit;
  }

  /** Always the same promise. An authorize that does not wait for it leaves no rejection to nobody. */
  read(): Promise<Uint8Array> {
    if (this.#bytes === undefined) {
      this.#bytes = new Promise((resolve) => {
        resolve(this.#request.body(this.#limit));
      });
      this.#bytes.catch((thrown: unknown) => (this.#failure = { thrown }));
    }
    return this.#bytes;
  }

  /** Whether `thrown` is what reading the body failed with. */
  failedWith(thrown: unknown): boolean {
    return this.#failure !== undefined && this.#failure.thrown === thrown;
  }
}

const refusals = new WeakMap<IncomingRequest, string[]>();

/**
 * Refuses a request, and keeps the reason for the report of the refusal; the answer does not tell it. A reason names
 * nothing that was sent.
 */
export function refused(request: IncomingRequest, reason: string): false {
  const reasons = refusals.get(request);
  if (reasons === undefined) refusals.set(request, [reason]);
  else reasons.push(reason);
  return false;
}

function checkHead(request: AdapterRequest, authorize: Authorize | undefined): void {
  if (request.method !== "POST") {
    throw new StateFunError(
      "method-not-allowed",
      `${shown(request, authorize)}: a StateFun cluster only sends POST; point other clients elsewhere`,
    );
  }
  const contentType = request.header("content-type");
  // Most requests carry exactly this value; an absent one is fine, as with the official SDKs.
  if (contentType === undefined || contentType === octetStream || mediaType(contentType) === octetStream)
    return;
  throw new StateFunError(
    "unsupported-media-type",
    `${shown(request, authorize)} with content-type ${quoted(contentType)}: a StateFun cluster sends ${octetStream}`,
  );
}

/** A path may hold a secret that authorize looks for, so it is not shown where there is one. */
function shown({ method, path }: AdapterRequest, authorize: Authorize | undefined): string {
  if (authorize !== undefined) return method;
  return `${method} ${path.length > longestPath ? `${path.slice(0, longestPath)}…` : path}`;
}

function mediaType(contentType: string): string {
  const [type = ""] = contentType.split(";", 1);
  return type.trim().toLowerCase() || octetStream;
}

function answerBatch(
  functions: RequestReplyHandler,
  request: AdapterRequest,
  body: Uint8Array,
): Answer | Promise<Answer> {
  try {
    const reply = functions.handle(body, request);
    if (reply instanceof Uint8Array) return success(reply);
    return reply.then(success, (thrown: unknown) => batchFailure(functions, thrown));
  } catch (thrown) {
    return batchFailure(functions, thrown);
  }
}

function success(body: Uint8Array): Answer {
  // Exactly this media type: OkHttp compares the whole value, and a parameter would fail the job.
  return {
    status: 200,
    headers: { "content-type": octetStream, "content-length": String(body.length) },
    body,
  };
}

/** `handle` has reported its own errors; anything else comes from code wrapped around it, and nobody else tells. */
function batchFailure(functions: RequestReplyHandler, thrown: unknown): Answer {
  return thrown instanceof StateFunError ? failure(thrown) : reportedFailure(functions, thrown);
}

/** Reports something that was thrown, and answers it. */
export function reportedFailure(functions: RequestReplyHandler, thrown: unknown): Answer {
  const error = StateFunError.from(thrown, "answering a request");
  functions.report(error);
  return failure(error);
}

function failure(error: StateFunError): Answer {
  return failures.get(error.code) ?? failureOf(statusTable["function-failed"]);
}

function failureOf({ status, sentence, headers }: Row): Answer {
  const body = text.encode(`${sentence}\n`);
  return {
    status,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "content-length": String(body.length),
      ...headers,
    },
    body,
  };
}
