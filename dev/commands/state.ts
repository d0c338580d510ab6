import { Command } from "commander";
import type { z } from "zod";
import type { addressDetailSchema, addressPageSchema } from "../runtime/api/runtime-schemas.js";
import { splitAddress } from "./address-argument.js";
import { limitOption, printMore, printTable, type ListOptions } from "./list-output.js";
import { listed } from "./pages.js";
import { counted, shownAddress, shownBytes, shownDate, shownSize } from "./readable.js";
import { runtimeClient, withRuntimeOptions, type RuntimeClient } from "./runtime-client.js";
import { printable } from "./style.js";
import { jsonOption, print, printJson } from "./terminal.js";

type AddressSummary = z.infer<typeof addressPageSchema>["items"][number];
type AddressDetail = z.infer<typeof addressDetailSchema>;

/** `statefun state`: which addresses there are, and what one of them holds. */
export function state(): Command {
  return withRuntimeOptions(
    new Command("state")
      .description("show the addresses that hold state or have messages, or the state of one address")
      .argument(
        "[address]",
        "<namespace>/<name>/<id>, or <namespace>/<name> for all addresses of a function type",
      )
      .addOption(limitOption())
      .addOption(jsonOption()),
  ).action(show);
}

async function show(given: string | undefined, options: ListOptions): Promise<void> {
  const { typename, id } = given === undefined ? {} : splitAddress(given);
  const client = runtimeClient(options);
  if (typename === undefined || id === undefined) return showAddresses(client, typename, options);
  const query = { typename, id, maxValueBytes: options.json ? wholeValueBytes : undefined };
  const detail = (await client.json("/api/v1/address", { query })) as AddressDetail;
  if (options.json) printJson(detail);
  else showAddress(detail);
}

/** The most of a value that the API gives. */
const wholeValueBytes = 2 ** 20;

async function showAddresses(
  client: RuntimeClient,
  typename: string | undefined,
  { limit, json }: ListOptions,
): Promise<void> {
  const { items, more } = await listed<AddressSummary>(client, "/api/v1/addresses", { typename }, limit);
  if (json) {
    printJson({ items, more });
    return;
  }
  if (items.length === 0) print("No address holds state, and no message waits.");
  else {
    printTable(
      ["address", "values", "size", "messages", ""],
      items.map(({ address, states, stateBytes, waiting, inFlight, quarantined }) => [
        shownAddress(address),
        String(states),
        shownSize(stateBytes),
        String(waiting),
        [inFlight ? "in flight" : "", quarantined ? "in quarantine" : ""].filter(Boolean).join(", "),
      ]),
    );
  }
  printMore(more);
}

function showAddress({ address, states, inFlight, backlog, quarantine }: AddressDetail): void {
  print(shownAddress(address));
  if (states.length === 0) print("holds no state");
  else {
    printTable(
      ["state", "value", "type", "expires"],
      states.map(({ name, typename, value, expiresAtMillis }) => [
        printable(name),
        value === undefined ? "(none)" : shownBytes(value),
        printable(typename),
        expiresAtMillis === undefined ? "" : shownDate(expiresAtMillis),
      ]),
    );
  }
  if (inFlight !== undefined) {
    print(`in flight since ${shownDate(inFlight.sinceMillis)}: ${counted(inFlight.invocations, "message")}`);
  }
  if (backlog > 0) print(`waiting: ${counted(backlog, "message")}`);
  if (quarantine !== undefined) print(`in quarantine: ${printable(quarantine.message)}`);
}
