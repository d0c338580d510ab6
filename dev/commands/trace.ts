import { Command } from "commander";
import type { EntryJson, JournalPartJson } from "../runtime/api/journal-schemas.js";
import { addressOf } from "./address-argument.js";
import { followJournal } from "./journal-stream.js";
import { limitOption, type ListOptions } from "./list-output.js";
import { counted } from "./readable.js";
import { runtimeClient, withRuntimeOptions } from "./runtime-client.js";
import { shownEntry } from "./shown-entry.js";
import { styleFor } from "./style.js";
import { jsonOption, print, progress } from "./terminal.js";

interface Options extends ListOptions {
  readonly follow?: true;
}

/** `statefun trace`: what happened at an address, call by call. */
export function trace(): Command {
  return withRuntimeOptions(
    new Command("trace")
      .description("show what happened at an address of late: messages, calls with their state, replies")
      .argument("[address]", "<namespace>/<name>/<id>; everything that happened without it")
      .option("-f, --follow", "go on with what happens from now on, until Ctrl-C")
      .addOption(limitOption())
      .addOption(jsonOption()),
  ).action(show);
}

async function show(given: string | undefined, options: Options): Promise<void> {
  const query = given === undefined ? {} : { ...addressOf(given) };
  const client = runtimeClient(options);
  const style = styleFor(process.stdout);
  const output = (entry: EntryJson): void => {
    if (options.json) print(JSON.stringify(entry));
    else for (const line of shownEntry(entry, style)) print(line);
  };
  const limit = Math.min(options.limit, mostEntries);
  const part = (await client.json("/api/v1/journal", { query: { ...query, limit } })) as JournalPartJson;
  for (const entry of part.entries) output(entry);
  if (part.entries.length === 0 && options.follow === undefined) {
    progress(`Nothing has happened${given === undefined ? "" : ` at ${given}`} that is still remembered.`);
  } else if (part.missed > 0 && options.follow === undefined) {
    progress(`${counted(part.missed, "older entry", "older entries")} of the journal are forgotten.`);
  }
  if (options.follow === undefined) return;
  for await (const entry of followJournal(client, query, part.last)) output(entry);
  progress("The runtime has ended.");
}

/** The most entries that the API gives at once; the journal holds a few thousand. */
const mostEntries = 1_000;
