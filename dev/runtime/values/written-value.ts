import { textBytes } from "statefun/wire";
import { RuntimeError } from "../runtime-error.js";
import { quoted } from "../quoted.js";
import { isWrapped, stringTypename, wrappedRange, wrappedText, writeWrapped } from "./wrappers.js";

/** A value as people write it: exactly one of the three. */
export interface WritableValue {
  /** JSON, or a value of one of StateFun's own types. */
  readonly value?: unknown;
  /** Text: a string if the type is StateFun's own, otherwise the bytes of its UTF-8. */
  readonly text?: string | undefined;
  /** The bytes themselves. */
  readonly base64?: string | undefined;
}

/** Base64 with its padding, or without. */
const base64Text = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * The bytes of a value of `typename`, written by hand.
 *
 * @throws RuntimeError `invalid-argument` unless there is exactly one of the three, and it fits the type
 */
export function writtenBytes(typename: string, written: WritableValue): Uint8Array {
  const { value, text, base64 } = written;
  const given = [value, text, base64].filter((one) => one !== undefined);
  if (given.length !== 1) {
    throw invalid(
      `there ${given.length === 0 ? "is no value" : "are several values"}: give exactly one of "value" (JSON), "text" and "base64"`,
    );
  }
  if (base64 !== undefined) {
    if (typeof base64 === "string" && base64Text.test(base64)) return Buffer.from(base64, "base64");
    throw invalid(`${shown(base64)} is not base64`);
  }
  if (text !== undefined) {
    if (typeof text !== "string") throw invalid(`"text" is ${shown(text)}, which is no text`);
    checkPairs(text);
    if (typename === stringTypename) return wrappedText(textBytes(text));
    if (!isWrapped(typename)) return textBytes(text);
    throw invalid(`${typename} is not text: give ${wrappedRange(typename)} as "value"`);
  }
  if (!isWrapped(typename)) return textBytes(JSON.stringify(value));
  if (typeof value === "string") checkPairs(value);
  const bytes = writeWrapped(typename, value);
  if (bytes !== undefined) return bytes;
  throw invalid(`${shown(value)} is not a value of ${typename}: give ${wrappedRange(typename)}`);
}

/** JSON can hold half of a surrogate pair, which UTF-8 cannot. */
function checkPairs(text: string): void {
  if (/\p{Surrogate}/u.test(text)) throw invalid(`${shown(text)} holds half of a surrogate pair`);
}

function shown(value: unknown): string {
  return quoted(typeof value === "string" ? value : JSON.stringify(value));
}

function invalid(message: string): RuntimeError {
  return new RuntimeError("invalid-argument", message);
}
