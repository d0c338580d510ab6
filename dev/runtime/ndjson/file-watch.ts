import { watch, type FSWatcher } from "node:fs";

/** How often a file is looked at, beside what the system tells: it does not tell of every file system. */
const lookMillis = 1_000;

/** Tells when a file may have changed. */
export class FileWatch {
  readonly #watcher: FSWatcher;
  #changed = false;
  #notice: (() => void) | undefined;
  #ended = false;

  /**
   * Watches the file at `path`, which must be there.
   *
   * @throws Error if the system cannot
   */
  constructor(path: string) {
    this.#watcher = watch(path, () => {
      this.#note();
    });
    this.#watcher.on("error", () => {
      this.#note();
    });
  }

  /** Waits until the file may have changed since the last wait, or a second, or until {@link end}. */
  async next(): Promise<void> {
    if (!this.#changed && !this.#ended) {
      await new Promise<void>((notice) => {
        const timeout = setTimeout(notice, lookMillis);
        this.#notice = () => {
          clearTimeout(timeout);
          notice();
        };
      });
    }
    this.#changed = false;
    this.#notice = undefined;
  }

  /** Ends watching, and a wait that is under way. */
  end(): void {
    this.#ended = true;
    this.#watcher.close();
    this.#notice?.();
  }

  #note(): void {
    this.#changed = true;
    this.#notice?.();
  }
}
