import { constants } from "node:buffer";
import { X509Certificate } from "node:crypto";
import { gunzipSync, inflateSync } from "node:zlib";
import { StateFunError } from "../sdk/errors.js";
import type { AdapterRequest, ClientCertificate } from "./answer.js";
import { certificateFields } from "./peer-certificate.js";
import { tooLarge } from "./body-errors.js";
import { compressionOf, notCompressed, type Compression } from "./content-encoding.js";

/** What API Gateway says of a client's certificate after it has checked its chain. */
export interface LambdaClientCertificate {
  /** The certificate itself. */
  readonly clientCertPem?: string | undefined;
  /** The distinguished name of its subject. */
  readonly subjectDN?: string | undefined;
}

/** What the events of all fronts have in common. AWS writes `null` for what is absent. */
export interface LambdaEventBase {
  /** One value for each name, in the case that the front keeps; the last one where there are several. */
  readonly headers?: Readonly<Record<string, string | undefined>> | null | undefined;
  /** All values for each name, from fronts that keep them apart. */
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null | undefined;
  /** The body: text, or base64. */
  readonly body?: string | null | undefined;
  /** Whether the body is base64. */
  readonly isBase64Encoded?: boolean | undefined;
}

/** An event of an API Gateway REST API, or of an HTTP API with payload format 1.0. */
export interface RestApiEvent extends LambdaEventBase {
  /** The request's method. */
  readonly httpMethod: string;
  /** The request's path, without the stage. */
  readonly path: string;
  /** What the API says of the request: `identity.clientCert` where it checks certificates. */
  readonly requestContext: {
    readonly identity?: { readonly clientCert?: LambdaClientCertificate | null | undefined } | undefined;
  };
}

/** An event of an API Gateway HTTP API with payload format 2.0, or of a function URL, which has the same. */
export interface HttpApiEvent extends LambdaEventBase {
  /** The request's path, with the stage where it is a named one. */
  readonly rawPath: string;
  /** What the API says of the request: its method, and `authentication.clientCert` where it checks certificates. */
  readonly requestContext: {
    readonly http: { readonly method: string };
    readonly authentication?:
      { readonly clientCert?: LambdaClientCertificate | null | undefined } | null | undefined;
  };
}

/** An event of an application load balancer, with multi-value headers or without. */
export interface LoadBalancerEvent extends LambdaEventBase {
  /** The request's method. */
  readonly httpMethod: string;
  /** The request's path. */
  readonly path: string;
  /** What the load balancer says of itself. */
  readonly requestContext: { readonly elb: object };
}

/** The events that can carry an HTTP request to a Lambda function. */
export type LambdaEvent = RestApiEvent | HttpApiEvent | LoadBalancerEvent;

/** What stands in front of the Lambda function. */
export type LambdaFront = "REST API" | "HTTP API" | "load balancer";

type Shape = Pick<LambdaRequest, "front" | "method" | "path"> & {
  readonly certificate: LambdaClientCertificate | null | undefined;
};

/**
 * The request in an event, or `undefined` if it carries none.
 *
 * Each front writes something into `requestContext`, which no client reaches, that no other writes there: a load
 * balancer `elb`, HTTP APIs and function URLs `http`. A REST API writes neither, but has its method at the top. Events for
 * the authorizers of both APIs look the same but for the name of what is to be allowed: they want no HTTP answer.
 */
export function requestOf(event: unknown): LambdaRequest | undefined {
  if (!isObject(event)) return undefined;
  const shape = shapeOf(event);
  return shape === undefined ? undefined : new LambdaRequest(event, shape);
}

function shapeOf(event: Partial<RestApiEvent & HttpApiEvent & LoadBalancerEvent>): Shape | undefined {
  const { requestContext, httpMethod, path = "/", rawPath = "/" } = event;
  if ("methodArn" in event || "routeArn" in event) return undefined;
  if (isObject(requestContext?.http)) {
    const { http, authentication } = requestContext;
    if (typeof http.method !== "string") return undefined;
    return {
      front: "HTTP API",
      method: http.method,
      path: rawPath,
      certificate: authentication?.clientCert,
    };
  }
  if (typeof httpMethod !== "string") return undefined;
  if (isObject(requestContext?.elb)) {
    return { front: "load balancer", method: httpMethod, path, certificate: undefined };
  }
  return { front: "REST API", method: httpMethod, path, certificate: requestContext?.identity?.clientCert };
}

/** The view that `answer` has of an event. */
export class LambdaRequest implements AdapterRequest {
  readonly front: LambdaFront;
  readonly method: string;
  readonly path: string;
  readonly #event: LambdaEventBase;
  readonly #certificate: LambdaClientCertificate | null | undefined;

