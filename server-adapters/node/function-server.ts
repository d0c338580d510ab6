import http, { type IncomingMessage, type Server, type ServerResponse } from "node:http";
import https from "node:https";
import net, { type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { StateFunError } from "../../sdk/errors.js";
import type { RequestReplyHandler } from "../../sdk/request-reply-handler.js";
import { answerTo, reportedFailure, statusTable, type Answer } from "../answer.js";
import { isComplete, NodeExchange, writeAndHangUp } from "../node-exchange.js";
import { headerOf } from "../node-header.js";
import { badClient } from "./bad-client.js";
import { Connections } from "./connections.js";
import { requestClass } from "./lean-message.js";
import type { ListenSettings } from "./listen-settings.js";
import { answerProbe } from "./probes.js";
import { compressed, flatHead, takesGzip } from "./reply.js";

/** How often Node looks for clients that are too slow; a time-out is late by this much at most. */
const timeoutCheckMillis = 1000;

/** A batch learns that its connection is gone within a turn or two of the event loop. */
const reportMillis = 200;
const reportCheckMillis = 5;

const noAnswer = statusTable["client-disconnected"].status;

/** The server of one process: takes batches until it drains, and then owes nobody an answer. */
export class FunctionServer {
  readonly server: Server;
  readonly #functions: RequestReplyHandler;
  readonly #settings: ListenSettings;
  readonly #connections: Connections;
  #draining: Promise<number> | undefined;

  constructor(functions: RequestReplyHandler, settings: ListenSettings) {
    this.#functions = functions;
    this.#settings = settings;
    this.server = bareServer(settings);
    this.#connections = new Connections(this.server, settings.tls !== undefined);
    this.server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      this.#serve(request, response);
    });
    this.server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
      badClient(error, socket, this.#connections, settings.log);
    });
  }

  /** The number of requests that have not been answered. */
  get inFlight(): number {
    return this.#connections.inFlight;
  }

  get isDraining(): boolean {
    return this.#draining !== undefined;
  }

  /**
   * Stops accepting, answers what is in flight, and resolves with the number of requests that were not answered when
   * the time was up: mostly 0.
   */
  drain(): Promise<number> {
    return (this.#draining ??= this.#drain());
  }

  async #drain(): Promise<number> {
    const { idleGraceMillis, drainTimeoutMillis } = this.#settings;
    const closed = new Promise<void>((resolve) => {
      // http's own close() would end idle connections at once, and with them the batches that are just arriving.
      net.Server.prototype.close.call(this.server, () => {
        resolve();
      });
    });
    const grace = new Timer(Math.min(idleGraceMillis, drainTimeoutMillis));
    const timeUp = new Timer(drainTimeoutMillis);
    await Promise.race([closed, grace.ended]);
    this.#connections.endIdle();
    const isLate = await Promise.race([closed.then(() => false), timeUp.ended.then(() => true)]);
    grace.clear();
    timeUp.clear();
    // A connection that its client closed is no request that was cut off, though its end may be noticed a moment later.
    const cutOff = isLate ? this.inFlight : 0;
    this.#connections.destroyAll();
    await closed;
    this.server.closeAllConnections(); // and the timer that looks for slow clients
    this.server.close();
    await this.#reported();
    return cutOff;
  }

  /** Waits, not for long, for the reports of requests whose connections are gone: the process may end next. */
  async #reported(): Promise<void> {
    const until = performance.now() + reportMillis;
    while (this.inFlight > 0 && performance.now() < until) await delay(reportCheckMillis);
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { maxConcurrentBatches, serve, log } = this.#settings;
    const connections = this.#connections;
    // What arrives after the last word is not for us to answer: its client knows that, and sends it again.
    if (this.isDraining && connections.isFinished(request.socket)) return;
    if (request.method !== "POST" && this.#probe(request, response)) return;
    const started = log === undefined ? 0 : performance.now();
    const isOver = request.method === "POST" && connections.inFlight >= maxConcurrentBatches;
    connections.add(response);
    if (isOver) {
      // Before anything else is done for it, be it a check of `authorize`.
      const refusal = reportedFailure(this.#functions, overloaded(maxConcurrentBatches));
      this.#finish(request, response, refusal, started);
      return;
    }
    answerTo(this.#functions, new NodeExchange(request, response), serve, (ready) => {
      this.#finish(request, response, ready, started);
    });
  }

  /** Answers what is no batch but a question about this process. It is owed an answer like a batch. */
  #probe(request: IncomingMessage, response: ServerResponse): boolean {
    const { probes, metrics } = this.#settings;
    if (this.isDraining) response.setHeader("connection", "close");
    const probed = { functions: this.#functions, probes, metrics, isReady: !this.isDraining };
    if (!answerProbe(probed, request, response)) return false;
    if (!response.writableFinished) {
      this.#connections.add(response);
      response.once("close", () => {
        this.#connections.dropped(response);
      });
    }
    return true;
  }

  #finish(request: IncomingMessage, response: ServerResponse, ready: Answer, started: number): void {
    const { compressRepliesAboveBytes, log } = this.#settings;
    if (log !== undefined) this.#logRequest(request, response, ready, started);
    if (compressRepliesAboveBytes !== undefined && ready.status === 200) {
      if (ready.body.length > compressRepliesAboveBytes && takesGzip(request)) {
        const write = (answer: Answer): void => {
          this.#write(request, response, answer);
        };
        compressed(ready).then(write, () => {
          write(ready);
        });
        return;
      }
    }
    this.#write(request, response, ready);
  }

  #write(request: IncomingMessage, response: ServerResponse, ready: Answer): void {
    const connections = this.#connections;
    try {
      if (ready.status === noAnswer) response.destroy();
      if (response.destroyed || response.headersSent) {
        connections.dropped(response);
        return;
      }
      response.sendDate = false;
      if (isComplete(request)) {
        const closes = this.isDraining && connections.isLast(response);
        if (closes) connections.finish(request.socket);
        response.writeHead(ready.status, flatHead(ready, closes)).end(ready.body);
        connections.written(response, this.#settings.replyTimeoutMillis);
      } else {
        connections.finish(request.socket);
        // A client that is slow to take its refusal holds nobody up.
        connections.dropped(response);
        writeAndHangUp(request, response.writeHead(ready.status, flatHead(ready, true)), ready.body);
      }
    } catch (thrown) {
      this.#functions.report(StateFunError.from(thrown, "writing an answer"));
      connections.dropped(response);
      response.destroy();
    }
  }

  #logRequest(
    request: IncomingMessage,
    response: ServerResponse,
    { status, body }: Answer,
    started: number,
  ): void {
    const announced = Number(headerOf(request, "content-length"));
    const client = request.socket.remoteAddress;
    this.#settings.log?.({
      event: "request",
      method: request.method ?? "",
      status: response.destroyed ? noAnswer : status,
      ...(Number.isNaN(announced) ? {} : { requestBytes: announced }),
      replyBytes: body.length,
      millis: Math.round((performance.now() - started) * 1000) / 1000,
      ...(client === undefined ? {} : { client }),
    });
  }
}

