import type { IncomingMessage, ServerResponse } from "node:http";
import { HttpListener, type ListenerOptions } from "../http/http-listener.js";
import { Admissions, type AdmissionLimits } from "./admissions.js";
import type { Ingress, IngressGate } from "./ingress.js";

/**
 * An ingress that is an HTTP server of its own: it listens from the first start, or before, to `close`; while the runtime
 * is stopped, {@link admissions} has no gate and every request is refused.
 */
export abstract class ServerIngress implements Ingress {
  readonly id: string;
  abstract readonly description: string;
  /** What the requests bring. */
  protected readonly admissions: Admissions;
  readonly #listener: HttpListener;

  constructor(id: string, options: ListenerOptions, limits: AdmissionLimits = {}) {
    this.id = id;
    this.admissions = new Admissions(limits);
    this.#listener = new HttpListener(id, options, (request, response) => {
      this.handle(request, response);
    });
  }

  /** Where it listens, without a slash at the end. */
  get url(): string {
    return this.#listener.url;
  }

  listen(): Promise<void> {
    return this.#listener.listen();
  }

  async start(gate: IngressGate): Promise<void> {
    await this.#listener.listen();
    this.admissions.open(gate);
  }

  stop(): Promise<void> {
    this.admissions.shut();
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.admissions.shut();
    await this.#listener.close();
  }

  /** Answers one request. Its body has not been read. */
  protected abstract handle(request: IncomingMessage, response: ServerResponse): void;
}
