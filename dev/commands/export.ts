import { createWriteStream, existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Command } from "commander";
import { progressLine } from "./progress-line.js";
import { shownSize } from "./readable.js";
import { defaultDataFolder } from "./runtime-record.js";
import { jsonOption, print, printJson } from "./terminal.js";
import { UsageError } from "./usage-error.js";

interface Options {
  readonly data: string;
  readonly json?: true;
}

/** `statefun export`: everything in a store, as lines of JSON. */
export function exportCommand(): Command {
  return new Command("export")
    .description("write everything in a data folder as lines of JSON; no runtime may have it open")
    .argument("[file]", "where to; standard output without it")
    .option("-d, --data <folder>", "the data folder", defaultDataFolder)
    .addOption(jsonOption())
    .action(run);
}

async function run(file: string | undefined, { data, json }: Options): Promise<void> {
  if (json && file === undefined) {
    throw new UsageError(
      "--json tells what was written to a file: name one; an export itself is JSON already",
    );
  }
  if (!existsSync(join(data, "store.json"))) {
    throw new UsageError(`there is no store in ${data}: say where it is with --data`);
  }
  const { openLmdbStore } = await import("../runtime/store/lmdb.js");
  const store = await openLmdbStore({ folder: data });
  try {
    const { exportStore } = await import("../runtime/store/export.js");
    if (file === undefined) await exportStore(store, process.stdout, Date.now());
    else {
      const bytes = await toFile(file, (counted) => exportStore(store, counted, Date.now()));
      if (json) printJson({ data, file, bytes });
      else print(`${data} is exported to ${file} (${shownSize(bytes)}).`);
    }
  } finally {
    await store.close();
  }
}

/** Writes a file that is there whole or not at all; gives back its size. */
async function toFile(file: string, write: (target: PassThrough) => Promise<void>): Promise<number> {
  const draft = `${file}.draft`;
  const counted = new PassThrough();
  const progress = progressLine();
  let bytes = 0;
  counted.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    progress.show(`${shownSize(bytes)} exported`);
  });
  try {
    const written = pipeline(counted, createWriteStream(draft, { mode: 0o600 }));
    await Promise.all([written, write(counted).then(() => counted.end())]);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  } finally {
    progress.clear();
  }
  return bytes;
}
