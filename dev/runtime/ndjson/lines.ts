import type { FileHandle } from "node:fs/promises";

/** How much is read at a time: a few hundred lines, and no more memory than that. */
const chunkBytes = 64 * 1024;

const lineEnd = 0x0a;

/** One line of a file. */
export interface FileLine {
  /** Its bytes, without the line end. */
  readonly bytes: Buffer;
  /** Where the next line begins, in bytes from the beginning of the file. */
  readonly end: number;
  /** Whether it has a line end; only the last one can be without. */
  readonly ended: boolean;
}

/** A line that is longer than it may be. */
export class LineTooLong extends Error {}

/**
 * The lines of a file from `start` on, where a line must begin; the rest behind the last line end comes as a line that
 * is not ended, if there is any.
 *
 * @throws LineTooLong if a line is longer than `maxBytes`
 */
export async function* linesOf(
  handle: FileHandle,
  start: number,
  maxBytes: number,
): AsyncGenerator<FileLine, void, undefined> {
  let parts: Buffer[] = [];
  let length = 0;
  let position = start;
  for (;;) {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    const { bytesRead } = await handle.read(chunk, 0, chunkBytes, position);
    if (bytesRead === 0) break;
    const read = chunk.subarray(0, bytesRead);
    let from = 0;
    for (let at = read.indexOf(lineEnd); at !== -1; at = read.indexOf(lineEnd, from)) {
      const rest = read.subarray(from, at);
      if (length + rest.length > maxBytes) throw new LineTooLong();
      const bytes = length === 0 ? rest : Buffer.concat([...parts, rest]);
      parts = [];
      length = 0;
      from = at + 1;
      yield { bytes, end: position + from, ended: true };
    }
    if (from < bytesRead) {
      parts.push(read.subarray(from));
      length += bytesRead - from;
      if (length > maxBytes) throw new LineTooLong();
    }
    position += bytesRead;
  }
  if (length > 0) yield { bytes: Buffer.concat(parts), end: position, ended: false };
}
