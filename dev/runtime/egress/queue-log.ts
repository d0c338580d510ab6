import { open, rename, rm, writeFile } from "node:fs/promises";
import { AppendFile, type FileOwner } from "../ndjson/append-file.js";
import { linesOf } from "../ndjson/lines.js";
import { RuntimeError } from "../runtime-error.js";
import type { QueuedText, TopicQueues } from "./topic-queues.js";

/** A line of the log; exactly one of the members is there, but for `text`, which goes with `topic` and `sequence`. */
interface LogLine {
  /** A text was queued. */
  readonly sequence?: unknown;
  readonly topic?: unknown;
  readonly text?: unknown;
  /** The text of that sequence number was fetched. */
  readonly popped?: unknown;
  /** Everything up to that sequence number has been delivered, queued or not. */
  readonly last?: unknown;
}

/** The longest line: the SDK takes 64 MiB of a batch, and JSON may escape each of its bytes with six. */
const maxLineBytes = 6 * 64 * 1024 * 1024;

/** Lines that say nothing any more are left in the log up to this number, or to that of the texts in it. */
const toleratedLines = 1_000;

/**
 * The queues of an egress in a file: what is queued and what is fetched is appended to it, and now and then it is written
 * anew with what is left. It survives the process, and a change is in it before anybody hears of it.
 */
export class QueueLog {
  readonly #owner: FileOwner;
  readonly #queues: TopicQueues;
  #file: AppendFile;
  #lines: number;
  #last: number;
  #working: Promise<void> = Promise.resolve();

  private constructor(
    owner: FileOwner,
    queues: TopicQueues,
    file: AppendFile,
    read: { lines: number; last: number },
  ) {
    this.#owner = owner;
    this.#queues = queues;
    this.#file = file;
    this.#lines = read.lines;
    this.#last = read.last;
  }

  /**
   * Opens a log, or begins one, and puts what it holds into `queues`, which must be empty.
   *
   * @throws RuntimeError `io-failed` if the file cannot be read, or is none of this kind
   */
  static async open(owner: FileOwner, queues: TopicQueues): Promise<QueueLog> {
    const file = await AppendFile.open(owner);
    try {
      return new QueueLog(owner, queues, file, await load(owner, queues));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** The highest sequence number that was delivered; `undefined` if none was. */
  get last(): number | undefined {
    return this.#last === -1 ? undefined : this.#last;
  }

  /**
   * Queues texts, by topic, and notes that everything up to `last` has been delivered.
   *
   * @throws RuntimeError `io-failed` (as a rejection) if that could not be written; nothing is queued then
   */
  queue(texts: readonly (readonly [string, QueuedText])[], last: number): Promise<void> {
    const lines = texts.map(([topic, text]) => queuedLine(topic, text));
    if (texts.at(-1)?.[1].sequence !== last) lines.push(lastLine(last));
    return this.#append(lines, () => {
      this.#last = last;
      for (const [topic, text] of texts) this.#queues.push(topic, text);
    });
  }

  /**
   * Takes out the first text of a topic, for good once the promise has resolved; `undefined` if there is none.
   *
   * @throws RuntimeError `io-failed` (as a rejection) if that could not be written; the text then stays
   */
  async pop(topic: string): Promise<string | undefined> {
    const text = this.#queues.pop(topic);
    if (text === undefined) return undefined;
    try {
      await this.#append([`{"popped":${String(text.sequence)}}\n`]);
    } catch (error) {
      this.#queues.putBack(topic, text);
      throw error;
    }
    return text.text;
  }

  /** Lets go of the file, after what is under way. */
  async close(): Promise<void> {
    await this.#working;
    await this.#file.close();
  }

  /** Makes one change after the other; `done` is called before anything else can happen to the queues. */
  #append(lines: readonly string[], done?: () => void): Promise<void> {
    const appended = this.#working.then(async () => {
      await this.#file.append(lines.join(""), false);
      this.#lines += lines.length;
      done?.();
    });
    this.#working = appended.then(
      () => this.#compact(),
      () => undefined, // whoever asked for it has been told
    );
    return appended;
  }

  /** Writes the log anew without what says nothing any more. Of no consequence if that fails: the old one is complete. */
  async #compact(): Promise<void> {
    const { size } = this.#queues;
    if (this.#lines - size <= Math.max(toleratedLines, size)) return;
    const { path } = this.#owner;
    try {
      const lines = [lastLine(this.#last)];
      for (const [topic, text] of this.#queues.all()) lines.push(queuedLine(topic, text));
      await writeFile(`${path}.new`, lines);
      await rename(`${path}.new`, path);
      await this.#file.close();
      this.#file = await AppendFile.open(this.#owner);
      this.#lines = lines.length;
    } catch {
      await rm(`${path}.new`, { force: true });
    }
  }
}

function queuedLine(topic: string, { sequence, text }: QueuedText): string {
  return `${JSON.stringify({ sequence, topic, text })}\n`;
}

function lastLine(last: number): string {
  return `${JSON.stringify({ last })}\n`;
}

/** Reads a log twice: first what was fetched, then what was queued and not fetched. */
async function load(
  owner: FileOwner,
  queues: TopicQueues,
): Promise<{ readonly lines: number; readonly last: number }> {
  const popped = new Set<number>();
  let lines = 0;
  let last = -1;
  for await (const line of logLines(owner)) {
    lines++;
    if (typeof line.popped === "number") popped.add(line.popped);
    for (const sequence of [line.sequence, line.last]) {
      if (typeof sequence === "number") last = Math.max(last, sequence);
    }
  }
  for await (const { sequence, topic, text } of logLines(owner)) {
    if (typeof sequence !== "number" || typeof topic !== "string" || typeof text !== "string") continue;
    if (!popped.has(sequence)) queues.push(topic, { sequence, text });
  }
  return { lines, last };
}

async function* logLines({ component, path }: FileOwner): AsyncGenerator<LogLine, void, undefined> {
  const handle = await open(path, "r");
  let number = 0;
  try {
    for await (const { bytes } of linesOf(handle, 0, maxLineBytes)) {
      number++;
      yield parsedLine(bytes.toString());
    }
  } catch (error) {
    throw new RuntimeError(
      "io-failed",
      `${component}: line ${String(number)} of ${path} is no line of a queue: restore the file, or move it away and lose what waits in it`,
      { cause: error, component },
    );
  } finally {
    await handle.close();
  }
}

function parsedLine(text: string): LogLine {
  const line: unknown = JSON.parse(text);
  if (typeof line !== "object" || line === null) throw new Error("no object");
  const { sequence, topic, text: queued, popped, last } = line as LogLine;
  const isText = typeof sequence === "number" && typeof topic === "string" && typeof queued === "string";
  if (!isText && typeof popped !== "number" && typeof last !== "number") throw new Error("no such line");
  return line;
}
