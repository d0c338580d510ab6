import { createReadStream, existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { Command } from "commander";
import { progressLine } from "./progress-line.js";
import { counted } from "./readable.js";
import { defaultDataFolder } from "./runtime-record.js";
import { jsonOption, print, printJson } from "./terminal.js";
import { UsageError } from "./usage-error.js";

interface Options {
  readonly data: string;
  readonly json?: true;
}

/** `statefun import`: fills an empty data folder with what `statefun export` has written. */
export function importCommand(): Command {
  return new Command("import")
    .description("fill an empty data folder with an export: all of it, or nothing if a line is broken")
    .argument("<file>", "what statefun export has written; - for standard input")
    .option("-d, --data <folder>", "the data folder; made if it is not there", defaultDataFolder)
    .addOption(jsonOption())
    .action(run);
}

async function run(file: string, { data, json }: Options): Promise<void> {
  if (file !== "-" && !existsSync(file)) throw new UsageError(`there is no file ${file}`);
  const { openLmdbStore } = await import("../runtime/store/lmdb.js");
  const store = await openLmdbStore({ folder: data });
  try {
    const { importStore } = await import("../runtime/store/import.js");
    const entries = await importStore(store, lines(file));
    if (json) printJson({ data, file, entries });
    else print(`${counted(entries, "entry", "entries")} of ${file} are in ${data} now.`);
  } finally {
    await store.close();
  }
}

/** The lines of the file, counted for whoever watches. */
async function* lines(file: string): AsyncGenerator<string> {
  const input = file === "-" ? process.stdin : createReadStream(file);
  const progress = progressLine();
  let read = 0;
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      progress.show(`${String(++read)} lines read`);
      yield line;
    }
  } finally {
    progress.clear();
  }
}
