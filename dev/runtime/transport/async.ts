import type { WireResponse } from "statefun/wire";
import type { FunctionAddress } from "../address.js";
import { contentTypeText, mediaType, statusText } from "./answer-failure.js";
import { abortAll, BudgetedCall, decoded, type CallBudget } from "./budgeted-call.js";
import type { AttemptFailure } from "./call-failure.js";
import { ConnectionPool } from "./connection-pool.js";
import { asyncTarget } from "./endpoint-url.js";
import type {
  Exchange,
  ExchangeFailure,
  ExchangeLimits,
  HttpConnection,
  RequestHead,
} from "./http-connection.js";
import type { HttpContext } from "./http-context.js";
import { routeTo } from "./http-context.js";
import type { Compression } from "./inflated-body.js";
import { asyncProperties, type RawProperties } from "./properties.js";
import { hasElement, type ResponseHead } from "./response-head.js";
import { TimeLimit } from "./time-limit.js";
import { asyncTls } from "./tls-material.js";
import type { CallOutcome, Transport } from "./transport.js";

/** As the cluster's client has it: a status line of 4 KiB and a header of 8 KiB. */
const maxHeadBytes = 12 * 1024;

/** A connection lives for its `pool_ttl` and by chance 1 to 3 seconds more, so that not all end at once. */
const leastExtraLifeMillis = 1000;
const extraLifeSpreadMillis = 2000;

const advice =
  "Is the function running, and does it answer this batch with 200 and a FromFunction? A batch that takes longer needs a larger `call`.";

/** What the calls of one function type share. */
interface Shared {
  readonly budget: CallBudget;
  readonly pool: ConnectionPool;
  readonly requestHead: RequestHead;
  readonly limits: ExchangeLimits;
  /** The last head that was found good: mostly it is the same object again. */
  goodHead: ResponseHead | undefined;
}

/**
 * The transport `io.statefun.transports.v1/async` for one function type.
 *
 * @throws RuntimeError `invalid-transport` if the URL or the properties make none
 */
export function asyncTransport(url: string, properties: RawProperties, context: HttpContext): Transport {
  const { clock, listener, random } = context;
  const settings = asyncProperties(properties);
  const target = asyncTarget(url);
  const tls = target.isTls && "host" in target.to ? asyncTls(properties, target.to.host) : undefined;
  const budget: CallBudget = {
    clock,
    listener,
    limit: new TimeLimit(clock, settings.callMillis),
    place: url,
    advice,
  };
  const limits = { connect: new TimeLimit(clock, settings.connectMillis) };
  const wait = new TimeLimit(clock, settings.connectMillis);
  const pool = new ConnectionPool(routeTo(target, tls, context), {
    clock,
    wait,
    responseLimits: { maxHeadBytes, maxBodyBytes: settings.payloadMaxBytes },
    maxConnections: settings.poolSize,
    maxIdle: settings.poolSize,
    endOfLife: (now) =>
      settings.poolTtlMillis === 0
        ? Infinity
        : now + settings.poolTtlMillis + leastExtraLifeMillis + Math.floor(random() * extraLifeSpreadMillis),
    endOfIdleness: () => Infinity,
  });
  const requestHead = requestHeadOf(target.requestTarget, target.hostHeader);
  const shared: Shared = { budget, pool, limits, requestHead, goodHead: undefined };
  return {
    call(address, request, outcome) {
      const call = new AsyncCall(address, request, outcome, shared);
      call.begin();
      return call;
    },
    async close() {
      abortAll(budget);
      limits.connect.close();
      wait.close();
      await pool.close();
    },
  };
}

/** Field for field what the cluster's client sends. */
function requestHeadOf(requestTarget: string, host: string): RequestHead {
  const before = Buffer.from(
    [
      `POST ${requestTarget} HTTP/1.1`,
      `content-type: ${mediaType}`,
      `accept: ${mediaType}`,
      "accept-encoding: gzip,deflate",
      "connection: keep-alive",
      "user-agent: statefun",
      `host: ${host}`,
      "content-length: ",
    ].join("\r\n"),
  );
  return { before, after: Buffer.from("\r\n\r\n") };
}

/** One call: each of its attempts is an exchange over a pooled connection. */
class AsyncCall extends BudgetedCall implements Exchange {
  readonly head: RequestHead;
  readonly body: Uint8Array;
  readonly limits: ExchangeLimits;
  connection: HttpConnection | undefined = undefined;
  waiting: Exchange["waiting"] = undefined;
  readonly #shared: Shared;
  #result: WireResponse | AttemptFailure | undefined;
  #bytes: Uint8Array | undefined;

  constructor(target: FunctionAddress, request: Uint8Array, outcome: CallOutcome, shared: Shared) {
    super(target, shared.budget, outcome);
    this.head = shared.requestHead;
    this.body = request;
    this.limits = shared.limits;
    this.#shared = shared;
  }

  headCame(): boolean {
    return false;
  }

  compressionOf({ contentEncoding }: ResponseHead): Compression | undefined {
    if (contentEncoding === "") return undefined;
    if (contentEncoding === "gzip" || contentEncoding === "x-gzip") return "gzip";
    return contentEncoding === "deflate" || contentEncoding === "x-deflate" ? "deflate" : undefined;
  }

  responded(head: ResponseHead, body: Uint8Array): boolean {
    this.#bytes = body;
    this.#result = this.#headFailure(head, body) ?? decoded(body);
    return !("why" in this.#result);
  }

  concluded(): void {
    const result = this.#result;
    const bytes = this.#bytes;
    this.#result = undefined;
    this.#bytes = undefined;
    if (this.over || result === undefined || bytes === undefined) return;
    if ("why" in result) this.attemptFailed(result);
    else this.attemptSucceeded(result, bytes);
  }

  failed({ why, cause }: ExchangeFailure): void {
    if (!this.over) this.attemptFailed({ why, cause });
  }

  protected override attempt(): void {
    this.#shared.pool.send(this);
  }

  protected override abandonAttempt(): void {
    this.#shared.pool.withdraw(this);
  }

  #headFailure(head: ResponseHead, body: Uint8Array): AttemptFailure | undefined {
    if (head === this.#shared.goodHead) return undefined;
    if (head.status < 200 || head.status > 299) return { why: statusText(head, body) };
    if (!hasElement(head.contentTypes, mediaType)) return { why: contentTypeText(head) };
    this.#shared.goodHead = head;
    return undefined;
  }
}
