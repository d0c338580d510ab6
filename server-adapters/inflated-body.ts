import type { IncomingMessage } from "node:http";
import { createGunzip, createInflate } from "node:zlib";
import type { StateFunError } from "../sdk/errors.js";
import { BodyChunks } from "./body-chunks.js";
import { disconnected, tooLarge } from "./body-errors.js";
import { notCompressed, type Compression } from "./content-encoding.js";

/**
 * The body of a request, decompressed while it arrives. It never holds more than `limit` bytes of it, however small
 * the compressed form is: a bomb is refused at its first byte too many. The compressed form has the same limit.
 *
 * @param stream - the request
 * @param compression - how it is compressed
 * @param limit - the most decompressed bytes to accept
 * @throws StateFunError `request-too-large`, `malformed-request` or `client-disconnected`, as a rejection
 */
export function readInflated(
  stream: IncomingMessage,
  compression: Compression,
  limit: number,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const inflate = compression === "gzip" ? createGunzip() : createInflate();
    const chunks = new BodyChunks();
    let received = 0;

    const stop = (error: StateFunError): void => {
      stream.unpipe(inflate);
      inflate.destroy();
      chunks.clear();
      reject(error);
    };
    inflate.on("data", (chunk: Buffer) => {
      chunks.add(chunk);
      if (chunks.size > limit) stop(tooLarge(limit));
    });
    inflate.on("end", () => {
      // What follows the end of the compressed data is not part of it, and nobody else reads it.
      stream.unpipe(inflate);
      stream.resume();
      resolve(chunks.bytes());
    });
    inflate.on("error", (cause) => {
      stop(notCompressed(compression, cause));
    });
    stream.on("data", (chunk: Buffer) => {
      // There is compressed data without end that comes to nothing.
      received += chunk.length;
      if (received > limit) stop(tooLarge(limit));
    });
    stream.on("error", (cause) => {
      stop(disconnected(chunks.size, cause));
    });
    stream.on("close", () => {
      if (!stream.readableEnded) stop(disconnected(chunks.size));
    });
    stream.pipe(inflate);
  });
}
