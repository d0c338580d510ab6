import { resolve } from "node:path";
import { AppendFile, type FileOwner } from "../ndjson/append-file.js";
import { RuntimeError } from "../runtime-error.js";
import { readableMembers } from "../values/readable-value.js";
import type { Egress, OutboxRecord } from "./egress.js";

/** How {@link fileEgress} is set up. */
export interface FileEgressOptions {
  /** The egress's id. */
  readonly id: string;
  /** The file; made if it is not there. Its folder must be there. */
  readonly path: string;
}

/**
 * Appends records to a file, one JSON object a line, each exactly once: a line begins with the record's sequence number,
 * and the last line tells where a crash has interrupted. Lines are on the disk before the records leave the outbox.
 *
 * The file belongs to one data folder: with another one it is refused.
 */
export function fileEgress(options: FileEgressOptions): Egress {
  return new LinesEgress(options);
}

class LinesEgress implements Egress {
  readonly id: string;
  readonly #owner: FileOwner;
  #file: AppendFile | undefined;
  #last = -1;

  constructor({ id, path }: FileEgressOptions) {
    this.id = id;
    this.#owner = { component: id, path: resolve(path) };
  }

  get description(): string {
    return `lines of ${this.#owner.path}`;
  }

  check(): void {
    // any record can be written
  }

  async open(): Promise<number | undefined> {
    const file = await AppendFile.open(this.#owner);
    try {
      const line = await file.lastLine();
      this.#last = line === undefined ? -1 : sequenceOf(line.toString(), this.#owner);
    } catch (error) {
      await file.close();
      throw error;
    }
    this.#file = file;
    return this.#last === -1 ? undefined : this.#last;
  }

  async deliver(records: readonly OutboxRecord[]): Promise<void> {
    if (this.#file === undefined) throw new RuntimeError("closed", `${this.id} is not open`);
    let lines = "";
    let last = this.#last;
    for (const { sequence, argument } of records) {
      if (sequence <= last) throw foreign(this.#owner, last, sequence);
      last = sequence;
      lines += `{"sequence":${String(sequence)},${readableMembers(argument)}}\n`;
    }
    await this.#file.append(lines, true);
    this.#last = last;
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }
}

/** The sequence number that a line begins with. */
function sequenceOf(line: string, { component, path }: FileOwner): number {
  const [, digits] = /^\{"sequence":(\d{1,16}),.*\}$/.exec(line) ?? [];
  if (digits !== undefined) return Number(digits);
  throw new RuntimeError(
    "io-failed",
    `${component}: the last line of ${path} is no record of this egress: move the file away, or name another one`,
    { component },
  );
}

function foreign({ component, path }: FileOwner, last: number, sequence: number): RuntimeError {
  return new RuntimeError(
    "io-failed",
    `${component}: ${path} ends with record ${String(last)}, and record ${String(sequence)} is to follow: it was written with another data folder; move the file away, or name another one`,
    { component },
  );
}
