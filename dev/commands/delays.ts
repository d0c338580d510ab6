import { Command } from "commander";
import type { z } from "zod";
import type { delayPageSchema } from "../runtime/api/runtime-schemas.js";
import { addressOf } from "./address-argument.js";
import { limitOption, printMore, printTable, type ListOptions } from "./list-output.js";
import { listed } from "./pages.js";
import { shownAddress, shownDate, shownValue } from "./readable.js";
import { runtimeClient, withRuntimeOptions } from "./runtime-client.js";
import { printable } from "./style.js";
import { jsonOption, print, printJson } from "./terminal.js";

type DelayedMessage = z.infer<typeof delayPageSchema>["items"][number];

/** `statefun delays`: messages that are not due yet. */
export function delays(): Command {
  return withRuntimeOptions(
    new Command("delays")
      .description("show delayed messages in the order in which they come due")
      .argument("[address]", "only those from or to <namespace>/<name>/<id>")
      .addOption(limitOption())
      .addOption(jsonOption()),
  ).action(show);
}

async function show(given: string | undefined, options: ListOptions): Promise<void> {
  const query = given === undefined ? {} : { ...addressOf(given) };
  const client = runtimeClient(options);
  const { items, more } = await listed<DelayedMessage>(
    client,
    "/api/v1/delayed-messages",
    query,
    options.limit,
  );
  if (options.json) {
    printJson({ items, more });
    return;
  }
  if (items.length === 0) print("No message is delayed.");
  else {
    printTable(
      ["due", "from", "to", "token", "message"],
      items.map(({ dueAtMillis, from, to, cancellationToken, message }) => [
        shownDate(dueAtMillis),
        shownAddress(from),
        shownAddress(to),
        cancellationToken === undefined ? "" : printable(cancellationToken),
        shownValue(message),
      ]),
    );
  }
  printMore(more);
}
