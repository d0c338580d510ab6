import type { Address } from "./address.js";
import { parseTypename } from "./typename.js";
import type { AddressView } from "./wire/request.js";
import { textFields } from "./wire/writer.js";

/** Typenames whose serialized fields are kept: more than the functions of a large application. */
const mostKnownTargets = 1024;

const knownTargets = new Map<string, Uint8Array>();

/**
 * Addresses that came over the wire with a typename that cannot be split again (another SDK allows a slash in a
 * namespace), with the fields they came with: an answer to such a caller goes where it came from.
 */
const irregular = new WeakMap<Address, Uint8Array>();

/**
 * The `namespace` and `type` fields of an address, serialized.
 *
 * @throws StateFunError `invalid-argument` if the address's typename is not `<namespace>/<name>`
 */
export function targetFields(address: Address): Uint8Array {
  const known = knownTargets.get(address.typename);
  if (known !== undefined) return known;
  const original = irregular.get(address);
  if (original !== undefined) return original;
  const { namespace, name } = parseTypename(address.typename, "typename of a target");
  const fields = textFields([0x0a, namespace], [0x12, name]);
  // Typenames may come from outside (answers to callers): the table must not grow for ever.
  if (knownTargets.size >= mostKnownTargets) knownTargets.clear();
  knownTargets.set(address.typename, fields);
  return fields;
}

/** The address that a view stands for. */
export function addressOf(view: AddressView): Address {
  const { namespace, name, id } = view;
  const address: Address = Object.freeze({ typename: `${namespace}/${name}`, id });
  if (namespace === "" || name === "" || namespace.includes("/") || name.includes("/")) {
    irregular.set(address, textFields([0x0a, namespace], [0x12, name]));
  }
  return address;
}
