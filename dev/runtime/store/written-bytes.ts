import { readWrapped, strictText } from "../values/wrappers.js";
import { isReadable } from "../values/readable-value.js";
import { writtenBytes } from "../values/written-value.js";
import type { WritableValue } from "../values/written-value.js";
import { LineProblem } from "./line-fields.js";
import type { LineFields } from "./line-fields.js";

/** Bytes of `typename` as an export shows them: the most readable form from which exactly these bytes come back. */
export function writableValue(typename: string, bytes: Uint8Array): WritableValue {
  for (const form of [jsonForm, textForm]) {
    const written = form(typename, bytes);
    if (written !== undefined && comesBack(typename, written, bytes)) return written;
  }
  return { base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64") };
}

/** Reads what {@link writableValue} has written. */
export function bytesOfFields(typename: string, fields: LineFields): Uint8Array {
  try {
    return writtenBytes(typename, {
      ...(fields.has("value") ? { value: fields.any("value") } : {}),
      ...(fields.has("text") ? { text: fields.text("text") } : {}),
      ...(fields.has("base64") ? { base64: fields.text("base64") } : {}),
    });
  } catch (error) {
    if (error instanceof LineProblem || !(error instanceof Error)) throw error;
    throw new LineProblem(error.message);
  }
}

/** Bytes that are written in base64 and nothing else. */
export function base64Of(fields: LineFields, name: string): Uint8Array {
  const text = fields.text(name);
  const bytes = Buffer.from(text, "base64");
  if (bytes.toString("base64") !== text) throw new LineProblem(`"${name}" is not base64`);
  return bytes;
}

function jsonForm(typename: string, bytes: Uint8Array): WritableValue | undefined {
  const wrapped = readWrapped(typename, bytes);
  if (wrapped !== undefined) return { value: wrapped };
  const text = strictText(bytes);
  if (text === undefined || !/^[[{"\-\dtfn]/.test(text)) return undefined;
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function textForm(_typename: string, bytes: Uint8Array): WritableValue | undefined {
  const text = strictText(bytes);
  return text !== undefined && isReadable(text) ? { text } : undefined;
}

function comesBack(typename: string, written: WritableValue, bytes: Uint8Array): boolean {
  try {
    return Buffer.compare(writtenBytes(typename, written), bytes) === 0;
  } catch {
    return false;
  }
}
