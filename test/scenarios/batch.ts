import protobuf from "protobufjs/minimal.js";
import { io } from "statefun/proto";
import { hex } from "../support/hex.js";

/** A message of a batch. */
export interface BatchCall {
  /** The sender's address; null for a message from an ingress. */
  readonly from: string | null;
  readonly typename: string;
  readonly hasValue: boolean;
  readonly value: Uint8Array;
  /** The serialized `TypedValue`, whatever it holds. */
  readonly argument: Uint8Array;
  /** Its fields beyond those of the protocol, each in hexadecimal digits. */
  readonly unknown: readonly string[];
}

/** The value of a state. */
export interface BatchValue {
  readonly typename: string;
  readonly value: Uint8Array;
}

/** A request, decoded. */
export interface Batch {
  /** `<namespace>/<name>/<id>`. */
  readonly address: string;
  /** `<namespace>/<name>`. */
  readonly typename: string;
  /** The registered states; `undefined` holds no value. */
  readonly states: ReadonlyMap<string, BatchValue | undefined>;
  readonly calls: readonly BatchCall[];
}

type ProtoAddress = io.statefun.sdk.reqreply.Address.$Properties;

/** Decodes a `ToFunction` by the module that protobufjs generates, which is not the code under test. */
export function readBatch(bytes: Uint8Array): Batch {
  const { invocation } = io.statefun.sdk.reqreply.ToFunction.decode(bytes);
  if (!invocation?.target) throw new Error("The request holds no batch.");
  const states = new Map<string, BatchValue | undefined>();
  for (const { stateName, stateValue } of invocation.state ?? []) {
    const holds = stateValue?.hasValue === true;
    const value = { typename: stateValue?.typename ?? "", value: stateValue?.value ?? new Uint8Array(0) };
    states.set(stateName ?? "", holds ? value : undefined);
  }
  const serialized = argumentsOf(bytes);
  const calls = (invocation.invocations ?? []).map(({ caller, argument }, index): BatchCall => {
    const raw = serialized[index] ?? new Uint8Array(0);
    return {
      from: caller ? textOf(caller) : null,
      typename: argument?.typename ?? "",
      hasValue: argument?.hasValue === true,
      value: argument?.value ?? new Uint8Array(0),
      argument: raw,
      unknown: fieldsOf(raw)
        .filter(({ number }) => number > 3)
        .map(({ whole }) => hex(whole)),
    };
  });
  const { namespace, type } = invocation.target;
  return { address: textOf(invocation.target), typename: `${namespace ?? ""}/${type ?? ""}`, states, calls };
}

function textOf({ namespace, type, id }: ProtoAddress): string {
  return `${namespace ?? ""}/${type ?? ""}/${id ?? ""}`;
}

/** The arguments of a `ToFunction` as they stand in it. */
function argumentsOf(toFunction: Uint8Array): Uint8Array[] {
  const [batch = new Uint8Array(0)] = contentsOf(toFunction, 100);
  return contentsOf(batch, 3).map((invocation) => contentsOf(invocation, 2)[0] ?? new Uint8Array(0));
}

function contentsOf(message: Uint8Array, number: number): Uint8Array[] {
  return fieldsOf(message)
    .filter((field) => field.number === number)
    .map(({ content }) => content);
}

interface Field {
  readonly number: number;
  /** With its tag. */
  readonly whole: Uint8Array;
  /** What a field of wire type 2 holds. */
  readonly content: Uint8Array;
}

/** The fields of a message, in order, known or not. */
function fieldsOf(message: Uint8Array): Field[] {
  const reader = protobuf.Reader.create(message);
  const fields: Field[] = [];
  while (reader.pos < message.length) {
    const start = reader.pos;
    const tag = reader.uint32();
    let content: Uint8Array = new Uint8Array(0);
    if ((tag & 7) === 2) content = reader.bytes();
    else reader.skipType(tag & 7);
    fields.push({ number: tag >>> 3, whole: message.subarray(start, reader.pos), content });
  }
  return fields;
}
