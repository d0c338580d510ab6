import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { ReadModule } from "../module/read-module.js";
import { FileWatch } from "./file-watch.js";

/** Hears of a module file that has changed. */
export interface ModuleListener {
  changed(read: ReadModule): void;
  /** It cannot be read any more, or a cluster would refuse it. */
  failed(why: string): void;
}

/** A module file, and what is in it whenever it changes. */
export class WatchedModule {
  readonly #file: string;
  readonly #placeholders: boolean;
  readonly #watch: FileWatch;
  readonly #listener: ModuleListener;
  /** The text that was read last: many tools write files that they do not change. */
  #text: string | undefined;
  #looking: Promise<void> = Promise.resolve();

  /** Does nothing by itself: {@link read} reads the file, {@link begin} watches it. */
  constructor(file: string, placeholders: boolean, listener: ModuleListener) {
    this.#file = file;
    this.#placeholders = placeholders;
    this.#listener = listener;
    this.#watch = new FileWatch(() => {
      this.#lookAgain();
    });
  }

  /**
   * What is in the file now.
   *
   * @throws RuntimeError `invalid-module` or `unsupported` if it cannot be run
   */
  async read(): Promise<ReadModule> {
    this.#text = await this.#textNow();
    return this.#load();
  }

  /** Tells of changes from now on, and of one since {@link read}. */
  begin(): void {
    this.#watch.add([resolve(this.#file)]);
    this.#lookAgain();
  }

  close(): void {
    this.#watch.close();
  }

  #lookAgain(): void {
    this.#looking = this.#looking.then(async () => {
      const text = await this.#textNow();
      if (text === this.#text) return;
      this.#text = text;
      let read: ReadModule;
      try {
        read = await this.#load();
      } catch (error) {
        this.#listener.failed(error instanceof Error ? error.message : String(error));
        return;
      }
      this.#listener.changed(read);
    });
  }

  /** The text of the file; `undefined` if it cannot be read. */
  #textNow(): Promise<string | undefined> {
    return readFile(this.#file, "utf8").catch(() => undefined);
  }

  /** Only what names a module pays for its schemas. */
  async #load(): Promise<ReadModule> {
    const { loadModuleWithWarnings } = await import("../module/load-module.js");
    return loadModuleWithWarnings(this.#file, this.#placeholders ? { env: process.env } : {});
  }
}
