import { describe, expect, test } from "@jest/globals";
import { io } from "statefun/proto";
import type { WireAddress, WireBatch } from "statefun/wire";
import { readRequest, readResponse, serializedBatch } from "statefun/wire";
import { decode } from "../support/decode.js";
import { fromHex, hex } from "../support/hex.js";
import { recordings } from "./recordings.js";

const { ToFunction, TypedValue } = io.statefun.sdk.reqreply;

// Bytes of a real cluster and of four SDKs through both sides of statefun/wire, compared with what the oracle reads.
const exchanges = recordings.flatMap(({ file, exchanges: recorded }) =>
  recorded.map((exchange, index) => ({ ...exchange, place: `${file} ${String(index)}` })),
);

const modes = ["NONE", "AFTER_WRITE", "AFTER_INVOKE"];

type ProtoAddress = io.statefun.sdk.reqreply.Address.$Properties;

function addressOf(address: ProtoAddress | null | undefined): WireAddress {
  return { namespace: address?.namespace ?? "", name: address?.type ?? "", id: address?.id ?? "" };
}

/** A request as the oracle reads it. */
function batchOf(request: Uint8Array): WireBatch {
  const { invocation } = ToFunction.decode(request);
  return {
    target: addressOf(invocation?.target),
    states: (invocation?.state ?? []).map(({ stateName, stateValue }) => ({
      name: stateName ?? "",
      value: stateValue
        ? { typename: stateValue.typename ?? "", bytes: stateValue.value ?? new Uint8Array() }
        : undefined,
    })),
    invocations: (invocation?.invocations ?? []).map(({ caller, argument }) => ({
      caller: caller ? addressOf(caller) : undefined,
      argument: new Uint8Array(TypedValue.encode(argument ?? {}).finish()),
    })),
  };
}

describe("every recorded request", () => {
  test("is what the cluster's side writes of it, byte for byte", () => {
    for (const { place, requestHex } of exchanges) {
      const again = serializedBatch(batchOf(fromHex(requestHex)));

      expect({ place, bytes: hex(again) }).toEqual({ place, bytes: requestHex });
    }
    expect(exchanges).toHaveLength(312);
  });

  test("is read by our side as the oracle reads it", () => {
    for (const { place, requestHex } of exchanges) {
      const bytes = fromHex(requestHex);

      const view = readRequest(bytes);

      const read = {
        target: addressOf({ ...named(view?.target), id: view?.target.id ?? "" }),
        states: view?.states.map((state) => ({
          name: state.name,
          value: state.hasValue ? { typename: state.typename, bytes: hex(state.value()) } : undefined,
        })),
        invocations: view?.invocations.map((invocation) => {
          const caller = invocation.caller();
          return {
            caller: caller === undefined ? undefined : addressOf({ ...named(caller), id: caller.id }),
            argument: hex(bytes.subarray(invocation.start, invocation.end)),
          };
        }),
      };
      const expected = batchOf(bytes);
      expect({ place, read }).toEqual({
        place,
        read: {
          target: expected.target,
          states: expected.states.map(({ name, value }) => ({
            name,
            value: value === undefined ? undefined : { ...value, bytes: hex(value.bytes) },
          })),
          invocations: expected.invocations.map(({ caller, argument }) => ({
            caller,
            argument: hex(argument),
          })),
        },
      });
    }
  });
});

test("every recorded answer is read by the cluster's side as the oracle reads it", () => {
  for (const { place, responseHex } of exchanges) {
    const bytes = fromHex(responseHex);

    const response = readResponse(bytes);

    const oracle = decode(bytes);
    const read =
      response.kind === "incomplete"
        ? [
            response.missing.map(({ name, typename, expiration }) => [
              name,
              typename,
              expiration && modes[expiration.mode],
              expiration?.millis,
            ]),
          ]
        : [
            response.mutations.map(({ type, name, value }) => [
              type === 1 ? "MODIFY" : "DELETE",
              name,
              typed(value),
            ]),
            response.messages.map(({ target, argument }) => [target.name, target.id, argumentOf(argument)]),
            response.delayed.map((delay) => [
              delay.isCancellation,
              delay.cancellationToken,
              delay.delayMillis,
              delay.target.id,
              argumentOf(delay.argument),
            ]),
            response.egresses.map(({ namespace, name, argument }) => [namespace, name, argumentOf(argument)]),
          ];
    const expected =
      oracle.arm === "incomplete"
        ? [
            oracle.missing.map(({ name, typename, expiration }) => [
              name,
              typename,
              expiration?.mode,
              expiration?.millis,
            ]),
          ]
        : [
            oracle.mutations.map(({ type, name, value }) => [
              type,
              name,
              value && [value.typename, value.hasValue, value.hex],
            ]),
            oracle.messages.map(({ to, argument }) => [
              to?.type,
              to?.id,
              argument && [argument.typename, argument.hasValue, argument.hex],
            ]),
            oracle.delayed.map((delay) => [
              delay.isCancellation,
              delay.token,
              delay.delayMillis,
              delay.to?.id ?? "",
              [delay.argument?.typename ?? "", delay.argument?.hasValue ?? false, delay.argument?.hex ?? ""],
            ]),
            oracle.egresses.map(({ namespace, type, argument }) => [
              namespace,
              type,
              argument && [argument.typename, argument.hasValue, argument.hex],
            ]),
          ];
    expect({ place, read }).toEqual({ place, read: expected });
  }
});

function named(address: { readonly namespace: string; readonly name: string } | undefined): ProtoAddress {
  return { namespace: address?.namespace ?? "", type: address?.name ?? "" };
}

function typed(
  value: { readonly typename: string; readonly hasValue: boolean; readonly bytes: Uint8Array } | undefined,
): unknown {
  return value && [value.typename, value.hasValue, hex(value.bytes)];
}

/** A serialized `TypedValue` as the oracle reads it. */
function argumentOf(serialized: Uint8Array): unknown {
  const { typename, hasValue, value } = TypedValue.decode(serialized);
  return [typename, hasValue, hex(value)];
}
