import net from "node:net";
import tls from "node:tls";
import type { Clock } from "../clock.js";
import { thrownText } from "./call-failure.js";
import { inflatedBody, type Compression } from "./inflated-body.js";
import type { ResponseHead } from "./response-head.js";
import { ResponseParser, type Progress, type Refusal, type ResponseLimits } from "./response-parser.js";
import { Limited, type TimeLimit } from "./time-limit.js";

/** Where connections lead. */
export interface Route {
  /** A host and a port, or the path of a Unix socket. */
  readonly to: { readonly host: string; readonly port: number } | { readonly path: string };
  /** How the peer is met over TLS; left out for cleartext. */
  readonly tls?: tls.ConnectionOptions | undefined;
}

/** Why there is no response. */
export interface ExchangeFailure {
  /**
   * How far it came: no connection; a connection, but no head; a head, but no body that can be read, for whatever
   * reason. Before the head, an answer that is no HTTP is `protocol`, and a limit that was reached is `time`.
   */
  readonly stage: "connect" | "head" | "body" | "protocol" | "time";
  /** A clause that says what happened. */
  readonly why: string;
  readonly cause: unknown;
}

/** The head of a request: what stands before the content length and behind it, the empty line included. */
export interface RequestHead {
  /** All of the head if there is no body. */
  readonly before: Buffer;
  readonly after: Buffer;
}

/** One request, and who waits for its response. */
export interface Exchange {
  readonly head: RequestHead;
  readonly body: Uint8Array | undefined;
  readonly limits: ExchangeLimits;
  /** The connection that carries it, while one does; set by the connection. */
  connection: HttpConnection | undefined;
  /** Its place in the queue for a connection, while it waits for one; set by the queue. */
  waiting: { end(): void } | undefined;
  /** The head has come, which is said again as the body comes. Returns whether the body is of no use. */
  headCame(head: ResponseHead): boolean;
  /** How the body of a response with this head is compressed, as far as the exchange undoes it. */
  compressionOf(head: ResponseHead): Compression | undefined;
  /** The response has come, inflated; `complete` unless its body was skipped. Returns whether its connection may be used again. */
  responded(head: ResponseHead, body: Uint8Array, complete: boolean): boolean;
  /** Called behind {@link responded}, once the connection is free. */
  concluded(): void;
  /** There is no response. `reused` says whether the connection had carried another one before. */
  failed(failure: ExchangeFailure, reused: boolean): void;
}

/** How long each step of an exchange may take; what is left out has no limit of its own. */
export interface ExchangeLimits {
  /** Until the connection is there, TLS included. */
  readonly connect: TimeLimit;
  /** Until the request has been handed to the system. */
  readonly write?: TimeLimit;
  /** Between any two parts of the response, and before its first one. */
  readonly read?: TimeLimit;
}

/** What becomes of a connection. */
export interface ConnectionOwner {
  readonly clock: Clock;
  readonly responseLimits: ResponseLimits;
  /** It waits for the next exchange. */
  idle(connection: HttpConnection): void;
  /** It is of no use any more. */
  gone(connection: HttpConnection): void;
}

/** Enough for nearly every answer at once, and little enough for a thousand connections. */
const readBufferBytes = 16 * 1024;

/** A body up to this size is copied behind its head: cheaper than two writes. */
const copiedBodyBytes = 16 * 1024;

/** One connection, which carries one exchange at a time. */
export class HttpConnection extends Limited {
  /** Until when an exchange may begin, counted from its creation; set by its owner. */
  lifeUntilMillis = Infinity;
  /** Until when an exchange may begin, counted from the end of the last one; set by its owner. */
  idleUntilMillis = Infinity;
  readonly #owner: ConnectionOwner;
  readonly #socket: net.Socket;
  readonly #parser: ResponseParser;
  #exchange: Exchange | undefined;
  #ready = false;
  #closed = false;
  #peerGone = false;
  /** The response is complete, and its body is being inflated. */
  #inflating = false;
  #served = 0;
  #error: Error | undefined;

