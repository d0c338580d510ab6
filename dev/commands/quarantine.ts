import { Command } from "commander";
import type { z } from "zod";
import type { droppedSchema, quarantinePageSchema } from "../runtime/api/runtime-schemas.js";
import { addressOf } from "./address-argument.js";
import { limitOption, printMore, printTable, type ListOptions } from "./list-output.js";
import { listed } from "./pages.js";
import { counted, shownAddress, shownDate } from "./readable.js";
import { runtimeClient, withRuntimeOptions, type RuntimeOptions } from "./runtime-client.js";
import { printable } from "./style.js";
import { jsonOption, print, printJson } from "./terminal.js";

type Quarantined = z.infer<typeof quarantinePageSchema>["items"][number];

interface Options extends RuntimeOptions {
  readonly json?: true;
}

/** `statefun quarantine`: the addresses that were set aside because their batch failed for good. */
export function quarantine(): Command {
  return new Command("quarantine")
    .description("list the addresses that were set aside (--on-fatal quarantine), and take them up again")
    .addCommand(
      withRuntimeOptions(
        new Command("list")
          .description("show the addresses that were set aside, and why")
          .addOption(limitOption())
          .addOption(jsonOption()),
      ).action(list),
    )
    .addCommand(
      withRuntimeOptions(
        new Command("retry")
          .description("call the function again with the batch that failed")
          .argument("<address>", "<namespace>/<name>/<id>")
          .addOption(jsonOption()),
      ).action(retry),
    )
    .addCommand(
      withRuntimeOptions(
        new Command("drop")
          .description("drop the batch that failed, and go on with the messages behind it")
          .argument("<address>", "<namespace>/<name>/<id>")
          .addOption(jsonOption()),
      ).action(drop),
    );
}

async function list(options: ListOptions): Promise<void> {
  const client = runtimeClient(options);
  const { items, more } = await listed<Quarantined>(client, "/api/v1/quarantine", {}, options.limit);
  if (options.json) {
    printJson({ items, more });
    return;
  }
  if (items.length === 0) print("No address is in quarantine.");
  else {
    printTable(
      ["address", "since", "messages", "why"],
      items.map(({ address, sinceMillis, waiting, message }) => [
        shownAddress(address),
        shownDate(sinceMillis),
        String(waiting),
        printable(message),
      ]),
    );
  }
  printMore(more);
}

async function retry(given: string, options: Options): Promise<void> {
  const address = addressOf(given);
  await runtimeClient(options).json("/api/v1/quarantine/retry", { method: "POST", body: address });
  if (options.json) printJson({ address, retried: true });
  else print(`${shownAddress(address)} is called again with the batch that failed.`);
}

async function drop(given: string, options: Options): Promise<void> {
  const address = addressOf(given);
  const asking = { method: "POST", body: address } as const;
  const answer = await runtimeClient(options).json("/api/v1/quarantine/drop", asking);
  const { dropped } = answer as z.infer<typeof droppedSchema>;
  if (options.json) printJson({ address, dropped });
  else print(`${counted(dropped, "message")} for ${shownAddress(address)} dropped.`);
}
