import type { RequestReplyHandler } from "statefun";

/** What is known of a function before a message is sent to it. */
export interface KnownFunction {
  /** Its typename, or `<namespace>/*` for all functions of an endpoint. */
  readonly typename: string;
  /** The typenames of the messages it accepts, as far as they are known. */
  readonly accepts: readonly string[];
  /** Whether it may take messages of other types, too: it says so, or nothing is known of it. */
  readonly acceptsOthers: boolean;
}

/** What the functions of this process say of themselves. */
export function knownFunctions({ functions }: Pick<RequestReplyHandler, "functions">): KnownFunction[] {
  return functions.map(({ typename, accepts, acceptsOthers }) => ({
    typename,
    accepts: accepts.map((type) => type.typename),
    acceptsOthers,
  }));
}
