import { createHash } from "node:crypto";
import { fromHex, hex } from "../support/hex.js";
import type { ExpectedBytes, GivenValue } from "./scenario.js";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The bytes of a value as the files write it. */
export function bytesOf(value: GivenValue): Uint8Array {
  if (typeof value === "string") return new Uint8Array(Buffer.from(value));
  const keys = Object.keys(value);
  if (keys.length === 1 && "hex" in value && typeof value.hex === "string") return fromHex(value.hex);
  if (keys.length === 1 && "fill" in value && typeof value.fill === "number") {
    return new Uint8Array(value.fill).fill("x".charCodeAt(0));
  }
  return new Uint8Array(Buffer.from(JSON.stringify(value)));
}

/** The text of bytes that are UTF-8, else `undefined`. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** More than this many bytes are shown by their length and digest. */
const longest = 2000;

/** Bytes in the form of expectations, for people to compare. */
export function shownBytes(bytes: Uint8Array): ExpectedBytes {
  if (bytes.length > longest) return digestOf(bytes);
  const text = textOf(bytes);
  return text === undefined || text === "" ? { hex: hex(bytes) } : text;
}

/** Bytes in the form in which `expected` is written, so that the two are equal exactly if the bytes are. */
export function shownLike(expected: ExpectedBytes | undefined, bytes: Uint8Array): ExpectedBytes {
  if (expected === undefined) return shownBytes(bytes);
  if (typeof expected === "string") return textOf(bytes) ?? { hex: hex(bytes) };
  return "hex" in expected ? { hex: hex(bytes) } : digestOf(bytes);
}

function digestOf(bytes: Uint8Array): ExpectedBytes {
  return { length: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}
