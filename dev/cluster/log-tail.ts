import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** Enough for the few dozen lines people read, and no more of a log that may hold gigabytes. */
const tailBytes = 256 * 1024;

/** The last `count` lines of the file, without its last line break; empty if there is no such file yet. */
export function lastLines(path: string, count: number): string[] {
  const text = tail(path);
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return count === 0 ? [] : lines.slice(-count);
}

function tail(path: string): string {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return "";
  }
  try {
    const { size } = fstatSync(file);
    const length = Math.min(size, tailBytes);
    const bytes = Buffer.alloc(length);
    const read = readSync(file, bytes, 0, length, size - length);
    return bytes.toString("utf8", 0, read);
  } finally {
    closeSync(file);
  }
}

/** Often enough to read along. */
const followMillis = 300;

/** Reports each line appended to the file from now on, until the signal aborts; the file may come into being later. */
export async function followFile(
  path: string,
  onLine: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  let position = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  let unfinished: Buffer = Buffer.alloc(0);
  while (!signal?.aborted) {
    const added = readFrom(path, position);
    position += added.length;
    const text = Buffer.concat([unfinished, added]);
    const end = text.lastIndexOf("\n") + 1;
    unfinished = text.subarray(end);
    if (end > 0)
      text
        .toString("utf8", 0, end - 1)
        .split("\n")
        .forEach(onLine);
    if (added.length === 0) await delay(followMillis);
  }
}

function readFrom(path: string, position: number): Buffer {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= position) return Buffer.alloc(0);
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(Math.min(size - position, tailBytes));
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, position));
  } finally {
    closeSync(file);
  }
}
