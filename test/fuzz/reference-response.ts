import type { WireMutation, WireResponse, WireValueSpec } from "statefun/wire";
import {
  bool,
  decodeAddress,
  decodeTypedValue,
  delimited,
  fieldsOf,
  int32,
  int64,
  joined,
  message,
  messages,
  text,
  type Address,
} from "./reference.js";

// The cluster's side of the reference decoder: arguments stay bytes, as `readResponse` keeps them.

const nobody: Address = { namespace: "", name: "", id: "" };

/** Decodes a `FromFunction`: of its two arms the last one counts, merged from where the other one was last seen. */
export function decodeResponse(bytes: Uint8Array): WireResponse {
  const arms = fieldsOf(bytes).filter(
    ({ number, wireType }) => (number === 100 || number === 101) && wireType === 2,
  );
  for (const arm of arms) (arm.number === 100 ? decodeResult : decodeMissing)(arm.bytes);

  const last = arms.at(-1)?.number ?? 100;
  const counting = arms.slice(arms.findLastIndex(({ number }) => number !== last) + 1);
  const merged = joined(counting.map((arm) => arm.bytes));
  return last === 100
    ? { kind: "result", ...decodeResult(merged) }
    : { kind: "incomplete", missing: decodeMissing(merged) };
}

type Result = Omit<Extract<WireResponse, { readonly kind: "result" }>, "kind">;

function decodeResult(bytes: Uint8Array): Result {
  const fields = fieldsOf(bytes);
  return {
    mutations: messages(fields, 1, decodeMutation),
    messages: messages(fields, 2, (part) => {
      const inner = fieldsOf(part);
      return { target: message(inner, 1, decodeAddress) ?? nobody, argument: argument(inner, 2) };
    }),
    delayed: messages(fields, 3, (part) => {
      const inner = fieldsOf(part);
      return {
        isCancellation: bool(inner, 10),
        cancellationToken: text(inner, 11),
        delayMillis: int64(inner, 1),
        target: message(inner, 2, decodeAddress) ?? nobody,
        argument: argument(inner, 3),
      };
    }),
    egresses: messages(fields, 4, (part) => {
      const inner = fieldsOf(part);
      return { namespace: text(inner, 1), name: text(inner, 2), argument: argument(inner, 3) };
    }),
  };
}

/** The bytes of an argument, each part of which must be a `TypedValue`. */
function argument(fields: ReturnType<typeof fieldsOf>, number: number): Uint8Array {
  const parts = delimited(fields, number);
  parts.forEach(decodeTypedValue);
  return joined(parts);
}

function decodeMutation(bytes: Uint8Array): WireMutation {
  const fields = fieldsOf(bytes);
  const value = message(fields, 3, decodeTypedValue);
  return {
    type: int32(fields, 1),
    name: text(fields, 2),
    value: value && { typename: value.typename, hasValue: value.hasValue, bytes: value.value },
  };
}

function decodeMissing(bytes: Uint8Array): WireValueSpec[] {
  return messages(fieldsOf(bytes), 1, (part) => {
    const fields = fieldsOf(part);
    return {
      name: text(fields, 1),
      typename: text(fields, 3),
      expiration: message(fields, 2, (expiration) => {
        const inner = fieldsOf(expiration);
        return { mode: int32(inner, 1), millis: int64(inner, 2) };
      }),
    };
  });
}
