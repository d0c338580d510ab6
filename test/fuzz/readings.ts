import {
  readRequest,
  type WireDelayedMessage,
  type WireEgressRecord,
  type WireMessage,
  type WireResponse,
} from "statefun/wire";
import { decodeTypedValue, type Address, type Request, type TypedValue } from "./reference.js";

// Shapes in which what several decoders read can be compared with `isDeepStrictEqual`.

/** A request as the codec's views show it. */
export interface ReadRequest {
  readonly target: Address;
  readonly states: readonly (Omit<TypedValue, "headers"> & { readonly name: string })[];
  readonly invocations: readonly (TypedValue & { readonly caller: Address | undefined })[];
}

/** Reads a request with the codec, every lazy part of it, and beside it the arguments as they stand there. */
export function codecRequest(
  bytes: Uint8Array,
): { readonly read: ReadRequest; readonly argumentBytes: readonly Uint8Array[] } | undefined {
  const request = readRequest(bytes);
  if (request === undefined) return undefined;
  const { target, states, invocations } = request;
  return {
    read: {
      target: plainAddress(target),
      states: states.map((state) => ({
        name: state.name,
        typename: state.typename,
        hasValue: state.hasValue,
        value: state.value(),
      })),
      invocations: invocations.map((invocation) => {
        const caller = invocation.caller();
        return {
          typename: invocation.typename,
          hasValue: invocation.hasValue,
          value: invocation.value(),
          headers: invocation.headers(),
          caller: caller && plainAddress(caller),
        };
      }),
    },
    argumentBytes: invocations.map(({ bytes: source, start, end }) => source.subarray(start, end)),
  };
}

function plainAddress({ namespace, name, id }: Address): Address {
  return { namespace, name, id };
}

const emptyTypedValue = { typename: "", hasValue: false, value: new Uint8Array(0), headers: [] };

/**
 * What the codec has to read where another decoder has read `request`: see `absentIsEmpty`, `emptyCaller` and
 * `stateHeaders` in differences.ts.
 */
export function asRead({ target, states, invocations }: Request): ReadRequest | undefined {
  if (target === undefined) return undefined;
  return {
    target,
    states: states.map(({ name, value = emptyTypedValue }) => ({
      name,
      typename: value.typename,
      hasValue: value.hasValue,
      value: value.value,
    })),
    invocations: invocations.map(({ caller, argument = emptyTypedValue }) => ({
      ...argument,
      caller: caller !== undefined && isEmpty(caller) ? undefined : caller,
    })),
  };
}

function isEmpty({ namespace, name, id }: Address): boolean {
  return namespace === "" && name === "" && id === "";
}

type Decoded<T extends { readonly argument: Uint8Array }> = Omit<T, "argument"> & {
  readonly argument: TypedValue;
};

/** A response whose arguments are decoded, as protobufjs decodes them. */
export type DecodedResponse =
  | Exclude<WireResponse, { readonly kind: "result" }>
  | (Pick<Extract<WireResponse, { readonly kind: "result" }>, "kind" | "mutations"> & {
      readonly messages: readonly Decoded<WireMessage>[];
      readonly delayed: readonly Decoded<WireDelayedMessage>[];
      readonly egresses: readonly Decoded<WireEgressRecord>[];
    });

/** Decodes the arguments of a response with the reference decoder. */
export function withDecodedArguments(response: WireResponse): DecodedResponse {
  if (response.kind === "incomplete") return response;
  const { messages, delayed, egresses } = response;
  const decoded = <T extends { readonly argument: Uint8Array }>(given: T): Decoded<T> => ({
    ...given,
    argument: decodeTypedValue(given.argument),
  });
  return {
    ...response,
    messages: messages.map(decoded),
    delayed: delayed.map(decoded),
    egresses: egresses.map(decoded),
  };
}
