import { quoted } from "../quoted.js";
import { RuntimeError } from "../runtime-error.js";
import { readableMembers } from "../values/readable-value.js";
import type { Egress, OutboxRecord } from "./egress.js";

/** How {@link webhookEgress} is set up. */
export interface WebhookEgressOptions {
  /** The egress's id. */
  readonly id: string;
  /** Where records are sent to: `http:` or `https:`. */
  readonly url: string;
  /** More headers of each request, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How long one request may take; {@link defaultRequestMillis} unless given. */
  readonly requestMillis?: number | undefined;
}

/** Longer than services take that do their work before they answer, shorter than anyone waits for a stuck one. */
const defaultRequestMillis = 30_000;

/** How much of the answer to a refused record an error shows. */
const shownAnswer = 200;

/**
 * Posts each record to a URL as JSON, one after the other, until it is answered with a status of 200 to 299.
 *
 * Records arrive in order and **at least once**: `idempotency-key` names a record for good, so that a receiver can tell a
 * repeat. A record that is refused holds up those behind it.
 *
 * @throws RuntimeError `invalid-argument` if the URL is none
 */
export function webhookEgress(options: WebhookEgressOptions): Egress {
  const { id, url: text, headers = {}, requestMillis = defaultRequestMillis } = options;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
    throw new RuntimeError(
      "invalid-argument",
      `${id}: ${quoted(text)} is no URL to send records to: write http://… or https://…, and credentials as headers`,
      { component: id },
    );
  }
  return new WebhookEgress(id, url, headers, requestMillis);
}

class WebhookEgress implements Egress {
  readonly id: string;
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #requestMillis: number;
  /** Of a delivery that failed half-way, what arrived is not sent again by this process. */
  #last = -1;

  constructor(id: string, url: URL, headers: Readonly<Record<string, string>>, requestMillis: number) {
    this.id = id;
    this.#url = url;
    this.#headers = headers;
    this.#requestMillis = requestMillis;
  }

  get description(): string {
    return `POST ${this.#place}`;
  }

  /** The URL without what may be secret in it. */
  get #place(): string {
    return `${this.#url.origin}${this.#url.pathname}`;
  }

  check(): void {
    // any record can be sent
  }

  open(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async deliver(records: readonly OutboxRecord[]): Promise<void> {
    for (const record of records) {
      if (record.sequence <= this.#last) continue;
      await this.#send(record);
      this.#last = record.sequence;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #send({ sequence, argument }: OutboxRecord): Promise<void> {
    const number = String(sequence);
    let answer: Response;
    let text: string;
    try {
      answer = await fetch(this.#url, {
        method: "POST",
        headers: {
          ...this.#headers,
          "content-type": "application/json",
          "idempotency-key": `${this.id}/${number}`,
        },
        body: `{"egress":${JSON.stringify(this.id)},"sequence":${number},${readableMembers(argument)}}`,
        redirect: "manual",
        signal: AbortSignal.timeout(this.#requestMillis),
      });
      text = await answer.text();
    } catch (error) {
      throw this.#failed(number, reasonOf(error), error);
    }
    if (answer.ok) return;
    throw this.#failed(number, `it answered ${String(answer.status)} ${quoted(text.slice(0, shownAnswer))}`);
  }

  #failed(number: string, why: string, cause?: unknown): RuntimeError {
    return new RuntimeError(
      "io-failed",
      `${this.id}: ${this.#place} did not take record ${number}: ${why}. It is sent again until it is taken`,
      { cause, component: this.id },
    );
  }
}

/** `fetch` hides why it failed in the cause of its error. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as { readonly cause?: Partial<Error>; readonly message: string };
  return cause?.message ?? message;
}
