import { StateFunError } from "./errors.js";
import { describeValue, isBytes } from "./values/codec.js";
import { checkedTextLength } from "./wire/text.js";

/** One header of a message or a Kafka record. */
export interface Header {
  /** The header's name; several headers may have the same. */
  readonly key: string;
  /** The header's bytes; `undefined` is a null header, which differs from one of no bytes. */
  readonly value: Uint8Array | undefined;
}

/**
 * The headers of a message or a Kafka record, in order, duplicates kept.
 *
 * Headers are an addition of the maintained fork of StateFun: Apache 3.3.0 passes them on between functions, gives
 * none to messages from its ingresses, and drops them at its egresses.
 */
export type Headers = readonly Header[];

/** No headers, as most messages have. */
export const noHeaders: Headers = Object.freeze([]);

/** Checks headers that an author wrote; returns `undefined` where there is nothing to write. Throws `invalid-argument`. */
export function checkedHeaders(headers: Headers | undefined): Headers | undefined {
  if (headers === undefined || headers.length === 0) return undefined;
  const isList: boolean = Array.isArray(headers);
  if (!isList) {
    throw new StateFunError(
      "invalid-argument",
      `the headers are ${describeValue(headers)}, not a list: write [{ key, value }]`,
    );
  }
  for (const header of headers as readonly (
    { readonly key: unknown; readonly value: unknown } | undefined
  )[]) {
    if (typeof header !== "object") {
      throw new StateFunError(
        "invalid-argument",
        `a header is ${describeValue(header)}, not { key, value }: write [{ key: "trace", value: bytes }]`,
      );
    }
    if (typeof header.key !== "string" || checkedTextLength(header.key) === -1) {
      throw new StateFunError(
        "invalid-argument",
        `the key of a header is ${describeValue(header.key)}, not text`,
      );
    }
    if (header.value !== undefined && !isBytes(header.value)) {
      throw new StateFunError(
        "invalid-argument",
        `the header ${JSON.stringify(header.key)} has ${describeValue(header.value)}, not a Uint8Array or undefined`,
      );
    }
  }
  return headers;
}
