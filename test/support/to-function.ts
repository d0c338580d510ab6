import { io } from "statefun/proto";
import { fromHex } from "./hex.js";
import type { WireValue } from "./wire-value.js";

const { ToFunction } = io.statefun.sdk.reqreply;

/** The address of one function instance, in its three parts. */
export interface WireAddress {
  readonly namespace: string;
  readonly type: string;
  readonly id: string;
}

/** A message of a batch; without a caller it comes from an ingress. */
export interface GivenInvocation {
  readonly argument: WireValue;
  readonly caller?: WireAddress;
}

/** One batch, as a cluster sends it. */
export interface GivenBatch {
  /** `ns/fn`, id `1`, if left out. */
  readonly target?: WireAddress;
  /** The registered states by name, in this order; `undefined` is one that holds no value. */
  readonly states?: Readonly<Record<string, WireValue | undefined>>;
  /** The messages in order; a bare value is one from an ingress. */
  readonly invocations: readonly (WireValue | GivenInvocation)[];
}

/** The function that tests call unless they say otherwise. */
export const defaultTarget: WireAddress = { namespace: "ns", type: "fn", id: "1" };

/** The `ToFunction` of a batch, serialized by the oracle. */
export function toFunction({ target = defaultTarget, states = {}, invocations }: GivenBatch): Uint8Array {
  const invocation = {
    target,
    state: Object.entries(states).map(([stateName, value]) =>
      value === undefined ? { stateName } : { stateName, stateValue: typedValueOf(value) },
    ),
    invocations: invocations.map((given) =>
      "argument" in given
        ? { ...given, argument: typedValueOf(given.argument) }
        : { argument: typedValueOf(given) },
    ),
  };
  // Plain byte arrays, as any runtime has them; the oracle makes Node's buffers.
  return new Uint8Array(ToFunction.encode({ invocation }).finish());
}

/** The `TypedValue` of the oracle. */
function typedValueOf({
  typename,
  hasValue,
  hex,
  headers = [],
}: WireValue): io.statefun.sdk.reqreply.TypedValue.$Properties {
  return {
    typename,
    hasValue,
    value: fromHex(hex),
    headers: headers.map(({ key, hex: value }) =>
      value === undefined ? { key } : { key, hasValue: true, value: fromHex(value) },
    ),
  };
}
