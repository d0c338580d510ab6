import { Command } from "commander";
import type { z } from "zod";
import type {
  deliveredSchema,
  droppedRecordSchema,
  outboxPageSchema,
  statusSchema,
} from "../runtime/api/runtime-schemas.js";
import { followJournal } from "./journal-stream.js";
import { limitOption, printTable, type ListOptions } from "./list-output.js";
import { listed } from "./pages.js";
import { shownDate, shownValue } from "./readable.js";
import {
  runtimeClient,
  withRuntimeOptions,
  type RuntimeClient,
  type RuntimeOptions,
} from "./runtime-client.js";
import { shownEntry } from "./shown-entry.js";
import { printable, styleFor } from "./style.js";
import { jsonOption, positiveInteger, print, printJson, progress } from "./terminal.js";

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
  )
    .action(show)
    .addCommand(
      withRuntimeOptions(
        new Command("drop")
          .description("drop a record that cannot be delivered, so that those behind it can be")
          .argument("<id>", "<namespace>/<name> of the egress")
          .option(
            "-s, --sequence <number>",
            "the record to drop, for good; without it the first one that waits is shown, and none is dropped",
            positiveInteger,
          )
          .addOption(jsonOption()),
      ).action(drop),
    );
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
    ...waiting.items.map(({ sequence, record, mayHaveArrived }) => [
      String(sequence),
      mayHaveArrived ? "not known" : "waits",
      shownValue(record),
    ]),
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

interface DropOptions extends RuntimeOptions {
  readonly sequence?: number;
  readonly json?: true;
}

type Dropped = z.infer<typeof droppedRecordSchema>;

/** What nobody should learn only when it is too late. */
const doubt = "A delivery of it was begun and failed: its destination may have it, or a part of it.";

async function drop(id: string, _options: DropOptions, command: Command): Promise<void> {
  // Options that both commands have end at the first one.
  const { sequence, json, ...options } = command.optsWithGlobals<DropOptions>();
  const client = runtimeClient(options);
  if (sequence === undefined) {
    await showFirst(client, id, json);
    return;
  }
  const asking = { method: "POST", body: { egress: id, sequence } } as const;
  const dropped = (await client.json("/api/v1/egress/drop", asking)) as Dropped;
  if (json) {
    printJson(dropped);
    return;
  }
  print(`Record ${String(sequence)} of ${printable(id)} is dropped: ${shownValue(dropped.record)}`);
  if (dropped.mayHaveArrived) print(doubt);
}

/** Names the record that whoever wants to drop one has to confirm. */
async function showFirst(client: RuntimeClient, id: string, json: true | undefined): Promise<void> {
  const { items } = await listed<WaitingRecord>(client, "/api/v1/egress/outbox", { egress: id }, 1);
  const [first] = items;
  if (json) {
    printJson({ dropped: false, ...(first && { first }) });
    return;
  }
  if (first === undefined) {
    print(`No record waits to leave through ${printable(id)}.`);
    return;
  }
  print(`The first record that waits to leave through ${printable(id)}, number ${String(first.sequence)}:`);
  print(shownValue(first.record));
  if (first.mayHaveArrived) print(doubt);
  print(`Nothing is dropped yet. Drop it for good with --sequence ${String(first.sequence)}.`);
}
