import { io } from "statefun/proto";
import type { Contestant } from "../measure.js";
import {
  addItemTypename,
  cartTypename,
  eventsTopic,
  eventText,
  intTypename,
  kafkaRecordTypename,
  namespace,
  type AddItem,
  type Cart,
  type FunctionName,
} from "../work/contract.js";

const { FromFunction, ToFunction } = io.statefun.sdk.reqreply;
const { IntWrapper } = io.statefun.sdk.types;
const { KafkaProducerRecord } = io.statefun.sdk.egress;
const modify = FromFunction.PersistedValueMutation.MutationType.MODIFY;

type TypedValue = io.statefun.sdk.reqreply.TypedValue.$Properties;
type Batch = io.statefun.sdk.reqreply.ToFunction.InvocationBatchRequest.$Properties;
type Response = io.statefun.sdk.reqreply.FromFunction.InvocationResponse.$Properties;

/** The work on protobufjs's generated code: objects for the whole request, objects for the whole answer. */
export function generated(name: FunctionName): Contestant {
  const respond =
    name === "cart" || name === "cart-zod" ? cart : (batch: Batch) => count(batch, name === "relay");
  return {
    name: "protobufjs generated code",
    answer(request) {
      const batch = ToFunction.decode(request).invocation;
      if (!batch) throw new Error("the request carries no batch");
      return FromFunction.encode({ invocationResult: respond(batch) }).finish();
    },
  };
}

function count(batch: Batch, relay: boolean): Response {
  const state = batch.state?.[0];
  let held = intOf(state?.stateValue);
  const outgoingMessages: Response["outgoingMessages"] = [];
  const outgoingEgresses: Response["outgoingEgresses"] = [];
  const id = batch.target?.id ?? "";
  for (const { argument } of batch.invocations ?? []) {
    held += intOf(argument);
    if (!relay) continue;
    outgoingMessages.push({ target: { namespace: namespace, type: "totals", id }, argument: int(held) });
    const record = { topic: eventsTopic, key: id, valueBytes: Buffer.from(eventText(held)) };
    const value = KafkaProducerRecord.encode(record).finish();
    const box = { typename: kafkaRecordTypename, hasValue: true, value };
    outgoingEgresses.push({ egressNamespace: namespace, egressType: "events", argument: box });
  }
  return {
    stateMutations: [{ mutationType: modify, stateName: state?.stateName ?? "", stateValue: int(held) }],
    outgoingMessages,
    outgoingEgresses,
  };
}

function cart(batch: Batch): Response {
  const state = batch.state?.[0];
  let held = jsonOf(state?.stateValue, cartTypename) as Cart;
  for (const { argument } of batch.invocations ?? []) {
    const added = jsonOf(argument, addItemTypename) as AddItem;
    held = { ...held, n: held.n + 1, last: added.sku };
  }
  const value = Buffer.from(JSON.stringify(held));
  const stateValue = { typename: cartTypename, hasValue: true, value };
  return { stateMutations: [{ mutationType: modify, stateName: state?.stateName ?? "", stateValue }] };
}

function intOf(box: TypedValue | null | undefined): number {
  return IntWrapper.decode(bytesOf(box, intTypename)).value;
}

function jsonOf(box: TypedValue | null | undefined, typename: string): unknown {
  const { buffer, byteOffset, length } = bytesOf(box, typename);
  return JSON.parse(Buffer.from(buffer, byteOffset, length).toString());
}

function bytesOf(box: TypedValue | null | undefined, typename: string): Uint8Array {
  if (box?.typename !== typename || !box.hasValue) throw new Error(`the request carries no ${typename}`);
  return box.value ?? new Uint8Array(0);
}

function int(value: number): TypedValue {
  return { typename: intTypename, hasValue: true, value: IntWrapper.encode({ value }).finish() };
}
