import { Command } from "commander";
import type { z } from "zod";
import type { deliveredSchema, outboxPageSchema, statusSchema } from "../runtime/api/runtime-schemas.js";
import { followJournal } from "./journal-stream.js";
import { limitOption, printTable, type ListOptions } from "./list-output.js";
import { listed } from "./pages.js";
import { shownDate, shownValue } from "./readable.js";
import { runtimeClient, withRuntimeOptions, type RuntimeClient } from "./runtime-client.js";
import { shownEntry } from "./shown-entry.js";
import { printable, styleFor } from "./style.js";
import { jsonOption, print, printJson, progress } from "./terminal.js";

interface Options extends ListOptions {
  readonly follow?: true;
}

type WaitingRecord = z.infer<typeof outboxPageSchema>["items"][number];
type Delivered = z.infer<typeof deliveredSchema>;
type Status = z.infer<typeof statusSchema>;

/** `statefun egress`: the records that left, and those that wait to leave. */
export function egress(): Command {
  return withRuntimeOptions(
    new Command("egress")
      .description("list the egresses, or show the last records of one and those that wait to leave")
      .argument("[id]", "<namespace>/<name> of the egress")
      .option("-f, --follow", "go on with the records that leave from now on, until Ctrl-C")
      .addOption(limitOption())
      .addOption(jsonOption()),
  ).action(show);
}

async function show(id: string | undefined, options: Options): Promise<void> {
  const client = runtimeClient(options);
  if (id !== undefined) await showRecords(client, id, options);
  else if (options.follow === undefined) await showEgresses(client, options);
  if (options.follow !== undefined) await follow(client, id, options);
}

async function showEgresses(client: RuntimeClient, { json }: Options): Promise<void> {
  const { egresses } = (await client.json("/api/v1/status")) as Status;
  if (json) printJson({ items: egresses });
  else if (egresses.length === 0) print("There is no egress so far.");
  else {
    printTable(
      ["egress", "where records go"],
      egresses.map(({ id, description }) => [printable(id), printable(description)]),
    );
  }
}

async function showRecords(client: RuntimeClient, id: string, { limit, json }: Options): Promise<void> {
  const delivered = (await client.json("/api/v1/egress/delivered", {
    query: { egress: id, limit: Math.min(limit, mostRecords) },
  })) as Delivered;
  const waiting = await listed<WaitingRecord>(client, "/api/v1/egress/outbox", { egress: id }, limit);
  if (json) {
    printJson({ delivered: delivered.items, waiting: waiting.items, moreWaiting: waiting.more });
    return;
  }
  const rows = [
    ...delivered.items.map(({ sequence, atMillis, record }) => [
      String(sequence),
      shownDate(atMillis),
      shownValue(record),
    ]),
    ...waiting.items.map(({ sequence, record }) => [String(sequence), "waits", shownValue(record)]),
  ];
  if (rows.length === 0) print("No record has left since the start, and none waits.");
  else printTable(["", "left", "record"], rows);
  if (waiting.more) progress("More records wait: see them with --limit.");
}

/** The most records that the API gives at once. */
const mostRecords = 1_000;

async function follow(client: RuntimeClient, id: string | undefined, { json }: Options): Promise<void> {
  const style = styleFor(process.stdout);
  for await (const entry of followJournal(client, { kinds: "delivered" }, undefined)) {
    if (entry.kind !== "delivered" || (id !== undefined && entry.egress !== id)) continue;
    if (json) print(JSON.stringify(entry));
    else for (const line of shownEntry(entry, style)) print(line);
  }
  progress("The runtime has ended.");
}
