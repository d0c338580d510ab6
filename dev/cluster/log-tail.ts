import { closeSync, fstatSync, openSync, readSync } from "node:fs";

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