  /** Connects, and then makes its first exchange. */
  constructor(route: Route, first: Exchange, owner: ConnectionOwner) {
    super();
    this.#owner = owner;
    this.#exchange = first;
    first.connection = this;
    this.#parser = new ResponseParser(owner.responseLimits);
    first.limits.connect.start(this, owner.clock.now());
    this.#socket = route.tls === undefined ? this.#clearSocket(route) : this.#tlsSocket(route, route.tls);
    this.#socket.once(route.tls === undefined ? "connect" : "secureConnect", () => {
      this.#connected();
    });
    this.#socket.on("error", (error) => {
      this.#error ??= error;
    });
    this.#socket.on("end", () => {
      this.#peerEnded();
    });
    this.#socket.on("close", () => {
      this.#socketClosed();
    });
  }

  /** Until when an exchange may begin. */
  get usableUntilMillis(): number {
    return Math.min(this.lifeUntilMillis, this.idleUntilMillis);
  }

  /** Whether an exchange is under way, or the connection is still being made for one. */
  get busy(): boolean {
    return this.#exchange !== undefined;
  }

  /** Sends a request; the connection must be idle. */
  send(exchange: Exchange): void {
    this.#exchange = exchange;
    exchange.connection = this;
    this.#parser.reset();
    this.#write(exchange);
  }

  /** Closes at once; nobody hears of it but the owner. */
  destroy(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#free();
    this.limit?.stop(this);
    this.#socket.destroy();
    this.#owner.gone(this);
  }

  /** Resolves when the socket is closed. */
  async closed(): Promise<void> {
    if (this.#socket.closed) return;
    await new Promise<void>((resolve) => {
      this.#socket.once("close", () => {
        resolve();
      });
    });
  }

  override timeIsOver(): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    const { connect, write, read } = exchange.limits;
    if (!this.#ready) this.#fail("connect", `no connection was made in ${String(connect.millis)} ms`);
    else if (this.#parser.head !== undefined) {
      this.#fail("body", `nothing more of the answer came for ${String(read?.millis)} ms`);
    } else if (this.#socket.writableLength > 0) {
      this.#fail("time", `the request could not be written in ${String(write?.millis)} ms`);
    } else this.#fail("time", `no answer came for ${String(read?.millis)} ms`);
  }

  #clearSocket({ to }: Route): net.Socket {
    const onread = {
      buffer: Buffer.allocUnsafeSlow(readBufferBytes),
      callback: (length: number, buffer: Uint8Array): boolean => {
        this.#received(buffer as Buffer, length);
        return true;
      },
    };
    return net.connect({ ...to, onread, noDelay: true, keepAlive: true });
  }

  #tlsSocket({ to }: Route, options: tls.ConnectionOptions): net.Socket {
    const socket = tls.connect({ ...options, ...to });
    socket.setNoDelay(true);
    socket.setKeepAlive(true);
    socket.on("data", (bytes: Buffer) => {
      this.#received(bytes, bytes.length);
    });
    return socket;
  }

  #connected(): void {
    if (this.#closed) return;
    this.#ready = true;
    this.limit?.stop(this);
    if (this.#exchange !== undefined) this.#write(this.#exchange);
  }

  #write(exchange: Exchange): void {
    const { head, body, limits } = exchange;
    const { write, read } = limits;
    const written =
      write === undefined
        ? undefined
        : (): void => {
            if (this.#exchange === exchange && this.limit === write) {
              read?.start(this, this.#owner.clock.now());
            }
          };
    if (body === undefined) this.#socket.write(head.before, written);
    else this.#writeBody(head, body, written);
    // Most of the time the system has taken all of it by now.
    if (write !== undefined && this.#socket.writableLength > 0) write.start(this, this.#owner.clock.now());
    else read?.start(this, this.#owner.clock.now());
  }

  #writeBody(head: RequestHead, body: Uint8Array, written: (() => void) | undefined): void {
    const { before, after } = head;
    const digits = String(body.length);
    const afterAt = before.length + digits.length;
    const headLength = afterAt + after.length;
    const isCopied = body.length <= copiedBodyBytes;
    const bytes = Buffer.allocUnsafe(isCopied ? headLength + body.length : headLength);
    bytes.set(before, 0);
    bytes.write(digits, before.length, "latin1");
    bytes.set(after, afterAt);
    if (isCopied) {
      bytes.set(body, headLength);
      this.#socket.write(bytes, written);
      return;
    }
    this.#socket.cork();
    this.#socket.write(bytes);
    this.#socket.write(body, written);
    this.#socket.uncork();
  }

  #received(bytes: Buffer, length: number): void {
    const exchange = this.#exchange;
    if (exchange === undefined) {
      // Nothing was asked: whatever this is, the next answer must not be read from behind it.
      this.destroy();
      return;
    }
    if (this.#inflating) {
      this.#peerGone = true; // what follows a complete answer was not asked for either
      return;
    }
    const progress = this.#parser.feed(bytes, length);
    if (progress === "more") exchange.limits.read?.start(this, this.#owner.clock.now());
    this.#proceed(progress, exchange);
  }

  #proceed(progress: Progress, exchange: Exchange): void {
    const { head, refusal } = this.#parser;
    if (progress === "refused") {
      this.#fail(head === undefined ? "protocol" : "body", `the answer ${refusal?.why ?? "is not HTTP"}`);
    } else if (head !== undefined && exchange.headCame(head)) {
      this.#complete(head, this.#parser.body, progress === "complete", exchange);
    } else if (head !== undefined && progress === "complete") {
      const compression = exchange.compressionOf(head);
      if (compression === undefined) this.#complete(head, this.#parser.body, true, exchange);
      else this.#inflate(head, compression, exchange);
    }
  }

  #inflate(head: ResponseHead, compression: Compression, exchange: Exchange): void {
    const inflated = inflatedBody(this.#parser.body, compression, this.#owner.responseLimits.maxBodyBytes);
    const proceed = (body: Uint8Array | Refusal): void => {
      if (this.#exchange !== exchange) return; // given up meanwhile
      this.#inflating = false;
      if ("why" in body) this.#fail("body", `the answer ${body.why}`);
      else this.#complete(head, body, true, exchange);
    };
    if (!("then" in inflated)) {
      proceed(inflated);
      return;
    }
    this.limit?.stop(this);
    this.#inflating = true;
    void inflated.then(proceed);
  }

  #complete(head: ResponseHead, body: Uint8Array, complete: boolean, exchange: Exchange): void {
    this.limit?.stop(this);
    this.#served++;
    const { surplus } = this.#parser;
    const reusable = exchange.responded(head, body, complete);
    if (this.#exchange === exchange) {
      this.#free();
      if (reusable && complete && head.keepAlive && !surplus && !this.#peerGone) this.#owner.idle(this);
      else this.destroy();
    }
    exchange.concluded();
  }

  #peerEnded(): void {
    this.#peerGone = true;
    if (this.#inflating) return;
    const exchange = this.#exchange;
    if (exchange === undefined) {
      this.destroy();
      return;
    }
    if (!this.#ready) return; // the close that follows says why
    const progress = this.#parser.end();
    if (progress === "more") this.#fail(this.#stage(), this.#closedText());
    else this.#proceed(progress, exchange);
  }

  #socketClosed(): void {
    this.#peerGone = true;
    if (this.#closed || this.#inflating) return;
    if (this.#exchange === undefined) this.destroy();
    else if (this.#ready) this.#fail(this.#stage(), this.#closedText());
    else this.#fail("connect", `no connection was made: ${this.#errorText()}`);
  }

  #free(): void {
    if (this.#exchange !== undefined) this.#exchange.connection = undefined;
    this.#exchange = undefined;
  }

  #stage(): "head" | "body" {
    return this.#parser.head === undefined ? "head" : "body";
  }

  #closedText(): string {
    const where = this.#parser.untouched
      ? "before it answered"
      : this.#parser.head === undefined
        ? "within the header of its answer"
        : "within the body of its answer";
    const how = this.#error === undefined ? "" : ` (${thrownText(this.#error)})`;
    return `the function closed the connection ${where}${how}`;
  }

  #errorText(): string {
    return this.#error === undefined ? "the function closed it" : thrownText(this.#error);
  }

  #fail(stage: ExchangeFailure["stage"], why: string): void {
    const exchange = this.#exchange;
    const cause = this.#error;
    const reused = this.#served > 0;
    this.destroy();
    exchange?.failed({ stage, why, cause }, reused);
  }
}
