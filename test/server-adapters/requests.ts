import { io } from "statefun/proto";
import { Conformance } from "./conformance-functions.js";

const { ToFunction } = io.statefun.sdk.reqreply;

/** V1 of protocol.md 8.1: the string "hi" for `ns/fn`, id `1`. */
export const hi = fromHex(
  "a206330a0b0a026e731202666e1a01311a2412220a18696f2e737461746566756e2e74797065732f737472696e6710011a040a026869",
);

/** R4 of protocol.md 8.1: no effects. */
export const noEffects = fromHex("a20600");

/** The request of one batch for `ns/fn`, id `1`: one string a message. */
export function batch(...messages: readonly string[]): Buffer {
  return batchFor(Conformance.typename, messages);
}

/** The request of one batch for any typename: one string a message. */
export function batchFor(typename: string, messages: readonly string[]): Buffer {
  const [namespace = "", type = ""] = typename.split("/");
  const invocations = messages.map((message) => ({ argument: stringValue(message) }));
  return Buffer.from(
    ToFunction.encode({ invocation: { target: { namespace, type, id: "1" }, invocations } }).finish(),
  );
}

/** A batch of one message, long enough to make the whole request `size` bytes. */
export function batchOfSize(size: number): Buffer {
  const padding = (length: number): Buffer => batch("x".repeat(length));
  // Lengths are varints, so the frame grows with what it holds: measured on a body that is nearly as long.
  const frame = padding(size - 64).length - (size - 64);
  return padding(size - frame);
}

/** A message whose bytes are no string, though its typename says so. */
export function malformedString(): Buffer {
  const argument = { typename: "io.statefun.types/string", hasValue: true, value: fromHex("0d01000000") };
  const target = { namespace: "ns", type: "fn", id: "1" };
  return Buffer.from(ToFunction.encode({ invocation: { target, invocations: [{ argument }] } }).finish());
}

/** A message of a type that `ns/fn` does not accept. */
export function unacceptedMessage(): Buffer {
  const argument = { typename: "io.statefun.types/int", hasValue: true, value: fromHex("0d01000000") };
  const target = { namespace: "ns", type: "fn", id: "1" };
  return Buffer.from(ToFunction.encode({ invocation: { target, invocations: [{ argument }] } }).finish());
}

export function fromHex(hex: string): Buffer {
  return Buffer.from(hex, "hex");
}

function stringValue(value: string): io.statefun.sdk.reqreply.TypedValue.$Properties {
  return {
    typename: "io.statefun.types/string",
    hasValue: true,
    value: io.statefun.sdk.types.StringWrapper.encode({ value }).finish(),
  };
}
