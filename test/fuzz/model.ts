import type { StateFunErrorCode } from "statefun";
import { io } from "statefun/proto";
import { Cells, type Definition } from "./model-storage.js";
import { Failure } from "./model-values.js";
import { behaviours, type Behaviour, type Effects } from "./model-functions.js";
import type { Request, SerializedInvocation } from "./reference.js";

const { FromFunction } = io.statefun.sdk.reqreply;

/** What becomes of a request: an answer, or a failure with the place that it is reported for. */
export type Outcome =
  | { readonly kind: "answer"; readonly what: "result" | "incomplete"; readonly bytes: Uint8Array }
  | {
      readonly kind: "failure";
      readonly code: StateFunErrorCode;
      readonly typename: string | undefined;
      readonly id: string | undefined;
    };

/** What the functions of functions.ts make of a request; `undefined` stands for one that the rules refuse. */
export function predict(request: Request<SerializedInvocation> | undefined): Outcome {
  const target = request?.target;
  if (request === undefined || target === undefined) {
    return { kind: "failure", code: "malformed-request", typename: undefined, id: undefined };
  }
  const typename = `${target.namespace}/${target.name}`;
  const behaviour = behaviours.get(typename);
  if (behaviour === undefined) return { kind: "failure", code: "unknown-function", typename, id: target.id };
  try {
    return answered(behaviour, request);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { kind: "failure", code: error.code, typename, id: target.id };
  }
}

function answered(behaviour: Behaviour, request: Request<SerializedInvocation>): Outcome {
  const effects: Effects = { messages: [], delayed: [], egresses: [], pendingTokens: new Set() };
  if (request.invocations.length === 0) return result(effects, []);

  const missing = behaviour.storage.filter(
    ({ name }) => !request.states.some((state) => state.name === name),
  );
  if (missing.length > 0) return incomplete(missing);

  const cells = new Cells(behaviour.storage, request.states);
  for (const invocation of request.invocations) run(behaviour, request, invocation, cells, effects);
  return result(effects, cells.mutations());
}

/** Gives one message to the function: to the handler of its typename, or to `otherwise`. */
function run(
  behaviour: Behaviour,
  { target }: Request<SerializedInvocation>,
  invocation: SerializedInvocation,
  cells: Cells,
  effects: Effects,
): void {
  const { argument } = invocation;
  const call = { self: target ?? noAddress, invocation, cells, effects };
  const handle = behaviour.on.get(argument?.typename ?? "");
  if (handle === undefined) {
    if (behaviour.otherwise === undefined) throw new Failure("unhandled-message");
    behaviour.otherwise(call);
    return;
  }
  if (argument?.hasValue !== true) throw new Failure("serialization");
  handle(call, argument.value);
}

const noAddress = { namespace: "", name: "", id: "" };

function result(
  { messages, delayed, egresses }: Effects,
  mutations: io.statefun.sdk.reqreply.FromFunction.PersistedValueMutation.$Properties[],
): Outcome {
  const invocationResult = {
    stateMutations: mutations,
    outgoingMessages: messages,
    delayedInvocations: delayed,
    outgoingEgresses: egresses,
  };
  return { kind: "answer", what: "result", bytes: FromFunction.encode({ invocationResult }).finish() };
}

function incomplete(missing: readonly Definition[]): Outcome {
  const missingValues = missing.map(({ name, typename, expiration }) => ({
    stateName: name,
    typeTypename: typename,
    ...(expiration === undefined ? {} : { expirationSpec: expiration }),
  }));
  const response = { incompleteInvocationContext: { missingValues } };
  return { kind: "answer", what: "incomplete", bytes: FromFunction.encode(response).finish() };
}
