import { readFileSync } from "node:fs";
import { Command, Option } from "commander";
import type { z } from "zod";
import type { sentSchema } from "../runtime/api/runtime-schemas.js";
import { addressOf } from "./address-argument.js";
import { shownAddress } from "./readable.js";
import {
  runtimeClient,
  withRuntimeOptions,
  type RuntimeClient,
  type RuntimeOptions,
} from "./runtime-client.js";
import { printable } from "./style.js";
import { jsonOption, print, printJson } from "./terminal.js";
import { UsageError } from "./usage-error.js";

interface Options extends RuntimeOptions {
  readonly type?: string;
  readonly text?: string;
  readonly file?: string;
  readonly idempotencyKey?: string;
  readonly json?: true;
}

/** `statefun send`: a message to an address, as from an ingress. */
export function send(): Command {
  return withRuntimeOptions(
    new Command("send")
      .description("send a message to an address, as an ingress would; ends once it is durable")
      .argument("<address>", "<namespace>/<name>/<id>")
      .argument("[message]", "the message as JSON")
      .option(
        "-t, --type <typename>",
        "the message's type; needed unless the function accepts exactly one, and runs in this process of statefun dev",
      )
      .addOption(new Option("--text <text>", "the message as text").conflicts("file"))
      .option("--file <path>", "a file that holds the message's bytes; - for standard input")
      .option("--idempotency-key <key>", "a second message with this key changes nothing")
      .addOption(jsonOption()),
  ).action(sendMessage);
}

async function sendMessage(given: string, message: string | undefined, options: Options): Promise<void> {
  const target = addressOf(given);
  const written = writtenMessage(message, options);
  const client = runtimeClient(options);
  const typename = options.type ?? acceptedType(client, target.typename);
  const { accepted } = (await client.json("/api/v1/messages", {
    method: "POST",
    body: { target, typename, ...written },
    headers: options.idempotencyKey === undefined ? {} : { "idempotency-key": options.idempotencyKey },
  })) as z.infer<typeof sentSchema>;
  if (options.json) printJson({ target, typename, accepted });
  else if (accepted) print(`${printable(typename)} for ${shownAddress(target)} is durable.`);
  else print("The key is known: nothing was sent again.");
}

/** The message as the API takes it: exactly one of the ways to write it. */
function writtenMessage(message: string | undefined, { text, file }: Options): object {
  const ways = [message, text, file].filter((way) => way !== undefined);
  if (ways.length !== 1) {
    throw new UsageError(
      "give the message in one way: as JSON behind the address, with --text, or with --file",
    );
  }
  if (text !== undefined) return { text };
  if (file !== undefined) return { base64: readFileSync(file === "-" ? 0 : file).toString("base64") };
  try {
    return { value: JSON.parse(message ?? "") as unknown };
  } catch {
    throw new UsageError(
      `${message ?? ""} is not JSON: quote it for the shell, as in '{"name":"Ada"}', or use --text`,
    );
  }
}

function acceptedType({ accepts }: RuntimeClient, typename: string): string {
  const known = Object.hasOwn(accepts, typename) ? (accepts[typename] ?? []) : [];
  const [only, ...others] = known;
  if (only !== undefined && others.length === 0) return only;
  const why = only === undefined ? "is not known here" : `is one of ${known.join(", ")}`;
  const folder = only === undefined ? ", or the runtime's data folder with --data" : "";
  const advice = `name it with --type <namespace>/<name>${folder}`;
  throw new UsageError(`which type ${typename} is to be sent ${why}: ${advice}`);
}
