import type { AnyStatefulFunction } from "statefun";

/** What a function says of itself, as plain data that another process can be told. */
export interface FunctionSummary {
  readonly typename: string;
  /** The typenames of the messages it accepts. */
  readonly accepts: readonly string[];
  /** Whether it handles messages of other types, too. */
  readonly acceptsOthers: boolean;
  /** Its state values. */
  readonly storage: readonly { readonly name: string; readonly typename: string }[];
}

/** What functions say of themselves, in their order. */
export function summariesOf(functions: readonly AnyStatefulFunction[]): readonly FunctionSummary[] {
  return functions.map(({ typename, accepts, acceptsOthers, storage }) => ({
    typename,
    accepts: accepts.map((type) => type.typename),
    acceptsOthers,
    storage: Object.entries(storage).map(([name, { type }]) => ({ name, typename: type.typename })),
  }));
}
