import type { FunctionAddress } from "../address.js";
import type { Clock, ScheduledCall } from "../clock.js";
import { mediaType } from "./answer-failure.js";
import { callFailed, elapsedText, type AttemptFailure } from "./call-failure.js";
import { okhttpTarget, okhttpUrlTarget, type RequestTarget } from "./endpoint-url.js";
import type {
  Exchange,
  ExchangeFailure,
  ExchangeLimits,
  HttpConnection,
  RequestHead,
} from "./http-connection.js";
import type { HttpContext } from "./http-context.js";
import type { Compression } from "./inflated-body.js";
import type { OkhttpConnections } from "./okhttp-connections.js";
import { isSuccess, okhttpVerdict, type Verdict } from "./okhttp-verdict.js";
import { okhttpProperties, type RawProperties } from "./properties.js";
import type { ResponseHead } from "./response-head.js";
import { Limited, TimeLimit } from "./time-limit.js";
import type { AttemptListener, Call, CallOutcome, Transport } from "./transport.js";

/** The wait before the second attempt; it doubles from there on. */
const firstBackOffMillis = 10;

/** As the cluster's client has it. */
const maxFollowUps = 20;

/** What the calls of one function type share. */
interface Shared {
  readonly clock: Clock;
  readonly listener: AttemptListener | undefined;
  readonly connections: OkhttpConnections;
  readonly home: RequestTarget;
  readonly homeHead: RequestHead;
  /** The budget of the call, and of each of its attempts. */
  readonly call: TimeLimit;
  readonly limits: ExchangeLimits;
  readonly open: Set<OkhttpCall>;
}

/**
 * The transport `io.statefun.transports.v1/okhttp` for one function type.
 *
 * @throws RuntimeError `invalid-transport` if the URL or the properties make none
 */
export function okhttpTransport(
  url: string,
  properties: RawProperties,
  { clock, listener }: HttpContext,
  connections: OkhttpConnections,
): Transport {
  const settings = okhttpProperties(properties);
  const home = okhttpTarget(url);
  const limits = {
    connect: new TimeLimit(clock, settings.connectMillis),
    write: new TimeLimit(clock, settings.writeMillis),
    read: new TimeLimit(clock, settings.readMillis),
  };
  const call = new TimeLimit(clock, settings.callMillis);
  const open = new Set<OkhttpCall>();
  const shared: Shared = { clock, listener, connections, home, homeHead: postHead(home), call, limits, open };
  connections.enter();
  return {
    call(address, request, outcome) {
      const begun = new OkhttpCall(address, request, outcome, shared);
      begun.begin();
      return begun;
    },
    async close() {
      for (const each of open) each.abort();
      for (const limit of [call, limits.connect, limits.write, limits.read]) limit.close();
      await connections.leave();
    },
  };
}

const commonFields = ["Connection: Keep-Alive", "Accept-Encoding: gzip", "User-Agent: okhttp/3.14.6"];

/** Field for field what the cluster's client sends. */
function postHead({ requestTarget, hostHeader }: RequestTarget): RequestHead {
  const before = [`POST ${requestTarget} HTTP/1.1`, `Content-Type: ${mediaType}`, "Content-Length: "];
  const after = [`Host: ${hostHeader}`, ...commonFields, "", ""];
  return { before: Buffer.from(before.join("\r\n")), after: Buffer.from(`\r\n${after.join("\r\n")}`) };
}

function getHead({ requestTarget, hostHeader }: RequestTarget): RequestHead {
  const lines = [`GET ${requestTarget} HTTP/1.1`, `Host: ${hostHeader}`, ...commonFields, "", ""];
  return { before: Buffer.from(lines.join("\r\n")), after: noBytes };
}

const noBytes = Buffer.alloc(0);

/** One call: its attempts, each of which may be several exchanges. */
class OkhttpCall extends Limited implements Call, Exchange {
  head: RequestHead;
  body: Uint8Array | undefined;
  readonly limits: ExchangeLimits;
  connection: HttpConnection | undefined = undefined;
  waiting: Exchange["waiting"] = undefined;
  readonly #address: FunctionAddress;
  readonly #request: Uint8Array;
  readonly #outcome: CallOutcome;
  readonly #shared: Shared;
  readonly #startedMillis: number;
  #attemptStartedMillis: number;
  #attempts = 0;
  #backOffMillis = firstBackOffMillis;
  #waiting: ScheduledCall | undefined;
  // Of the attempt under way:
  #target: RequestTarget;
  #headCame = false;
  #verdict: Verdict | undefined;
  #status: number | undefined;
  #followUps = 0;
  /** How often a connection that breaks before it answers is still replaced at once. */
  #freshTries = 0;

  constructor(address: FunctionAddress, request: Uint8Array, outcome: CallOutcome, shared: Shared) {
    super();
    this.#address = address;
    this.#request = request;
    this.#outcome = outcome;
    this.#shared = shared;
    this.#startedMillis = shared.clock.now();
    this.#attemptStartedMillis = this.#startedMillis;
    this.limits = shared.limits;
    this.head = shared.homeHead;
    this.body = request;
    this.#target = shared.home;
  }

  begin(): void {
    this.#shared.open.add(this);
    this.#attempt(this.#startedMillis);
  }

