import type { ServerResponse } from "node:http";
import type { Journal, JournalQuery } from "../journal.js";
import { entryId, entryJson } from "./journal-json.js";

/** How often a stream without entries shows that it lives: before proxies, which wait for half a minute, give it up. */
const defaultHeartbeatMillis = 15_000;

/** How long a reader may leave what was sent to it unread: a laptop's short sleep, and not a forgotten window. */
const defaultSlowReaderMillis = 10_000;

/** The pause between two looks at the journal: what a person does not notice. */
const pauseMillis = 50;

/** Entries that one look takes at most, so that a stream of a busy runtime costs a small part of its time. */
const entriesALook = 200;

/** Characters after which a look ends, so that large values are not in memory for a reader that does not read. */
const charactersALook = 2 ** 20;

/** How long a reader that is dropped may go on reading nothing before it is cut off. */
const farewellMillis = 1_000;

/** How long a reader waits before it comes again, unless it knows better. */
const retryMillis = 1_000;

/** The times of a stream; those of {@link defaultHeartbeatMillis} and {@link defaultSlowReaderMillis} if left out. */
export interface StreamTimes {
  readonly heartbeatMillis?: number | undefined;
  readonly slowReaderMillis?: number | undefined;
}

/** What a reader wants to see. */
export interface StreamQuery extends Pick<JournalQuery, "address" | "kinds"> {
  /** The number of the entry behind which the stream begins. */
  readonly after: number;
  /** Of each value, the bytes that are shown. */
  readonly maxValueBytes: number;
}

/**
 * Sends the entries of a journal to one reader as server-sent events, as they come.
 *
 * The stream keeps a position in the journal and nothing else, so a reader that does not keep up costs no memory: it
 * is told how many entries it missed, and is dropped when it reads nothing for some time. The id of each event names
 * its entry, so a reader that comes back with `last-event-id` goes on where it was.
 */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #journal: Journal;
  readonly #query: StreamQuery;
  readonly #slowReaderMillis: number;
  readonly #unsubscribe: () => void;
  readonly #heartbeat: NodeJS.Timeout;
  #position: number;
  #look: NodeJS.Timeout | undefined;
  #slow: NodeJS.Timeout | undefined;
  #lookedAtMillis = 0;
  #ended = false;

  /** Begins; ends when the reader goes away, or {@link end} is called. */
  constructor(response: ServerResponse, journal: Journal, query: StreamQuery, times: StreamTimes) {
    this.#response = response;
    this.#journal = journal;
    this.#query = query;
    this.#position = query.after;
    this.#slowReaderMillis = times.slowReaderMillis ?? defaultSlowReaderMillis;
    this.#unsubscribe = journal.subscribe(() => {
      this.#lookSoon();
    });
    this.#heartbeat = setInterval(() => {
      this.#beat();
    }, times.heartbeatMillis ?? defaultHeartbeatMillis);
    response.on("drain", () => {
      clearTimeout(this.#slow);
      this.#slow = undefined;
      this.#lookSoon();
    });
    response.on("close", () => {
      this.#release();
    });
    response.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    this.#write(`retry: ${retryMillis.toString()}\n\n`);
    this.#lookSoon();
  }

  /** Ends the stream in good order: the reader may come again. */
  end(): void {
    this.#release();
    this.#response.end();
  }

  #lookSoon(): void {
    if (this.#look !== undefined || this.#slow !== undefined || this.#ended) return;
    const sinceMillis = performance.now() - this.#lookedAtMillis;
    this.#look = setTimeout(
      () => {
        this.#look = undefined;
        this.#sendNew();
      },
      Math.max(0, pauseMillis - sinceMillis),
    );
  }

  #sendNew(): void {
    this.#lookedAtMillis = performance.now();
    const { address, kinds, maxValueBytes } = this.#query;
    const { run } = this.#journal;
    const part = this.#journal.read({ after: this.#position, limit: entriesALook, address, kinds });
    let events = "";
    if (part.missed > 0) events = `event: missed\ndata: ${JSON.stringify({ missed: part.missed })}\n\n`;
    this.#position = part.last;
    for (const stored of part.entries) {
      if (events.length > charactersALook) {
        this.#position = stored.number - 1;
        break;
      }
      const data = JSON.stringify(entryJson(run, stored, maxValueBytes));
      events += `id: ${entryId(run, stored.number)}\nevent: entry\ndata: ${data}\n\n`;
    }
    if (events !== "") this.#write(events);
    if (this.#position < this.#journal.last) this.#lookSoon();
  }

  /** Shows that the stream lives, and moves the reader's position past entries that it does not want to see. */
  #beat(): void {
    if (this.#slow === undefined)
      this.#write(`id: ${entryId(this.#journal.run, this.#position)}\n: alive\n\n`);
  }

  #write(text: string): void {
    if (this.#ended || this.#response.write(text)) return;
    this.#slow ??= setTimeout(() => {
      this.#drop();
    }, this.#slowReaderMillis);
  }

  /** Tells the reader that it is dropped, if it still listens, and lets go of the connection. */
  #drop(): void {
    this.#release();
    const detail = "nothing was read for too long; connect again with last-event-id to go on";
    this.#response.end(`event: dropped\ndata: ${JSON.stringify({ detail })}\n\n`);
    this.#cutOffUnlessRead(this.#response.writableLength);
  }

  #cutOffUnlessRead(unreadBytes: number): void {
    setTimeout(() => {
      const { writableLength, writableFinished } = this.#response;
      if (writableFinished || this.#response.destroyed) return;
      if (writableLength < unreadBytes) this.#cutOffUnlessRead(writableLength);
      else this.#response.destroy();
    }, farewellMillis).unref();
  }

  #release(): void {
    this.#ended = true;
    this.#unsubscribe();
    clearInterval(this.#heartbeat);
    clearTimeout(this.#look);
    clearTimeout(this.#slow);
  }
}
