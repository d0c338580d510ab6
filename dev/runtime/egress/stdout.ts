import { once } from "node:events";
import type { Writable } from "node:stream";
import { RuntimeError } from "../runtime-error.js";
import { readableMembers, readableValue } from "../values/readable-value.js";
import type { Egress, OutboxRecord } from "./egress.js";

/** How {@link stdoutEgress} is set up. */
export interface StdoutEgressOptions {
  /** The egress's id. */
  readonly id: string;
  /** Whether each line is a JSON object, for programs. */
  readonly json?: boolean | undefined;
  /** Where the lines go; the standard output unless given. */
  readonly stream?: Writable | undefined;
}

/**
 * Prints one line a record. Who reads them is not known to have them: a record is printed again after a crash that came
 * before it was noted as printed.
 */
export function stdoutEgress({ id, json = false, stream = process.stdout }: StdoutEgressOptions): Egress {
  return {
    id,
    description: "lines on the standard output",
    check() {
      // any record can be printed
    },
    open: () => Promise.resolve(undefined),
    async deliver(records) {
      if (!stream.writable) {
        throw new RuntimeError("io-failed", `${id}: nobody reads the standard output any more`, {
          component: id,
        });
      }
      const lines = records.map((record) => (json ? jsonLine(id, record) : plainLine(id, record))).join("");
      if (!stream.write(lines)) await drained(stream);
    },
    close: () => Promise.resolve(),
  };
}

/** Waits until the stream takes more; one that is closed never does, and says so at the next write. */
async function drained(stream: Writable): Promise<void> {
  const waiting = new AbortController();
  const { signal } = waiting;
  try {
    await Promise.race([once(stream, "drain", { signal }), once(stream, "close", { signal })]);
  } finally {
    waiting.abort();
  }
}

function jsonLine(id: string, { sequence, argument }: OutboxRecord): string {
  return `{"egress":${JSON.stringify(id)},"sequence":${String(sequence)},${readableMembers(argument)}}\n`;
}

/** The egress, where the record goes, and the value: for people. */
function plainLine(id: string, { argument }: OutboxRecord): string {
  const { typename, topic, key, value, text, base64 } = readableValue(argument);
  const where = topic === undefined ? typename : key === undefined ? topic : `${topic} ${printable(key)}`;
  const what = text ?? (base64 === undefined ? JSON.stringify(value) : `base64 ${base64}`);
  return `${id} → ${where}: ${printable(what)}\n`;
}

/** Text on one line, without what would move a terminal's cursor. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => {
    if (character === "\n") return "\\n";
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
