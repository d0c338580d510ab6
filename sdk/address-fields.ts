import type { Address } from "./address.js";
import { parseTypename } from "./typename.js";
import type { AddressView } from "./wire/request.js";
import { textFields } from "./wire/writer.js";

/** Typenames whose serialized fields are kept: more than the functions of a large application. */
const mostKnownTargets = 1024;

/** Longer typenames are serialized anew each time. */
const longestKnownTypename = 256;

const knownTargets = new Map<string, Uint8Array>();

/** The target asked for last: functions mostly send to few others, often many times in a batch. */
let lastTypename = "";
let lastFields: Uint8Array = new Uint8Array(0);

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
  const { typename } = address;
  if (typename === lastTypename && typename !== "") return lastFields;
  const fields = knownTargets.get(typename) ?? irregular.get(address) ?? learnt(typename);
  if (knownTargets.has(typename)) {
    lastTypename = typename;
    lastFields = fields;
  }
  return fields;
}

function learnt(typename: string): Uint8Array {
  const { namespace, name } = parseTypename(typename, "typename of a target");
  const fields = textFields([0x0a, namespace], [0x12, name]);
  // Typenames may come from outside (answers to callers): the table must not grow for ever.
  if (typename.length > longestKnownTypename) return fields;
  if (knownTargets.size >= mostKnownTargets) knownTargets.clear();
  knownTargets.set(typename, fields);
  return fields;
}

/** The address that a view stands for. */
export function addressOf(view: Pick<AddressView, "namespace" | "name" | "id">): Address {
  const { namespace, name, id } = view;
  const address: Address = Object.freeze({ typename: `${namespace}/${name}`, id });
  if (namespace === "" || name === "" || namespace.includes("/") || name.includes("/")) {
    irregular.set(address, textFields([0x0a, namespace], [0x12, name]));
  }
  return address;
}
