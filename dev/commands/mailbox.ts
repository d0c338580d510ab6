import { Command } from "commander";
import type { z } from "zod";
import type { mailboxPageSchema } from "../runtime/api/runtime-schemas.js";
import { addressOf } from "./address-argument.js";
import { limitOption, printMore, printTable, type ListOptions } from "./list-output.js";
import { listed } from "./pages.js";
import { shownAddress, shownValue } from "./readable.js";
import { runtimeClient, withRuntimeOptions } from "./runtime-client.js";
import { jsonOption, print, printJson } from "./terminal.js";

type WaitingMessage = z.infer<typeof mailboxPageSchema>["items"][number];

/** `statefun mailbox`: the messages that wait for an address. */
export function mailbox(): Command {
  return withRuntimeOptions(
    new Command("mailbox")
      .description("show the messages that an address has not processed yet, in their order")
      .argument("<address>", "<namespace>/<name>/<id>")
      .addOption(limitOption())
      .addOption(jsonOption()),
  ).action(show);
}

async function show(given: string, options: ListOptions): Promise<void> {
  const address = addressOf(given);
  const client = runtimeClient(options);
  const { items, more } = await listed<WaitingMessage>(
    client,
    "/api/v1/address/mailbox",
    { ...address },
    options.limit,
  );
  if (options.json) {
    printJson({ items, more });
    return;
  }
  if (items.length === 0) print(`No message waits for ${shownAddress(address)}.`);
  else {
    printTable(
      ["", "from", "message"],
      items.map(({ inFlight, caller, message }) => [
        inFlight ? "in flight" : "waits",
        caller === undefined ? "an ingress" : shownAddress(caller),
        shownValue(message),
      ]),
    );
  }
  printMore(more);
}
