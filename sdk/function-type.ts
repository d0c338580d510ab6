import type { Address } from "./address.js";
import { StateFunError } from "./errors.js";
import { parseTypename } from "./typename.js";
import type { AnyType, MessageOf } from "./values/type.js";
import { codecOf } from "./values/type.js";
import type { TypedValue } from "./values/typed-value.js";
import { describeValue } from "./values/codec.js";

/** The union of messages that a function accepts: of any type, if it declares none and leaves all to `otherwise`. */
export type AcceptedMessage<A extends readonly AnyType[]> = [A[number]] extends [never]
  ? TypedValue
  : MessageOf<A[number]>;

/**
 * A function's public face: its typename and what it accepts. Whoever has it can call the function, whatever
 * language that is written in.
 */
export interface FunctionType<N extends string = string, A extends readonly AnyType[] = readonly AnyType[]> {
  /** The typename that modules and addresses use. */
  readonly typename: N;
  /** The types of the messages it accepts. */
  readonly accepts: A;
  /**
   * The address of one instance.
   *
   * @throws StateFunError `invalid-argument` if `id` is not text; text that UTF-8 cannot carry is refused when
   * something is sent to the address
   */
  address(id: string): Address<AcceptedMessage<A>>;
  /** The same address, typed, if it is one of this function's; otherwise `undefined`. For `context.caller`. */
  from(address: Address | undefined): Address<AcceptedMessage<A>> | undefined;
}

/**
 * Declares a function type: what others may know of a function.
 *
 * @throws StateFunError `invalid-argument` if `typename` is not `<namespace>/<name>`, an element of `accepts` is not a
 * type, or two of them have the same typename
 */
export function functionType<const N extends string, const A extends readonly AnyType[]>(
  typename: N,
  accepts: A,
): FunctionType<N, A> {
  parseTypename(typename, "typename of a function");
  checkAccepted(typename, accepts);
  return Object.freeze({
    typename,
    accepts: Object.freeze([...accepts]) as unknown as A,
    address(id: string) {
      if (typeof id !== "string") {
        throw new StateFunError(
          "invalid-argument",
          `the id of an address of ${typename} is ${describeValue(id)}: give it text`,
          { typename },
        );
      }
      return { typename, id };
    },
    from: (address: Address | undefined) => (address?.typename === typename ? address : undefined),
  });
}

function checkAccepted(typename: string, accepts: readonly AnyType[]): void {
  if (!Array.isArray(accepts)) {
    throw new StateFunError(
      "invalid-argument",
      `${typename} accepts ${describeValue(accepts)}, which is not a list of types: write [types.int, jsonType(…)]`,
      { typename },
    );
  }
  const seen = new Set<string>();
  for (const type of accepts) {
    const accepted = codecOf(type)?.typename;
    if (accepted === undefined) {
      throw new StateFunError(
        "invalid-argument",
        `${typename} accepts ${describeValue(type)}, which is not a type: pass types.int, jsonType(…) and the like`,
        { typename },
      );
    }
    if (seen.has(accepted)) {
      throw new StateFunError("invalid-argument", `${typename} accepts ${accepted} twice`, { typename });
    }
    seen.add(accepted);
  }
}
