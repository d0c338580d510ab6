import { Reader, readTypedValue, TypedValueView, type WireHeader } from "statefun/wire";
import { typenameOf, type FunctionAddress } from "../address.js";
import type { RuntimeError } from "../runtime-error.js";
import {
  isReadable,
  kafkaRecordTypename,
  kinesisRecordTypename,
  readableBytes,
  readTopicRecord,
} from "../values/readable-value.js";
import { isWrapped, readWrapped } from "../values/wrappers.js";
import type { AddressJson, ErrorJson, ValueJson } from "./schemas.js";

/** How deep JSON may nest to be shown as JSON: writing it again takes a little of the stack for each level. */
const deepestJson = 200;

/** An address as the API writes it. */
export function addressJson(address: FunctionAddress): AddressJson {
  return { typename: typenameOf(address), id: address.id };
}

/** An error as the API writes it. */
export function errorJson(error: RuntimeError): ErrorJson {
  const { code, message, address, component, cause } = error;
  return {
    code,
    message,
    ...(address && { address: addressJson(address) }),
    ...(component !== undefined && { component }),
    ...(cause instanceof Error && { cause: cause.message }),
  };
}

/**
 * A serialized `TypedValue` as the API writes it.
 *
 * @param maxBytes - of the value, the bytes that are shown
 */
export function valueJson(argument: Uint8Array, maxBytes: number): ValueJson {
  const view = new TypedValueView(argument);
  view.end = argument.length;
  readTypedValue(new Reader(argument), argument.length, view);
  const { typename, hasValue } = view;
  return {
    ...typedBytesJson(typename, view.value(), maxBytes),
    hasValue,
    ...(view.hasHeaders && { headers: view.headers().map(headerJson) }),
  };
}

/** The value of a state, or any other typed value that is not serialized as one. */
export function typedBytesJson(typename: string, bytes: Uint8Array, maxBytes: number): ValueJson {
  return { typename, hasValue: true, ...shownBytes(bytes, maxBytes), ...meaning(typename, bytes, maxBytes) };
}

function headerJson({ key, value }: WireHeader): { readonly key: string; readonly base64?: string } {
  return value === undefined ? { key } : { key, base64: base64(value) };
}

function shownBytes(
  bytes: Uint8Array,
  maxBytes: number,
): { readonly size: number; readonly base64: string; readonly truncated: boolean } {
  const size = bytes.length;
  return { size, base64: base64(bytes.subarray(0, maxBytes)), truncated: size > maxBytes };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
}

/** What the bytes of a type mean, as far as they tell. */
function meaning(
  typename: string,
  bytes: Uint8Array,
  maxBytes: number,
): Pick<ValueJson, "value" | "text" | "record"> {
  if (isWrapped(typename)) {
    const value = readWrapped(typename, bytes);
    return value === undefined ? {} : { value: typeof value === "string" ? value.slice(0, maxBytes) : value };
  }
  if (typename === kafkaRecordTypename || typename === kinesisRecordTypename) {
    const record = readTopicRecord(bytes);
    if (record !== undefined) {
      const { topic, key, value } = record;
      const shown = { ...shownBytes(value, maxBytes), ...readablePart(value, maxBytes) };
      return { record: { topic, ...(key !== "" && { key }), ...shown } };
    }
  }
  return readablePart(bytes, maxBytes);
}

/** JSON or text; of what is too long, the beginning as text. Nothing for other bytes. */
function readablePart(bytes: Uint8Array, maxBytes: number): Pick<ValueJson, "value" | "text"> {
  if (bytes.length > maxBytes || nesting(bytes) > deepestJson) return beginning(bytes.subarray(0, maxBytes));
  const { value, text } = readableBytes(bytes);
  if (value !== undefined) return { value };
  return text === undefined ? {} : { text };
}

/** The whole characters that bytes begin with, if people can read them. */
function beginning(bytes: Uint8Array): { readonly text?: string } {
  try {
    // A decoder of a stream waits for the rest of a character that was cut, and does not call it wrong.
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, { stream: true });
    return isReadable(text) ? { text } : {};
  } catch {
    return {};
  }
}

/** How deep brackets nest, those inside of strings counted too. */
function nesting(bytes: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  for (const byte of bytes) {
    if (byte === 0x5b || byte === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return deepest;
}