  abort(): void {
    if (!this.#shared.open.has(this)) return;
    this.#end();
    this.connection?.destroy();
  }

  override timeIsOver(): void {
    const { call } = this.#shared;
    const why = `the attempt was not done in ${String(call.millis)} ms`;
    this.connection?.destroy();
    if (this.#headCame) this.#attemptEnded({ kind: "fatal", failure: { why } });
    else this.#attemptEnded({ kind: "retry", failure: { why } });
  }

  headCame(head: ResponseHead): boolean {
    this.#headCame = isSuccess(head);
    return !this.#headCame;
  }

  compressionOf({ contentEncoding }: ResponseHead): Compression | undefined {
    return contentEncoding === "gzip" ? "gzip" : undefined;
  }

  responded(head: ResponseHead, body: Uint8Array): boolean {
    this.#verdict = okhttpVerdict(head, body, this.#status);
    this.#status = head.status;
    const { kind } = this.#verdict;
    return kind === "success" || kind === "redirect" || kind === "again";
  }

  concluded(): void {
    const verdict = this.#verdict;
    this.#verdict = undefined;
    if (verdict === undefined || !this.#shared.open.has(this)) return;
    if (verdict.kind === "again") this.#followUp(this.#target);
    else if (verdict.kind === "redirect") this.#redirect(verdict.location);
    else this.#attemptEnded(verdict);
  }

  failed({ stage, why, cause }: ExchangeFailure, reused: boolean): void {
    if (!this.#shared.open.has(this)) return;
    const failure = { why, cause };
    if (stage === "body") this.#attemptEnded({ kind: "fatal", failure });
    else if (this.#isReplayed(stage, reused)) this.#send();
    else this.#attemptEnded({ kind: "retry", failure });
  }

  /**
   * A connection that had worked and then breaks is replaced at once; if the new one breaks too, once more. One that
   * never worked is not.
   *
   * Source: OkHttp's RetryAndFollowUpInterceptor, as recorded.
   */
  #isReplayed(stage: ExchangeFailure["stage"], reused: boolean): boolean {
    if (stage !== "head" && stage !== "connect") return false;
    if (reused) {
      this.#freshTries = 1;
      return true;
    }
    return this.#freshTries-- > 0;
  }

  #attempt(nowMillis: number): void {
    const { call, home, homeHead } = this.#shared;
    this.#attempts++;
    this.#attemptStartedMillis = nowMillis;
    this.#status = undefined;
    this.#followUps = 0;
    this.#freshTries = 0;
    this.#target = home;
    this.head = homeHead;
    this.body = this.#request;
    call.start(this, nowMillis);
    this.#send();
  }

  #send(): void {
    this.#headCame = false;
    this.#shared.connections.pool(this.#target).send(this);
  }

  #redirect(location: string): void {
    const { home } = this.#shared;
    const from = `${this.#target.isTls ? "https" : "http"}://${this.#target.hostHeader}${this.#target.requestTarget}`;
    const url = URL.canParse(location, from) ? new URL(location, from) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol)) {
      const why = `the function answered ${String(this.#status)} and leads to ${JSON.stringify(location)}`;
      this.#attemptEnded({ kind: "fatal", failure: { why } });
      return;
    }
    const target = okhttpUrlTarget(url.href, url);
    this.body = undefined;
    this.head = getHead(target);
    this.#followUp("path" in home.to ? { ...target, to: home.to, isTls: false } : target);
  }

  #followUp(target: RequestTarget): void {
    this.#target = target;
    if (++this.#followUps <= maxFollowUps) this.#send();
    else {
      const why = `the function led to more than ${String(maxFollowUps)} other requests`;
      this.#attemptEnded({ kind: "retry", failure: { why } });
    }
  }

  #attemptEnded(verdict: Exclude<Verdict, { readonly kind: "again" | "redirect" }>): void {
    const { clock, listener, call } = this.#shared;
    const now = clock.now();
    const failure = verdict.kind === "success" ? undefined : verdict.failure;
    this.limit?.stop(this);
    listener?.attempted(this.#address, now - this.#attemptStartedMillis, failure?.why);
    if (!this.#shared.open.has(this)) return; // the listener may have aborted it
    const leftMillis = this.#startedMillis + call.millis - now;
    if (verdict.kind === "success") {
      this.#end();
      this.#outcome.succeeded(verdict.response, verdict.bytes);
    } else if (verdict.kind === "fatal") {
      this.#fail(now, verdict.failure, "and this transport does not try again after such a failure");
    } else if (leftMillis <= 0) {
      this.#fail(now, verdict.failure, `more than \`timeouts.call\` of ${elapsedText(call.millis)}`);
    } else {
      const waitMillis = Math.min(this.#backOffMillis, leftMillis);
      this.#backOffMillis *= 2;
      this.#waiting = clock.schedule(now + waitMillis, () => {
        this.#waiting = undefined;
        this.#attempt(clock.now());
      });
    }
  }

  #fail(nowMillis: number, failure: AttemptFailure, end: string): void {
    this.#end();
    this.#outcome.failed(
      callFailed({
        address: this.#address,
        place: this.#shared.home.text,
        attempts: this.#attempts,
        elapsedMillis: nowMillis - this.#startedMillis,
        failure,
        end,
        advice,
      }),
    );
  }

  #end(): void {
    this.#shared.open.delete(this);
    this.limit?.stop(this);
    this.#waiting?.cancel();
    this.#waiting = undefined;
  }
}

const advice =
  "Is the function running, and does it answer this batch with 200, exactly this content-type and a FromFunction? A batch that takes longer needs larger `timeouts`.";
