import { io } from "statefun/proto";
import { hex } from "./hex.js";
import type { WireAddress } from "./to-function.js";
import type { WireHeader, WireValue } from "./wire-value.js";

const { FromFunction } = io.statefun.sdk.reqreply;
const { KafkaProducerRecord, KinesisEgressRecord } = io.statefun.sdk.egress;

type ProtoAddress = io.statefun.sdk.reqreply.Address.$Properties;
type ProtoHeader = io.statefun.sdk.reqreply.TypedValue.Header.$Properties;
type ProtoTypedValue = io.statefun.sdk.reqreply.TypedValue.$Properties;
type ProtoSpec = io.statefun.sdk.reqreply.FromFunction.PersistedValueSpec.$Properties;

/** A change of one state value. */
export interface DecodedMutation {
  readonly type: string;
  readonly name: string;
  readonly value?: WireValue | undefined;
}

/** A message to a function. A part that is absent on the wire is `undefined`. */
export interface DecodedMessage {
  readonly to: WireAddress | undefined;
  readonly argument: WireValue | undefined;
}

/** A delayed message, or the cancellation of one. */
export interface DecodedDelay extends DecodedMessage {
  readonly isCancellation: boolean;
  readonly token: string;
  readonly delayMillis: bigint;
}

/** A record for an egress. */
export interface DecodedRecord {
  readonly namespace: string;
  readonly type: string;
  readonly argument: WireValue | undefined;
}

/** A state that the function wants registered. */
export interface DecodedSpec {
  readonly name: string;
  readonly typename: string;
  readonly expiration?: { readonly mode: string; readonly millis: bigint } | undefined;
}

/** A `FromFunction`: which of its arms is set, and everything in it, in order. */
export interface DecodedAnswer {
  readonly arm: "result" | "incomplete" | "none";
  readonly missing: readonly DecodedSpec[];
  readonly mutations: readonly DecodedMutation[];
  readonly messages: readonly DecodedMessage[];
  readonly delayed: readonly DecodedDelay[];
  readonly egresses: readonly DecodedRecord[];
}

const nothing = { missing: [], mutations: [], messages: [], delayed: [], egresses: [] };

/** A result with these effects, in the form that `decode` returns. */
export function effects(given: Partial<Omit<DecodedAnswer, "arm" | "missing">> = {}): DecodedAnswer {
  return { arm: "result", ...nothing, ...given };
}

/** An answer that asks for these states, in the form that `decode` returns. */
export function incomplete(...missing: readonly DecodedSpec[]): DecodedAnswer {
  return { arm: "incomplete", ...nothing, missing };
}

/** Decodes a `FromFunction` by the oracle. */
export function decode(answer: Uint8Array): DecodedAnswer {
  const { invocationResult: result, incompleteInvocationContext: context } = FromFunction.decode(answer);
  if (context) return incomplete(...(context.missingValues ?? []).map(specOf));
  if (!result) return { ...effects(), arm: "none" };
  return effects({
    mutations: (result.stateMutations ?? []).map(({ mutationType, stateName, stateValue }) => ({
      type: FromFunction.PersistedValueMutation.MutationType[mutationType ?? 0] ?? String(mutationType),
      name: stateName ?? "",
      value: valueOf(stateValue),
    })),
    messages: (result.outgoingMessages ?? []).map(({ target, argument }) => ({
      to: addressOf(target),
      argument: valueOf(argument),
    })),
    delayed: (result.delayedInvocations ?? []).map((delay) => ({
      isCancellation: delay.isCancellationRequest === true,
      token: delay.cancellationToken ?? "",
      delayMillis: BigInt(String(delay.delayInMs ?? 0)),
      to: addressOf(delay.target),
      argument: valueOf(delay.argument),
    })),
    egresses: (result.outgoingEgresses ?? []).map(({ egressNamespace, egressType, argument }) => ({
      namespace: egressNamespace ?? "",
      type: egressType ?? "",
      argument: valueOf(argument),
    })),
  });
}

function specOf({ stateName, typeTypename, expirationSpec: expiration }: ProtoSpec): DecodedSpec {
  const spec = { name: stateName ?? "", typename: typeTypename ?? "" };
  if (!expiration) return spec;
  const mode = expiration.mode ?? 0;
  return {
    ...spec,
    expiration: {
      mode: FromFunction.ExpirationSpec.ExpireMode[mode] ?? String(mode),
      millis: BigInt(String(expiration.expireAfterMillis ?? 0)),
    },
  };
}

function addressOf(address: ProtoAddress | null | undefined): WireAddress | undefined {
  if (!address) return undefined;
  return { namespace: address.namespace ?? "", type: address.type ?? "", id: address.id ?? "" };
}

function valueOf(value: ProtoTypedValue | null | undefined): WireValue | undefined {
  if (!value) return undefined;
  const headers = headersOf(value.headers);
  return {
    typename: value.typename ?? "",
    hasValue: value.hasValue === true,
    hex: hex(value.value ?? new Uint8Array()),
    ...(headers.length === 0 ? {} : { headers }),
  };
}

function headersOf(headers: readonly ProtoHeader[] | null | undefined): readonly WireHeader[] {
  return (headers ?? []).map(({ key, hasValue, value }) => ({
    key: key ?? "",
    ...(hasValue === true ? { hex: hex(value ?? new Uint8Array()) } : {}),
  }));
}

/** A Kafka record as it stands on the wire; an empty key is none. */
export interface DecodedKafkaRecord {
  readonly topic: string;
  readonly key: string;
  readonly hex: string;
  readonly headers: readonly WireHeader[];
}

/** Decodes the value of an egress message as a Kafka record. */
export function decodeKafkaRecord(bytes: Uint8Array): DecodedKafkaRecord {
  const { topic, key, valueBytes, headers } = KafkaProducerRecord.decode(bytes);
  return { topic, key, hex: hex(valueBytes), headers: headersOf(headers) };
}

/** A Kinesis record as it stands on the wire. */
export interface DecodedKinesisRecord {
  readonly stream: string;
  readonly partitionKey: string;
  readonly explicitHashKey: string;
  readonly hex: string;
}

/** Decodes the value of an egress message as a Kinesis record. */
export function decodeKinesisRecord(bytes: Uint8Array): DecodedKinesisRecord {
  const { stream, partitionKey, explicitHashKey, valueBytes } = KinesisEgressRecord.decode(bytes);
  return { stream, partitionKey, explicitHashKey, hex: hex(valueBytes) };
}
