import { createHash } from "node:crypto";
import { open, stat, type FileHandle } from "node:fs/promises";
import { resolve } from "node:path";
import { textBytes } from "statefun/wire";
import { typenameOf } from "../address.js";
import { FileWatch } from "../ndjson/file-watch.js";
import { LineTooLong, linesOf, type FileLine } from "../ndjson/lines.js";
import { quoted } from "../quoted.js";
import { RuntimeError } from "../runtime-error.js";
import { strictText } from "../values/wrappers.js";
import type { Ingress, IngressGate } from "./ingress.js";
import { BadLine, lineMessage } from "./line-message.js";

/** How {@link fileIngress} is set up. */
export interface FileIngressOptions {
  /** The ingress's id. */
  readonly id: string;
  /** The file; it must be there. */
  readonly path: string;
  /** Whether to go on with what is appended later. */
  readonly follow?: boolean | undefined;
}

/** As the largest message over HTTP, with room for base64. */
const maxLineBytes = 24 * 1024 * 1024;

/** Names of positions may not be longer in a store; what is, goes by a hash. */
const longestKey = 500;

/** How far a file was read. */
interface Position {
  /** Where the next line begins, in bytes. */
  readonly offset: number;
  /** How many lines are before it. */
  readonly lines: number;
}

/**
 * Reads messages from a file, one JSON object a line; see `docs/ingress-egress.md`. How far it has read is durable
 * together with the messages, so that each line becomes a message exactly once.
 *
 * A line that is no message stops the runtime, with an error that names file and line. Empty lines are passed over.
 */
export function fileIngress(options: FileIngressOptions): Ingress {
  return new LinesIngress(options);
}

class LinesIngress implements Ingress {
  readonly id: string;
  readonly #path: string;
  /** Under which name the store keeps how far the file was read: each file has a position of its own. */
  readonly #positionKey: string;
  readonly #follow: boolean;
  #reading: Reading | undefined;

  constructor({ id, path, follow = false }: FileIngressOptions) {
    this.id = id;
    this.#path = resolve(path);
    this.#positionKey =
      Buffer.byteLength(this.#path) <= longestKey
        ? this.#path
        : createHash("sha256").update(this.#path).digest("hex");
    this.#follow = follow;
  }

  get description(): string {
    return `${this.#follow ? "all lines, also those to come, of" : "lines of"} ${this.#path}`;
  }

  async start(gate: IngressGate): Promise<void> {
    const position = readPosition(gate.position(this.#positionKey));
    let handle: FileHandle;
    try {
      handle = await open(this.#path, "r");
    } catch (error) {
      throw this.#failed(`cannot be opened: ${(error as Error).message}`, error);
    }
    const { size } = await handle.stat();
    if (size < position.offset) {
      await handle.close();
      throw this.#failed(tooShort(position));
    }
    const reading = new Reading(handle, gate, position, this.#follow ? new FileWatch(this.#path) : undefined);
    this.#reading = reading;
    reading.ended = this.#read(reading).catch((error: unknown) => {
      const isOver = error instanceof RuntimeError && error.code === "closed";
      if (!isOver && !reading.stopped.aborted) gate.fail(this.#errorOf(error, reading));
    });
  }

  async stop(): Promise<void> {
    const reading = this.#reading;
    this.#reading = undefined;
    if (reading === undefined) return;
    reading.stop();
    await reading.ended;
    await reading.handle.close();
  }

  close(): Promise<void> {
    return this.stop();
  }

  async #read(reading: Reading): Promise<void> {
    const { handle, gate, stopped } = reading;
    for (;;) {
      for await (const line of linesOf(handle, reading.position.offset, maxLineBytes)) {
        if (!line.ended && this.#follow) break; // the rest of it is still to come
        while (gate.paused && !stopped.aborted) await gate.whenOpen();
        if (stopped.aborted) return;
        this.#admit(reading, line);
      }
      if (reading.watch === undefined) return;
      await reading.watch.next();
      if (stopped.aborted) return;
      await this.#checkFile(reading);
    }
  }

  #admit(reading: Reading, { bytes, end }: FileLine): void {
    const { gate } = reading;
    const position = { offset: end, lines: reading.position.lines + 1 };
    const isEmpty = bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
    const messages = isEmpty ? [] : [lineMessage(bytes)];
    for (const { target } of messages) {
      if (!gate.serves(target)) {
        throw new BadLine(`no endpoint serves the function ${quoted(typenameOf(target))}`);
      }
    }
    const value = textBytes(JSON.stringify(position));
    gate.admit({ messages, position: { key: this.#positionKey, value } });
    reading.position = position;
  }

  /** Whether the file is still the one that is read; otherwise nothing that follows could be found. */
  async #checkFile({ handle, position }: Reading): Promise<void> {
    const { size, ino } = await handle.stat();
    if (size < position.offset) throw this.#failed(tooShort(position));
    const there = await stat(this.#path).catch(() => undefined);
    if (there?.ino === ino) return;
    throw this.#failed("was moved or replaced: only what is appended to it can be followed");
  }

  #errorOf(error: unknown, { position }: Reading): RuntimeError {
    if (error instanceof RuntimeError) return error;
    const where = `${this.#path}:${String(position.lines + 1)}`;
    if (error instanceof BadLine || error instanceof LineTooLong) {
      const what =
        error instanceof BadLine ? error.message : `the line is longer than ${String(maxLineBytes)} bytes`;
      return new RuntimeError(
        "invalid-input",
        `${where}: ${what}. Mend the line; what is before it was taken`,
        {
          component: this.id,
        },
      );
    }
    return this.#failed(`cannot be read: ${String(error)}`, error);
  }

  #failed(what: string, cause?: unknown): RuntimeError {
    return new RuntimeError("io-failed", `${this.id}: the file ${this.#path} ${what}`, {
      cause,
      component: this.id,
    });
  }
}

/** One run of the ingress. */
class Reading {
  readonly handle: FileHandle;
  readonly gate: IngressGate;
  /** There if the file is followed. */
  readonly watch: FileWatch | undefined;
  readonly #stop = new AbortController();
  position: Position;
  /** Settles once nothing is read any more; never rejects. */
  ended: Promise<void> = Promise.resolve();

  constructor(handle: FileHandle, gate: IngressGate, position: Position, watch: FileWatch | undefined) {
    this.handle = handle;
    this.gate = gate;
    this.position = position;
    this.watch = watch;
  }

  get stopped(): AbortSignal {
    return this.#stop.signal;
  }

  stop(): void {
    this.#stop.abort();
    this.watch?.end();
  }
}

function tooShort({ offset, lines }: Position): string {
  return `is shorter than the ${String(offset)} bytes (${String(lines)} lines) that were read before: put it back, or rename it: under another name it is read from its beginning`;
}

function readPosition(value: Uint8Array | undefined): Position {
  if (value === undefined) return { offset: 0, lines: 0 };
  return JSON.parse(strictText(value) ?? "") as Position;
}
