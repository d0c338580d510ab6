import type { AddressJson } from "../runtime/api/schemas.js";
import { UsageError } from "./usage-error.js";

const howToWrite = "write an address as <namespace>/<name>/<id>, such as example/person/Ada";

/**
 * An address of the command line: everything behind the second slash is the id, which may be empty.
 *
 * @throws UsageError if it is none
 */
export function addressOf(text: string): AddressJson {
  const address = splitAddress(text);
  if (address.id === undefined)
    throw new UsageError(`${text} is a function type and has no id: ${howToWrite}`);
  return { typename: address.typename, id: address.id };
}

/**
 * An address, or a function type: `<namespace>/<name>` alone.
 *
 * @throws UsageError if it is neither
 */
export function splitAddress(text: string): { readonly typename: string; readonly id: string | undefined } {
  const parts = /^([^/]+\/[^/]+)(?:\/(.*))?$/s.exec(text);
  if (parts === null) throw new UsageError(`${text} is no address: ${howToWrite}`);
  const [, typename = "", id] = parts;
  return { typename, id };
}
