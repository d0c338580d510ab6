import type { IncomingMessage, ServerResponse } from "node:http";
import { resolve } from "node:path";
import { sendProblem, sendText } from "../http/http-answer.js";
import { HttpListener, type ListenerOptions } from "../http/http-listener.js";
import { percentDecoded, requestTarget } from "../http/request-path.js";
import { quoted } from "../quoted.js";
import { RuntimeError } from "../runtime-error.js";
import { typedValueParts } from "../values/readable-value.js";
import { strictText } from "../values/wrappers.js";
import type { Egress, OutboxRecord } from "./egress.js";
import { QueueLog } from "./queue-log.js";
import { TopicQueues, type QueuedText } from "./topic-queues.js";

/** How {@link playgroundEgress} is set up. */
export interface PlaygroundEgressOptions extends ListenerOptions {
  /** The egress's id; that of the Apache playground unless given. */
  readonly id?: string | undefined;
  /** The topics there are. */
  readonly topics: readonly string[];
  /** The file that the queues are kept in, of the data folder; without it they end with the process. */
  readonly file?: string | undefined;
  /** The most records that wait in a topic; 2²⁰ unless given, as in the Apache playground. */
  readonly mostQueued?: number | undefined;
  /** Hears sentences for people, such as that records are dropped; standard error unless given. */
  readonly warn?: ((sentence: string) => void) | undefined;
}

/** The egress of the Apache playground. */
export interface PlaygroundEgress extends Egress {
  /** Where it listens, without a slash at the end; known once it is open. */
  readonly url: string;
}

/** The id that the Apache playground gives its egress. */
const playgroundId = "io.statefun.playground/egress";

/** The only typename that the Apache playground's egress takes. */
const recordTypename = "io.statefun.playground/EgressRecord";

/** The limit of a queue in the Apache playground. */
const playgroundMostQueued = 2 ** 20;

interface PlaygroundRecord {
  readonly topic: string;
  readonly payload: string;
}

/**
 * Lets records be fetched as the Apache playground does: `GET /<topic>` takes out the oldest one.
 *
 * Unlike it, it tells by the HTTP status what is the matter: 404 if nothing waits, 405 for a topic that there is not. A
 * full queue drops what comes, with a warning.
 */
export function playgroundEgress(options: PlaygroundEgressOptions): PlaygroundEgress {
  return new PlaygroundServer(options);
}

class PlaygroundServer implements PlaygroundEgress {
  readonly id: string;
  readonly #topics: ReadonlySet<string>;
  readonly #file: string | undefined;
  readonly #mostQueued: number;
  readonly #warn: (sentence: string) => void;
  readonly #listener: HttpListener;
  readonly #full = new Set<string>();
  /** Listens whether or not it is open. */
  #isListening = false;
  #queues: TopicQueues;
  #log: QueueLog | undefined;
  #last: number | undefined;

