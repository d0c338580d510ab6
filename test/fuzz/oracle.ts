import { io } from "statefun/proto";
import type { WireMutation, WireValueSpec } from "statefun/wire";
import type { DecodedResponse } from "./readings.js";
import type { Address, Header, Request, TypedValue } from "./reference.js";
import type { Primitive, PrimitiveValues } from "./reference-values.js";

// What protobufjs's generated module reads, in the shapes of the reference decoder.

const { FromFunction, ToFunction } = io.statefun.sdk.reqreply;
const wrappers = io.statefun.sdk.types;

type Long = number | { toString(): string };

/** Decodes a `ToFunction`. Throws what protobufjs throws. */
export function oracleRequest(bytes: Uint8Array): Request {
  const { invocation } = ToFunction.decode(bytes);
  return {
    target: optional(invocation?.target, address),
    states: (invocation?.state ?? []).map(({ stateName, stateValue }) => ({
      name: stateName ?? "",
      value: optional(stateValue, typedValue),
    })),
    invocations: (invocation?.invocations ?? []).map(({ caller, argument }) => ({
      caller: optional(caller, address),
      argument: optional(argument, typedValue),
    })),
  };
}

function optional<T, U>(given: T | null | undefined, read: (given: T) => U): U | undefined {
  return given === null || given === undefined ? undefined : read(given);
}

function address({ namespace, type, id }: io.statefun.sdk.reqreply.Address.$Properties): Address {
  return { namespace: namespace ?? "", name: type ?? "", id: id ?? "" };
}

function typedValue(given: io.statefun.sdk.reqreply.TypedValue.$Properties): TypedValue {
  const { typename, hasValue, value, headers } = given;
  return {
    typename: typename ?? "",
    hasValue: hasValue ?? false,
    value: Uint8Array.from(value ?? []),
    headers: (headers ?? []).map(header),
  };
}

function header(given: io.statefun.sdk.reqreply.TypedValue.Header.$Properties): Header {
  const value = given.hasValue === true ? Uint8Array.from(given.value ?? []) : undefined;
  return { key: given.key ?? "", value };
}

/** Decodes a `FromFunction`: the arm that protobufjs names as the one that is set. Throws what protobufjs throws. */
export function oracleResponse(bytes: Uint8Array): DecodedResponse {
  const { response, invocationResult: result, incompleteInvocationContext } = FromFunction.decode(bytes);
  if (response === "incompleteInvocationContext") {
    return { kind: "incomplete", missing: (incompleteInvocationContext.missingValues ?? []).map(valueSpec) };
  }
  return {
    kind: "result",
    mutations: (result?.stateMutations ?? []).map(mutation),
    messages: (result?.outgoingMessages ?? []).map(({ target, argument }) => ({
      target: address(target ?? {}),
      argument: typedValue(argument ?? {}),
    })),
    delayed: (result?.delayedInvocations ?? []).map((given) => ({
      isCancellation: given.isCancellationRequest ?? false,
      cancellationToken: given.cancellationToken ?? "",
      delayMillis: int64(given.delayInMs),
      target: address(given.target ?? {}),
      argument: typedValue(given.argument ?? {}),
    })),
    egresses: (result?.outgoingEgresses ?? []).map(({ egressNamespace, egressType, argument }) => ({
      namespace: egressNamespace ?? "",
      name: egressType ?? "",
      argument: typedValue(argument ?? {}),
    })),
  };
}

function mutation(
  given: io.statefun.sdk.reqreply.FromFunction.PersistedValueMutation.$Properties,
): WireMutation {
  const { mutationType, stateName, stateValue } = given;
  const value = optional(stateValue, typedValue);
  return {
    type: mutationType ?? 0,
    name: stateName ?? "",
    value: value && { typename: value.typename, hasValue: value.hasValue, bytes: value.value },
  };
}

function valueSpec(
  given: io.statefun.sdk.reqreply.FromFunction.PersistedValueSpec.$Properties,
): WireValueSpec {
  return {
    name: given.stateName ?? "",
    typename: given.typeTypename ?? "",
    expiration: optional(given.expirationSpec, ({ mode, expireAfterMillis }) => ({
      mode: mode ?? 0,
      millis: int64(expireAfterMillis),
    })),
  };
}

function int64(given: Long | null | undefined): bigint {
  return BigInt((given ?? 0).toString());
}

const decoders: { readonly [P in Primitive]: (bytes: Uint8Array) => PrimitiveValues[P] } = {
  boolean: (bytes) => wrappers.BooleanWrapper.decode(bytes).value,
  int: (bytes) => wrappers.IntWrapper.decode(bytes).value,
  long: (bytes) => int64(wrappers.LongWrapper.decode(bytes).value),
  float: (bytes) => wrappers.FloatWrapper.decode(bytes).value,
  double: (bytes) => wrappers.DoubleWrapper.decode(bytes).value,
  string: (bytes) => wrappers.StringWrapper.decode(bytes).value,
};

/** Decodes a wrapper. Throws what protobufjs throws. */
export function oraclePrimitive<P extends Primitive>(primitive: P, bytes: Uint8Array): PrimitiveValues[P] {
  return decoders[primitive](bytes);
}
