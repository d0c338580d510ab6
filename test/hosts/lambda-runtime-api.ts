/** The Lambda Runtime API, as far as a runtime interface client uses it: it fetches events, and posts results. */
import { once } from "node:events";
import http from "node:http";
import { portOf } from "../server-adapters/host.js";

interface Invocation {
  readonly id: string;
  readonly event: string;
  readonly resolve: (result: string) => void;
  readonly reject: (error: Error) => void;
}

// What Lambda takes for a result; it says so in the error that it logs for a larger one.
const maxResultBytes = 6_291_556;

// A client that is older than its event would give up on it. No test waits that long.
const deadlineMillis = 15 * 60_000;

const functionArn = "arn:aws:lambda:us-east-2:123456789012:function:statefun";

/**
 * Hands one event after the other to the one client it serves, as Lambda does: what arrives meanwhile waits. Events are
 * let through at any size, so that what a handler makes of large ones can be seen; Lambda itself takes 6 MB.
 */
export class LambdaRuntimeApi {
  readonly #server = http.createServer((request, response) => void this.#serve(request, response));
  readonly #queue: Invocation[] = [];
  readonly #running = new Map<string, Invocation>();
  #idle: http.ServerResponse | undefined;
  #ended: Error | undefined;
  #count = 0;
  #ready!: () => void;
  #failed!: (error: Error) => void;
  /** Resolves when the client asks for its first event; rejects if it says that it could not load the function. */
  readonly ready = new Promise<void>((resolve, reject) => {
    this.#ready = resolve;
    this.#failed = reject;
  });

  private constructor() {
    this.ready.catch(() => undefined); // also seen by those who invoke
  }

  static async start(): Promise<LambdaRuntimeApi> {
    const api = new LambdaRuntimeApi();
    api.#server.listen(0, "127.0.0.1");
    await once(api.#server, "listening");
    return api;
  }

  /** What a client finds in `AWS_LAMBDA_RUNTIME_API`. */
  get address(): string {
    return `127.0.0.1:${String(portOf(this.#server))}`;
  }

  /** Hands `event` to the client when its turn comes. Rejects if the function fails, or the client is gone. */
  invoke(event: string): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended);
        return;
      }
      this.#count += 1;
      const id = `8476a536-e9f4-11e8-9739-${String(this.#count).padStart(12, "0")}`;
      this.#queue.push({ id, event, resolve, reject });
      this.#next();
    });
  }

  /** Nothing is invoked any more: the client is gone. */
  end(reason: Error): void {
    this.#ended ??= reason;
    this.#failed(reason);
    for (const { reject } of [...this.#running.values(), ...this.#queue.splice(0)]) reject(reason);
    this.#running.clear();
  }

  async close(): Promise<void> {
    this.end(new Error("the runtime API is closed"));
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const [, id = "", what = ""] =
      /^\/2018-06-01\/runtime\/(?:invocation\/)?([^/]+)(?:\/(response|error))?$/.exec(request.url ?? "") ??
      [];
    if (request.method === "GET" && id === "next") {
      this.#ready();
      this.#idle = response;
      this.#next();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const status = this.#take(id, what, Buffer.concat(chunks));
    response.writeHead(status, { "content-type": "application/json", "content-length": 0 }).end();
  }

  #take(id: string, what: string, body: Buffer): number {
    if (id === "init") {
      this.end(new Error(`the function could not be loaded: ${body.toString()}`));
      return 202;
    }
    const invocation = this.#running.get(id);
    if (invocation === undefined) return 404;
    this.#running.delete(id);
    if (what === "error") {
      invocation.reject(new Error(`the function failed: ${body.toString()}`));
      return 202;
    }
    if (body.length > maxResultBytes) {
      invocation.reject(new Error("Function.ResponseSizeTooLarge"));
      return 413;
    }
    invocation.resolve(body.toString());
    return 202;
  }

  #next(): void {
    const invocation = this.#idle === undefined ? undefined : this.#queue.shift();
    if (invocation === undefined) return;
    this.#running.set(invocation.id, invocation);
    this.#idle
      ?.writeHead(200, {
        "content-type": "application/json",
        "lambda-runtime-aws-request-id": invocation.id,
        "lambda-runtime-deadline-ms": String(Date.now() + deadlineMillis),
        "lambda-runtime-invoked-function-arn": functionArn,
        "lambda-runtime-trace-id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0",
      })
      .end(invocation.event);
    this.#idle = undefined;
  }
}
