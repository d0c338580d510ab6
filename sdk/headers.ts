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

/**
 * Checks headers that an author wrote and returns copies, read once, so that nothing is read while bytes are written;
 * `undefined` where there is nothing to write. Throws `invalid-argument`.
 */
export function checkedHeaders(headers: Headers | undefined): Headers | undefined {
  if (headers === undefined) return undefined;
  const given: unknown = headers;
  if (!Array.isArray(given)) {
    throw new StateFunError(
      "invalid-argument",
      `the headers are ${describeValue(given)}, not a list: write [{ key, value }]`,
    );
  }
  return given.length === 0 ? undefined : given.map(checkedHeader);
}

function checkedHeader(header: unknown): Header {
  if (typeof header !== "object" || header === null) {
    throw new StateFunError(
      "invalid-argument",
      `a header is ${describeValue(header)}, not { key, value }: write [{ key: "trace", value: bytes }]`,
    );
  }
  const { key, value } = header as { readonly key: unknown; readonly value: unknown };
  if (typeof key !== "string" || checkedTextLength(key) === -1) {
    throw new StateFunError("invalid-argument", `the key of a header is ${describeValue(key)}, not text`);
  }
  if (value === undefined || isBytes(value)) return { key, value };
  throw new StateFunError(
    "invalid-argument",
    `the header ${JSON.stringify(key)} has ${describeValue(value)}, not a Uint8Array or undefined`,
  );
}