  constructor(event: LambdaEventBase, { front, method, path, certificate }: Shape) {
    this.front = front;
    this.method = method;
    this.path = path;
    this.#event = event;
    this.#certificate = certificate;
  }

  /** Whether the front keeps several values of a header apart: it then wants an answer that does so too. */
  get hasMultiValueHeaders(): boolean {
    return isObject(this.#event.multiValueHeaders);
  }

  /** Several values are one text, as everywhere in HTTP: the last of them alone could hide what the others say. */
  header(name: string): string | undefined {
    return find(this.#event.multiValueHeaders, name)?.join(", ") ?? find(this.#event.headers, name);
  }

  clientCertificate(): ClientCertificate | undefined {
    return isObject(this.#certificate) ? certificateOf(this.#certificate) : undefined;
  }

  body(limit: number): Uint8Array {
    const { body, isBase64Encoded } = this.#event;
    const compression = compressionOf(this.header("content-encoding"));
    if (typeof body !== "string") return new Uint8Array(0);
    const bytes = isBase64Encoded === true ? fromBase64(body, limit) : fromText(body, limit);
    return compression === undefined ? bytes : inflated(bytes, compression, limit);
  }
}

/** REST APIs leave names as the client wrote them; the others write lower case. */
function find<T>(headers: Readonly<Record<string, T>> | null | undefined, name: string): T | undefined {
  if (!isObject(headers)) return undefined;
  if (Object.hasOwn(headers, name)) return headers[name];
  const written = Object.keys(headers).find((key) => key.toLowerCase() === name);
  return written === undefined ? undefined : headers[written];
}

function fromBase64(body: string, limit: number): Uint8Array {
  const padding = body.endsWith("==") ? 2 : Number(body.endsWith("="));
  if (Math.floor(body.length / 4) * 3 - padding > limit) throw tooLarge(limit);
  const bytes = Buffer.from(body, "base64");
  // Buffer skips what is no base64, and takes other alphabets for it. What is written back as it came was base64.
  if (bytes.toString("base64") !== body) {
    throw new StateFunError(
      "malformed-request",
      "the event says that its body is base64, and it is not: whatever made this event damaged the body",
    );
  }
  return bytes;
}

// What a front that takes bytes for UTF-8 puts in place of those that are not, and halves of surrogate pairs.
const damage = /[\uFFFD\uD800-\uDFFF]/u;

function fromText(body: string, limit: number): Uint8Array {
  if (body.length > limit || Buffer.byteLength(body) > limit) throw tooLarge(limit);
  if (damage.test(body)) {
    throw new StateFunError(
      "body-already-read",
      "the front of the Lambda function read the body as text, and its bytes are lost: configure the binary media " +
        'type "*/*" (or "application/octet-stream") on the API, so that bodies arrive as base64',
    );
  }
  return Buffer.from(body);
}

/** All at once, since all of it is here already; never more than `limit` bytes, however small the compressed form is. */
function inflated(bytes: Uint8Array, compression: Compression, limit: number): Uint8Array {
  const inflate = compression === "gzip" ? gunzipSync : inflateSync;
  try {
    // zlib refuses a limit that no buffer could have.
    return inflate(bytes, { maxOutputLength: Math.min(limit, constants.MAX_LENGTH) });
  } catch (thrown) {
    const isTooLarge = isObject(thrown) && "code" in thrown && thrown.code === "ERR_BUFFER_TOO_LARGE";
    throw isTooLarge ? tooLarge(limit) : notCompressed(compression, thrown);
  }
}

function certificateOf({
  clientCertPem = "",
  subjectDN = "",
}: LambdaClientCertificate): ClientCertificate | undefined {
  try {
    return certificateFields(new X509Certificate(clientCertPem));
  } catch {
    // Events that are written by hand have words where the certificate should be.
    return subjectDN === "" ? undefined : subjectFields(subjectDN);
  }
}

/**
 * From the text alone, whose order is that of RFC 4514, most specific part first, unless it begins at the root. A text
 * with parts that are quoted, escaped or joined could be read in more ways than one: then there is no certificate.
 */
function subjectFields(subjectDN: string): ClientCertificate | undefined {
  if (/["\\+]/.test(subjectDN)) return undefined;
  const parts = subjectDN.split(/, */);
  if (!/^(?:C|DC)=/i.test(subjectDN)) parts.reverse();
  const names = parts.filter((part) => /^CN=/i.test(part)).map((part) => part.slice(3));
  return {
    subject: parts.join(","),
    commonName: names.length === 1 ? names[0] : undefined,
    altNames: [],
  };
}

function isObject<T>(value: T): value is T & object {
  return typeof value === "object" && value !== null;
}