/** A time that may not be waited for to its end. */
class Timer {
  readonly ended: Promise<void>;
  #timer: NodeJS.Timeout | undefined;

  constructor(millis: number) {
    this.ended = new Promise((resolve) => {
      this.#timer = setTimeout(resolve, millis);
    });
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}

/** The refusal of a request beyond the limit of batches. */
function overloaded(limit: number): StateFunError {
  return new StateFunError(
    "overloaded",
    `${String(limit)} batches are in flight already, the most that maxConcurrentBatches allows: ` +
      "serve with more workers or machines, or raise it",
  );
}

function bareServer({
  tls,
  maxHeaderBytes,
  headerTimeoutMillis,
  requestTimeoutMillis,
  ...rest
}: ListenSettings): Server {
  const options: http.ServerOptions = {
    IncomingMessage: requestClass(),
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: headerTimeoutMillis,
    requestTimeout: Math.max(requestTimeoutMillis, headerTimeoutMillis),
    keepAliveTimeout: rest.keepAliveTimeoutMillis,
    connectionsCheckingInterval: timeoutCheckMillis,
    keepAlive: true, // of TCP: notices clients that are gone without a word
  };
  if (tls === undefined) return http.createServer(options);
  try {
    return https.createServer({ handshakeTimeout: headerTimeoutMillis, ...options, ...tls });
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new StateFunError("invalid-argument", `listen: tls cannot be used: ${problem}`, { cause });
  }
}
