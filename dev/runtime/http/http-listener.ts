import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { RuntimeError } from "../runtime-error.js";
import { foreignRequests, type ForeignRequest } from "./foreign-request.js";
import { sendProblem, type Problem } from "./http-answer.js";

/** Where a server of the runtime listens. */
export interface ListenerOptions {
  /** The port; 0 takes a free one. */
  readonly port: number;
  /** The name or address to listen on; this machine's own unless given, so that nobody else gets in. */
  readonly host?: string | undefined;
}

/** Answers one request. Its body has not been read. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Where a server listens that nobody told where: reached from this machine alone. */
const ownHost = "127.0.0.1";

/** How long a connection without a request stays open: longer than clients keep theirs, who would run into the end. */
const keepAliveMillis = 65_000;

/** How long a client may take to send a request: a large body over a slow line, and no more. */
const requestMillis = 120_000;

/** How long {@link HttpListener.close} waits for answers that are under way: they were all refused before. */
const closeMillis = 1_000;

/** What to do about an error of `listen`. */
const advice: ReadonlyMap<string, string> = new Map([
  [
    "EADDRINUSE",
    "another program holds it, or another ingress or egress of this module: end that one, or choose another port",
  ],
  ["EACCES", "this user may not listen there: choose a port from 1024 on"],
  ["EADDRNOTAVAIL", "this machine has no such address: choose one that it has, or leave the host out"],
]);

/**
 * One HTTP server, which refuses the web pages of others: it begins to listen once, and goes on until it is closed, while the
 * runtime may restart behind it.
 */
export class HttpListener {
  readonly #component: string;
  readonly #options: ListenerOptions;
  readonly #server: Server;
  #listening: Promise<void> | undefined;
  /** The free port that was taken, to be taken again. */
  #port: number | undefined;

  /** `component` is the id of the ingress or egress that listens. */
  constructor(component: string, options: ListenerOptions, handle: HttpHandler) {
    this.#component = component;
    this.#options = options;
    const foreignRequest = foreignRequests(options.host ?? ownHost);
    const guarded: HttpHandler = (request, response) => {
      const foreign = foreignRequest(request.headers);
      if (foreign === undefined) handle(request, response);
      else sendProblem(response, refusal(foreign));
    };
    const times = { keepAliveTimeout: keepAliveMillis, requestTimeout: requestMillis };
    this.#server = createServer(times, guarded);
    // A body that is too large by its own account is refused without being asked for.
    this.#server.on("checkContinue", guarded);
  }

  /** Where it listens, as a URL without a path. Before it does, with the port that was asked for. */
  get url(): string {
    const { port, host = ownHost } = this.#options;
    const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
    return `http://${name.includes(":") ? `[${name}]` : name}:${String(this.#port ?? port)}`;
  }

  /**
   * Begins to listen; does nothing if it does.
   *
   * @throws RuntimeError `io-failed` (as a rejection) if the port cannot be had
   */
  listen(): Promise<void> {
    this.#listening ??= this.#listen();
    return this.#listening;
  }

  async #listen(): Promise<void> {
    const { host = ownHost } = this.#options;
    const port = this.#port ?? this.#options.port;
    try {
      this.#server.listen({ port, host });
      await once(this.#server, "listening");
      this.#port = (this.#server.address() as AddressInfo).port;
    } catch (error) {
      this.#listening = undefined;
      const { code = "", message } = error as NodeJS.ErrnoException;
      throw new RuntimeError(
        "io-failed",
        `${this.#component} cannot listen on port ${String(port)} of ${host}: ${advice.get(code) ?? message}`,
        { cause: error, component: this.#component },
      );
    }
  }

  /** Ends listening, and after a moment whatever connections are left. */
  async close(): Promise<void> {
    if (this.#listening === undefined) return;
    await this.#listening.catch(() => undefined);
    this.#listening = undefined;
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    const cut = setTimeout(() => {
      this.#server.closeAllConnections();
    }, closeMillis);
    await closed;
    clearTimeout(cut);
  }
}

/** The answer to a page that has no business here, and to programs that look like one. */
function refusal({ code, why }: ForeignRequest): Problem {
  const advice =
    code === "foreign-host"
      ? "ask for localhost or 127.0.0.1, or let it listen on another address than loopback"
      : "send from a server, or through one of your own";
  return { status: 403, detail: `${why}; ${advice}`, headers: ["connection", "close"] };
}
