import { deepStrictEqual } from "node:assert/strict";
import { io } from "statefun/proto";
import type { Contestant } from "../measure.js";
import {
  addItemTypename,
  cartTypename,
  eventsTopic,
  eventsTypename,
  eventText,
  intTypename,
  kafkaRecordTypename,
  totalsTypename,
  type Work,
} from "./contract.js";
import { addItemAt, addressCount, cartAt, countAt, idAt, isCart } from "./requests.js";

const { FromFunction } = io.statefun.sdk.reqreply;
const { IntWrapper } = io.statefun.sdk.types;
const { KafkaProducerRecord } = io.statefun.sdk.egress;
const modify = FromFunction.PersistedValueMutation.MutationType.MODIFY;

/** An answer as people read it: every list in its order, every typed value opened. */
export interface Answer {
  readonly mutations: readonly {
    readonly kind: "DELETE" | "MODIFY";
    readonly name: string;
    readonly value: OpenedValue;
  }[];
  readonly messages: readonly { readonly to: string; readonly id: string; readonly value: OpenedValue }[];
  readonly egresses: readonly { readonly egress: string; readonly value: OpenedValue }[];
  /** How many delayed messages and cancellations; none of the functions sends any. */
  readonly delayed: number;
}

export interface OpenedValue {
  readonly typename: string;
  readonly value: unknown;
}

/**
 * Lets every contestant answer every request once and compares the answers, decoded, with what the function is meant
 * to answer: the same lists in the same order with the same values, and so the same for all contestants.
 *
 * @throws AssertionError with the first difference.
 */
export async function verifyAnswers(
  work: Work,
  requests: readonly Uint8Array[],
  contestants: readonly Contestant[],
): Promise<void> {
  for (const contestant of contestants) {
    for (const [address, request] of requests.entries()) {
      const answer = decodeAnswer(await contestant.answer(request));
      deepStrictEqual(
        answer,
        expectedAnswer(work, address % addressCount),
        `${contestant.name} answers ${work.name} ${work.batch.toString()} otherwise than it should`,
      );
    }
  }
}

/** Opens the bytes of an answer with the generated protobuf code, which no contestant but its own row is built on. */
export function decodeAnswer(bytes: Uint8Array): Answer {
  const { invocationResult } = FromFunction.decode(bytes);
  if (!invocationResult) throw new Error("the answer carries no invocation result: was a state missing?");
  const { stateMutations, outgoingMessages, outgoingEgresses, delayedInvocations } = invocationResult;
  return {
    mutations: (stateMutations ?? []).map(({ mutationType, stateName, stateValue }) => ({
      kind: mutationType === modify ? "MODIFY" : "DELETE",
      name: stateName ?? "",
      value: open(stateValue),
    })),
    messages: (outgoingMessages ?? []).map(({ target, argument }) => ({
      to: `${target?.namespace ?? ""}/${target?.type ?? ""}`,
      id: target?.id ?? "",
      value: open(argument),
    })),
    egresses: (outgoingEgresses ?? []).map(({ egressNamespace, egressType, argument }) => ({
      egress: `${egressNamespace ?? ""}/${egressType ?? ""}`,
      value: open(argument),
    })),
    delayed: delayedInvocations?.length ?? 0,
  };
}

function open(box: io.statefun.sdk.reqreply.TypedValue.$Properties | null | undefined): OpenedValue {
  if (box?.hasValue !== true) throw new Error("a typed value of the answer carries no value");
  const typename = box.typename ?? "";
  const bytes = box.value ?? new Uint8Array(0);
  if (typename === intTypename) return { typename, value: IntWrapper.decode(bytes).value };
  if (typename === cartTypename || typename === addItemTypename) {
    return { typename, value: JSON.parse(new TextDecoder().decode(bytes)) };
  }
  if (typename === kafkaRecordTypename) {
    const { topic, key, valueBytes } = KafkaProducerRecord.decode(bytes);
    return { typename, value: { topic, key, text: new TextDecoder().decode(valueBytes) } };
  }
  throw new Error(
    `the answer carries a value of the typename ${JSON.stringify(typename)}, which no function sends`,
  );
}

/** What a function answers to the request for address number `address`. */
function expectedAnswer(work: Work, address: number): Answer {
  const mutation = (name: string, value: OpenedValue): Answer["mutations"][number] => ({
    kind: "MODIFY",
    name,
    value,
  });
  if (isCart(work)) {
    const { sku: last } = addItemAt(work.batch - 1);
    const value = { ...cartAt(address), n: work.batch, last };
    return {
      mutations: [mutation("cart", { typename: cartTypename, value })],
      messages: [],
      egresses: [],
      delayed: 0,
    };
  }
  const counts = Array.from({ length: work.batch }, (_, index) => countAt(address) + index + 1);
  const state = mutation("count", { typename: intTypename, value: countAt(address) + work.batch });
  if (work.name === "counter") return { mutations: [state], messages: [], egresses: [], delayed: 0 };
  const id = idAt(address);
  return {
    mutations: [state],
    messages: counts.map((value) => ({ to: totalsTypename, id, value: { typename: intTypename, value } })),
    egresses: counts.map((count) => ({
      egress: eventsTypename,
      value: {
        typename: kafkaRecordTypename,
        value: { topic: eventsTopic, key: id, text: eventText(count) },
      },
    })),
    delayed: 0,
  };
}
