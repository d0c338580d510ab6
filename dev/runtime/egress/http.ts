import { sendProblem } from "../http/http-answer.js";
import { HttpListener, type ListenerOptions } from "../http/http-listener.js";
import { requestTarget } from "../http/request-path.js";
import type { Egress, OutboxRecord } from "./egress.js";
import { answerReading } from "./http-reading.js";
import { recordedEgress, type RecordedEgress, type RecordedOptions } from "./recorded.js";

/** How {@link httpEgress} is set up. */
export interface HttpEgressOptions extends ListenerOptions, RecordedOptions {
  /** The egress's id. */
  readonly id: string;
}

/** An egress with an HTTP server of its own. */
export interface HttpEgress extends Egress {
  /** Where its records are read; known once it is open. */
  readonly url: string;
}

/**
 * Shows the last records at `GET /egress/<namespace>/<name>` on a server of its own. An HTTP ingress shows egresses on
 * its server in the same way: see `egresses` there.
 */
export function httpEgress(options: HttpEgressOptions): HttpEgress {
  return new HttpServerEgress(options);
}

class HttpServerEgress implements HttpEgress {
  readonly id: string;
  readonly #recorded: RecordedEgress;
  readonly #listener: HttpListener;
  /** Listens whether or not it is open. */
  #isListening = false;

  constructor(options: HttpEgressOptions) {
    const { id } = options;
    const recorded = recordedEgress(id, options);
    const egresses = {
      ids: () => [id],
      find: (name: string) => (name === id ? recorded : undefined),
    };
    this.id = id;
    this.#recorded = recorded;
    this.#listener = new HttpListener(id, options, (request, response) => {
      const target = requestTarget(request.url ?? "/");
      if (request.method !== "GET") {
        sendProblem(response, {
          status: 405,
          detail: `read the records with GET /egress/${id}`,
          headers: ["allow", "GET", "connection", "close"],
        });
      } else if (!answerReading(egresses, response, target)) {
        sendProblem(response, { status: 404, detail: `the records are at /egress/${id}` });
      }
    });
  }

  get description(): string {
    return `GET ${this.url}`;
  }

  get url(): string {
    return `${this.#listener.url}/egress/${this.id}`;
  }

  check(argument: Uint8Array): void {
    this.#recorded.check(argument);
  }

  async listen(): Promise<void> {
    await this.#listener.listen();
    this.#isListening = true;
  }

  async stopListening(): Promise<void> {
    this.#isListening = false;
    await this.#listener.close();
  }

  async open(): Promise<number | undefined> {
    await this.#listener.listen();
    return this.#recorded.open();
  }

  deliver(records: readonly OutboxRecord[]): Promise<void> {
    return this.#recorded.deliver(records);
  }

  async close(): Promise<void> {
    await this.#recorded.close();
    if (!this.#isListening) await this.#listener.close();
  }
}