  constructor(options: PlaygroundEgressOptions) {
    const { id = playgroundId, topics, file, mostQueued = playgroundMostQueued, warn = toStderr } = options;
    this.id = id;
    this.#topics = new Set(topics);
    this.#file = file === undefined ? undefined : resolve(file);
    this.#mostQueued = mostQueued;
    this.#warn = warn;
    this.#queues = new TopicQueues(mostQueued);
    this.#listener = new HttpListener(id, options, (request, response) => {
      void this.#handle(request, response);
    });
  }

  get description(): string {
    return `GET ${this.url}/<topic> of ${[...this.#topics].join(", ")}`;
  }

  get url(): string {
    return this.#listener.url;
  }

  check(argument: Uint8Array): void {
    const { topic } = this.#recordOf(argument);
    if (this.#topics.has(topic)) return;
    throw this.#invalid(
      `is for the topic ${quoted(topic)}, and the module lists ${[...this.#topics].join(", ")}`,
    );
  }

  /** With the queues of before: the first request finds what waits. */
  async listen(): Promise<void> {
    await this.#openLog();
    await this.#listener.listen();
    this.#isListening = true;
  }

  async stopListening(): Promise<void> {
    this.#isListening = false;
    await this.close();
  }

  async open(): Promise<number | undefined> {
    await this.#openLog();
    await this.#listener.listen();
    return this.#last;
  }

  async #openLog(): Promise<void> {
    if (this.#file !== undefined && this.#log === undefined) {
      this.#queues = new TopicQueues(this.#mostQueued);
      this.#log = await QueueLog.open({ component: this.id, path: this.#file }, this.#queues);
      this.#last = this.#log.last;
    }
  }

  async deliver(records: readonly OutboxRecord[]): Promise<void> {
    const last = records.at(-1)?.sequence;
    if (last === undefined) return;
    const texts: (readonly [string, QueuedText])[] = [];
    const added = new Map<string, number>();
    for (const { sequence, argument } of records) {
      if (this.#last !== undefined && sequence <= this.#last) continue;
      const { topic, payload } = this.#recordOf(argument);
      const count = added.get(topic) ?? 0;
      if (count >= this.#queues.room(topic)) this.#drop(topic);
      else {
        this.#full.delete(topic);
        added.set(topic, count + 1);
        texts.push([topic, { sequence, text: payload }]);
      }
    }
    if (this.#log === undefined) for (const [topic, text] of texts) this.#queues.push(topic, text);
    else await this.#log.queue(texts, last);
    this.#last = last;
  }

  async close(): Promise<void> {
    if (!this.#isListening) await this.#listener.close();
    const log = this.#log;
    this.#log = undefined;
    await log?.close();
  }

  /** Warns once, until there is room again. */
  #drop(topic: string): void {
    if (this.#full.has(topic)) return;
    this.#full.add(topic);
    this.#warn(
      `${this.id}: ${String(this.#mostQueued)} records wait in the topic ${quoted(topic)}; what comes is dropped until some are fetched with GET ${this.url}/${encodeURIComponent(topic)}`,
    );
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { path } = requestTarget(request.url ?? "/");
    const topic = percentDecoded(path.slice(1));
    if (request.method !== "GET" || topic === undefined || !this.#topics.has(topic)) {
      sendProblem(response, {
        status: 405,
        detail: `fetch a record with GET /<topic>; there are the topics ${[...this.#topics].join(", ")}`,
        headers: ["allow", "GET", "connection", "close"],
      });
      return;
    }
    if (this.#file !== undefined && this.#log === undefined) {
      const detail = "the runtime is stopped, and the records that wait are closed: ask again";
      sendProblem(response, { status: 503, detail, headers: ["retry-after", "1"] });
      return;
    }
    try {
      const text = this.#log === undefined ? this.#queues.pop(topic)?.text : await this.#log.pop(topic);
      if (text !== undefined) sendText(response, 200, "text/plain; charset=utf-8", text);
      else sendProblem(response, { status: 404, detail: `no record waits in the topic ${quoted(topic)}` });
    } catch (error) {
      const { message } = error as Error;
      sendProblem(response, { status: 503, detail: message, headers: ["retry-after", "1"] });
    }
  }

  /** The record that a typed value holds; anything else is what the Apache playground stops at. */
  #recordOf(argument: Uint8Array): PlaygroundRecord {
    const { typename, bytes } = typedValueParts(argument);
    if (typename !== recordTypename) throw this.#invalid(`has the typename ${quoted(typename)}`);
    let record: unknown;
    try {
      record = JSON.parse(strictText(bytes) ?? "");
    } catch {
      throw this.#invalid("is not JSON");
    }
    if (isPlaygroundRecord(record)) return record;
    throw this.#invalid("has other members than topic and payload, or no text in them");
  }

  #invalid(what: string): RuntimeError {
    return new RuntimeError(
      "invalid-record",
      `a record for ${this.id} ${what}: send ${recordTypename} with {"topic": "…", "payload": "…"} as JSON`,
      { component: this.id },
    );
  }
}

function isPlaygroundRecord(record: unknown): record is PlaygroundRecord {
  if (typeof record !== "object" || record === null || Object.keys(record).length !== 2) return false;
  const { topic, payload } = record as Partial<PlaygroundRecord>;
  return typeof topic === "string" && typeof payload === "string";
}

function toStderr(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
