import { open, type FileHandle } from "node:fs/promises";
import { RuntimeError } from "../runtime-error.js";

/** How much is read at a time when the last line is looked for: more than most lines have. */
const blockBytes = 64 * 1024;

const lineEnd = 0x0a;

/** What keeps a file, for its errors. */
export interface FileOwner {
  /** The id of the egress. */
  readonly component: string;
  readonly path: string;
}

/**
 * A file that lines are appended to. Lines are whole or not there: what a process left half written when it ended is cut
 * off when the file is opened, and what a failed write left when the next one begins.
 */
export class AppendFile {
  readonly #owner: FileOwner;
  readonly #handle: FileHandle;
  #length: number;
  #isRagged = false;

  private constructor(owner: FileOwner, handle: FileHandle, length: number) {
    this.#owner = owner;
    this.#handle = handle;
    this.#length = length;
  }

  /**
   * Opens the file, or makes an empty one, and cuts off a half line at its end.
   *
   * @throws RuntimeError `io-failed` if that is not possible
   */
  static async open(owner: FileOwner): Promise<AppendFile> {
    let handle: FileHandle | undefined;
    try {
      handle = await openOrMake(owner.path);
      const { size } = await handle.stat();
      const length = (await lastLineEnd(handle, size)) + 1;
      if (length < size) await handle.truncate(length);
      return new AppendFile(owner, handle, length);
    } catch (error) {
      await handle?.close();
      throw failed(owner, "cannot be opened", error);
    }
  }

  /** The length of all lines, in bytes. */
  get length(): number {
    return this.#length;
  }

  /**
   * The last line, without its end; `undefined` if there is none.
   *
   * @throws RuntimeError `io-failed` if it cannot be read
   */
  async lastLine(): Promise<Buffer | undefined> {
    if (this.#length === 0) return undefined;
    try {
      const end = this.#length - 1;
      const start = (await lastLineEnd(this.#handle, end)) + 1;
      return await readRange(this.#handle, start, end);
    } catch (error) {
      throw failed(this.#owner, "cannot be read", error);
    }
  }

  /**
   * Appends whole lines, all or none of them.
   *
   * @param sync - whether they must survive the loss of power, too
   * @throws RuntimeError `io-failed` if they cannot be written
   */
  async append(lines: string, sync: boolean): Promise<void> {
    const bytes = Buffer.from(lines);
    try {
      if (this.#isRagged) await this.#handle.truncate(this.#length);
      this.#isRagged = true;
      for (let written = 0; written < bytes.length;) {
        const { bytesWritten } = await this.#handle.write(
          bytes,
          written,
          bytes.length - written,
          this.#length + written,
        );
        written += bytesWritten;
      }
      if (sync) await this.#handle.datasync();
      this.#isRagged = false;
      this.#length += bytes.length;
    } catch (error) {
      throw failed(this.#owner, "cannot be written", error);
    }
  }

  /** Lets go of the file, without what a failed write left at its end. */
  async close(): Promise<void> {
    try {
      if (this.#isRagged) await this.#handle.truncate(this.#length);
    } catch {
      // it is cut off when the file is opened again
    } finally {
      await this.#handle.close();
    }
  }
}

/** Opens a file for reading and for writing anywhere, without emptying it. */
async function openOrMake(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r+");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return open(path, "wx+");
  }
}

/** Where the last line end before `end` is; −1 if there is none. */
async function lastLineEnd(handle: FileHandle, end: number): Promise<number> {
  for (let stop = end; stop > 0; stop -= blockBytes) {
    const start = Math.max(0, stop - blockBytes);
    const at = (await readRange(handle, start, stop)).lastIndexOf(lineEnd);
    if (at !== -1) return start + at;
  }
  return -1;
}

async function readRange(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(end - start);
  for (let read = 0; read < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, read, bytes.length - read, start + read);
    if (bytesRead === 0) throw new Error("the file has become shorter");
    read += bytesRead;
  }
  return bytes;
}

function failed({ component, path }: FileOwner, what: string, cause: unknown): RuntimeError {
  const { message } = cause as Error;
  return new RuntimeError("io-failed", `${component}: the file ${path} ${what}: ${message}`, {
    cause,
    component,
  });
}
