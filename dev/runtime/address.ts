/** The class of functions that an address belongs to: the two parts of its typename. */
export interface FunctionName {
  /** The part of the typename before the slash. */
  readonly namespace: string;
  /** The part of the typename behind the slash. */
  readonly name: string;
}

/** One instance of a function. */
export interface FunctionAddress extends FunctionName {
  /** Which instance; may be empty. */
  readonly id: string;
}

/** `<namespace>/<name>`, as people write it. */
export function typenameOf({ namespace, name }: FunctionName): string {
  return `${namespace}/${name}`;
}

/** `<namespace>/<name>/<id>`, as people write it: everything behind the second slash is the id. */
export function addressText(address: FunctionAddress): string {
  return `${address.namespace}/${address.name}/${address.id}`;
}
