import type { Address } from "../address.js";
import type { DeepReadonly } from "../deep-readonly.js";
import { StateFunError } from "../errors.js";
import { handlerWith } from "../handler.js";
import type { StatefulFunction } from "../stateful-function.js";
import { preparedFunction } from "../stateful-function.js";
import type { SpecValue, StorageSpecs } from "../storage/value-spec.js";
import { describeValue } from "../values/codec.js";
import type { Message } from "../values/message.js";
import type { AnyType } from "../values/type.js";
import type { TypedValue } from "../values/typed-value.js";
import type { WireState } from "../wire/cluster-side.js";
import { readResponse, serializedBatch } from "../wire/cluster-side.js";
import type { GivenMessage } from "./batch-request.js";
import { invocationOf, statesOf, wireAddress } from "./batch-request.js";
import type { DecodedEffects } from "./batch-result.js";
import { applyMutations, decodedEffects, decodedStates } from "./batch-result.js";
import { CodecTrace } from "./codec-trace.js";

/** The state values of a function by name, where each may be missing. */
export type StoredValues<S extends StorageSpecs> = {
  readonly [K in keyof S]?: DeepReadonly<SpecValue<S[K]>>;
};

/** The batch that `invoke` runs. */
export interface Invocation<S extends StorageSpecs> {
  /** The id of the address; `"test"` if left out. */
  readonly id?: string;
  /** The state values that the address holds before; none if left out. */
  readonly storage?: StoredValues<S>;
  /** The messages of the batch, in order. */
  readonly messages: readonly (TypedValue | Message | GivenMessage)[];
  /** Who sends those messages that do not say it themselves; nobody, as an ingress does, if left out. */
  readonly caller?: Address | undefined;
}

/** What a batch did. */
export interface InvokeResult<S extends StorageSpecs> extends DecodedEffects {
  /** The state values that the address holds afterwards; missing ones are left out. */
  readonly storage: { [K in keyof S]?: SpecValue<S[K]> };
  /** The messages sent, in order. */
  readonly sent: DecodedEffects["sent"];
  /** The delayed messages that the batch leaves pending, in order. */
  readonly delayed: DecodedEffects["delayed"];
  /** The tokens that were cancelled, in order. */
  readonly cancelled: DecodedEffects["cancelled"];
  /** The egress records written, in order. */
  readonly records: DecodedEffects["records"];
}

/**
 * Runs one batch through the real request-reply handler and decodes what it did.
 *
 * The request is encoded to bytes, missing states are negotiated as a cluster does, and the answer is decoded again:
 * a type that does not survive its own bytes fails here.
 *
 * @throws StateFunError `invalid-argument` if a message or state value given is not one, and otherwise whatever the
 * batch failed with; `cause` has what a handler threw
 */
export async function invoke<N extends string, A extends readonly AnyType[], S extends StorageSpecs>(
  statefulFunction: StatefulFunction<N, A, S>,
  { id = "test", storage = {}, messages, caller }: Invocation<S>,
): Promise<InvokeResult<S>> {
  const prepared = preparedFunction(statefulFunction);
  if (prepared === undefined) {
    throw new StateFunError(
      "invalid-argument",
      `invoke was given ${describeValue(statefulFunction)}, which is not a function: pass what statefulFunction(…) returned`,
    );
  }
  const trace = new CodecTrace();
  const handler = handlerWith([statefulFunction], { onError: () => undefined }, trace);
  const states = statesOf(prepared, storage);
  const target = wireAddress({ typename: prepared.typename, id });
  const invocations = messages.map((given) => invocationOf(given, caller));
  const run = async (known: readonly WireState[]): Promise<ReturnType<typeof readResponse>> =>
    readResponse(await handler.handle(serializedBatch({ target, states: known, invocations })));

  let response = await run([]);
  if (response.kind === "incomplete") response = await run([...states.values()]);
  if (response.kind === "incomplete") {
    throw new StateFunError(
      "function-failed",
      `${prepared.typename} asks again for states that it was given`,
    );
  }
  applyMutations(states, response.mutations);
  return {
    storage: decodedStates(prepared, states) as InvokeResult<S>["storage"],
    ...decodedEffects(response, trace),
  };
}
