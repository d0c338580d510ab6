import type { Address } from "../address.js";
import { StateFunError } from "../errors.js";
import type { Headers } from "../headers.js";
import { checkedHeaders } from "../headers.js";
import type { PreparedFunction } from "../stateful-function.js";
import { parseTypename } from "../typename.js";
import type { Codec } from "../values/codec.js";
import { describeValue, isBytes, serialized } from "../values/codec.js";
import type { Message } from "../values/message.js";
import type { TypedValue } from "../values/typed-value.js";
import { originOf } from "../values/typed-value.js";
import type { WireAddress, WireInvocation, WireState } from "../wire/cluster-side.js";
import { serializedTypedValue } from "../wire/cluster-side.js";
import { headersSize, writeHeaders } from "../wire/response.js";
import { Writer } from "../wire/writer.js";

/** A message with what accompanies it. */
export interface GivenMessage {
  /** The message. */
  readonly message: TypedValue | Message;
  /** Who sends it; nobody, as an ingress does, if left out. */
  readonly caller?: Address | undefined;
  /** Its headers; none if left out. */
  readonly headers?: Headers | undefined;
}

/** The invocation that carries a given message. */
export function invocationOf(
  given: TypedValue | Message | GivenMessage,
  caller: Address | undefined,
): WireInvocation {
  const { message, headers, ...rest }: GivenMessage =
    typeof given === "object" && "message" in given ? given : { message: given };
  const sender = "caller" in rest ? rest.caller : caller;
  return {
    caller: sender === undefined ? undefined : wireAddress(sender),
    argument: withHeaders(argumentOf(message), headers),
  };
}

function argumentOf(message: TypedValue | Message): Uint8Array {
  const given: object = typeof message === "object" ? message : {};
  const codec = originOf(given) as Codec<unknown> | undefined;
  if (codec !== undefined)
    return serializedTypedValue(codec.typename, serialized(codec, (message as TypedValue).value));
  const { typename, hasValue, bytes }: Partial<Message> = given;
  if (typeof typename === "string" && typeof hasValue === "boolean" && isBytes(bytes)) {
    return hasValue ? serializedTypedValue(typename, bytes) : serializedTypedValue(typename);
  }
  throw new StateFunError(
    "invalid-argument",
    `invoke was given ${describeValue(message)} as a message: pass Greet({…}), types.int(7) or { typename, hasValue, bytes }`,
  );
}

function withHeaders(argument: Uint8Array, given: Headers | undefined): Uint8Array {
  const headers = checkedHeaders(given);
  if (headers === undefined) return argument;
  const out = new Writer();
  out.reserve(argument.length + headersSize(headers));
  out.copy(argument);
  writeHeaders(out, headers);
  return out.taken();
}

/** An address as the wire has it. */
export function wireAddress({ typename, id }: Address): WireAddress {
  return { ...parseTypename(typename, "typename of an address"), id };
}

/** The states that a cluster holds at the beginning, serialized by the types that the function declares. */
export function statesOf(
  prepared: PreparedFunction,
  values: Readonly<Record<string, unknown>>,
): Map<string, WireState> {
  const states = new Map<string, WireState>();
  for (const { name, codec } of prepared.layout.definitions) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    const bytes = value === undefined ? undefined : serialized(codec, codec.check(value));
    states.set(name, { name, value: bytes === undefined ? undefined : { typename: codec.typename, bytes } });
  }
  for (const name of Object.keys(values)) {
    if (states.has(name)) continue;
    throw new StateFunError("invalid-argument", `${prepared.typename} declares no state value ${name}`, {
      typename: prepared.typename,
      stateName: name,
    });
  }
  return states;
}
