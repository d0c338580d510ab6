import { promisify } from "node:util";
import {
  gunzip,
  gunzipSync,
  inflate,
  inflateRaw,
  inflateRawSync,
  inflateSync,
  type ZlibOptions,
} from "node:zlib";
import { thrownText } from "./call-failure.js";
import type { Refusal } from "./response-parser.js";

/** How a body was compressed. */
export type Compression = "gzip" | "deflate";

/** A body of more bytes than this is inflated beside the event loop, which it would hold up for milliseconds. */
const inlineBytes = 16 * 1024;

const later = {
  gunzip: promisify<Uint8Array, ZlibOptions, Buffer>(gunzip),
  inflate: promisify<Uint8Array, ZlibOptions, Buffer>(inflate),
  inflateRaw: promisify<Uint8Array, ZlibOptions, Buffer>(inflateRaw),
};
const now = { gunzip: gunzipSync, inflate: inflateSync, inflateRaw: inflateRawSync };

/** Undoes the compression of a body; what comes out may have `maxBytes`. Never throws and never rejects. */
export function inflatedBody(
  body: Uint8Array,
  compression: Compression,
  maxBytes: number,
): Uint8Array | Refusal | Promise<Uint8Array | Refusal> {
  if (body.length === 0) return body;
  const method = compression === "gzip" ? "gunzip" : hasZlibHeader(body) ? "inflate" : "inflateRaw";
  // One byte more than allowed tells too large from just as large as allowed.
  const options: ZlibOptions = { maxOutputLength: maxBytes + 1 };
  const checked = (bytes: Buffer): Uint8Array | Refusal =>
    bytes.length > maxBytes
      ? tooLarge(maxBytes)
      : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  const refused = (error: unknown): Refusal =>
    errorCode(error) === "ERR_BUFFER_TOO_LARGE"
      ? tooLarge(maxBytes)
      : {
          tooLarge: false,
          why: `has a body that cannot be inflated as ${compression}: ${thrownText(error)}`,
        };
  if (body.length > inlineBytes) return later[method](body, options).then(checked, refused);
  try {
    return checked(now[method](body, options));
  } catch (error) {
    return refused(error);
  }
}

/** Whether a deflated body has the wrapper that it should have, and that some servers leave out. */
function hasZlibHeader(body: Uint8Array): boolean {
  const [first = 0, second = 0] = body;
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
}

function errorCode(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}

function tooLarge(maxBytes: number): Refusal {
  return { tooLarge: true, why: `is larger than ${String(maxBytes)} bytes when it is inflated` };
}
