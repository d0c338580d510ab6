import { watch, type FSWatcher } from "node:fs";
import { dirname, join } from "node:path";

/** Editors write a file in several steps, and tools many files at once: all within this time is one change. */
const settleMillis = 50;

/**
 * Watches files through their folders, so that a file that is replaced, or removed and written again, stays watched.
 */
export class FileWatch {
  readonly #changed: () => void;
  readonly #folders = new Map<string, FSWatcher>();
  readonly #files = new Set<string>();
  #settling: NodeJS.Timeout | undefined;

  /** Calls `changed` whenever a file that was added has changed. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Watches `paths`, too; absolute ones. What is in a `node_modules` folder is left out. */
  add(paths: readonly string[]): void {
    for (const path of paths) {
      if (this.#files.has(path) || /[\\/]node_modules[\\/]/.test(path)) continue;
      this.#files.add(path);
      this.#watchFolder(dirname(path));
    }
  }

  /** Ends it. */
  close(): void {
    clearTimeout(this.#settling);
    for (const watcher of this.#folders.values()) watcher.close();
    this.#folders.clear();
  }

  #watchFolder(folder: string): void {
    if (this.#folders.has(folder)) return;
    const watcher = watch(folder, (_, name) => {
      // Some systems do not tell the name; a change too many only costs a restart of the functions.
      if (name !== null && !this.#files.has(join(folder, name))) return;
      clearTimeout(this.#settling);
      this.#settling = setTimeout(this.#changed, settleMillis);
    });
    // A folder that is removed is not watched any more; its files cannot change without it.
    watcher.on("error", () => {
      watcher.close();
      this.#folders.delete(folder);
    });
    this.#folders.set(folder, watcher);
  }
}
