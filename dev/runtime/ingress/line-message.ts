import { serializedTypedValue } from "statefun/wire";
import type { FunctionAddress } from "../address.js";
import { quoted } from "../quoted.js";
import { strictText } from "../values/wrappers.js";
import { writtenBytes } from "../values/written-value.js";
import type { IngressMessage } from "./ingress.js";

/** Why a line is no message: a sentence for people, to be preceded by where the line is. */
export class BadLine extends Error {}

const members = ["target", "typename", "value", "text", "base64"];

/**
 * The message of a line: `{"target": "<namespace>/<name>/<id>", "typename": "…", "value": …}`, with `text` or `base64`
 * in the place of `value` where that fits better.
 *
 * @throws BadLine if the line is anything else
 */
export function lineMessage(bytes: Uint8Array): IngressMessage {
  const { target, typename, ...written } = objectOf(bytes);
  const address = typeof target === "string" ? addressOfText(target) : undefined;
  if (address === undefined) {
    throw new BadLine(`"target" is ${shown(target)}: write "<namespace>/<name>/<id>"`);
  }
  if (typeof typename !== "string" || typename === "") {
    throw new BadLine(
      `"typename" is ${shown(typename)}: write the "<namespace>/<name>" of the message's type`,
    );
  }
  try {
    const argument = serializedTypedValue(typename, writtenBytes(typename, written));
    const { id, ...type } = address;
    return { target: type, id, argument };
  } catch (error) {
    throw new BadLine((error as Error).message.replace(/^\[[a-z-]+\] /, ""));
  }
}

function objectOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const text = strictText(bytes);
  if (text === undefined) throw new BadLine("it is not UTF-8");
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch (error) {
    throw new BadLine(`it is not JSON: ${(error as Error).message}`);
  }
  if (typeof line !== "object" || line === null || Array.isArray(line)) {
    throw new BadLine(`it is ${shown(line)}, and no object with ${members.join(", ")}`);
  }
  for (const name of Object.keys(line)) {
    if (members.includes(name)) continue;
    throw new BadLine(`it has a member ${quoted(name)}: there are ${members.join(", ")}`);
  }
  return line as Readonly<Record<string, unknown>>;
}

/** Reads `<namespace>/<name>/<id>`: everything behind the second slash is the id. */
function addressOfText(text: string): FunctionAddress | undefined {
  const [, namespace, name, id] = /^([^/]+)\/([^/]+)\/(.+)$/su.exec(text) ?? [];
  if (namespace === undefined || name === undefined || id === undefined) return undefined;
  return /\p{Surrogate}/u.test(text) ? undefined : { namespace, name, id };
}

function shown(value: unknown): string {
  if (value === undefined) return "missing";
  return quoted(typeof value === "string" ? value : JSON.stringify(value));
}
