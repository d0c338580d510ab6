import type { IncomingMessage } from "node:http";
import { StateFunError } from "../sdk/errors.js";
import { BodyChunks } from "./body-chunks.js";
import { disconnected, tooLarge } from "./body-errors.js";
import { compressionOf, type Compression } from "./content-encoding.js";
import { readInflated } from "./inflated-body.js";
import { headerOf } from "./node-header.js";

/**
 * The body of a request that `node:http` received, decompressed, never holding more than `limit` bytes of it.
 *
 * @param stream - the request, wherever it is on its way through a framework
 * @param limit - the most bytes to accept
 * @param parsed - what a body parser in front left as `body`; bytes are used, everything else only helps to name it
 * @returns the bytes; a promise unless they were parsed already. A body of one chunk is that chunk, not a copy
 * @throws StateFunError `request-too-large`; the rest of the body is then left to whoever answers
 * @throws StateFunError `body-already-read` if something else has read the stream
 * @throws StateFunError `unsupported-media-type` if the body is compressed otherwise than by gzip or deflate, and
 *   `malformed-request` (as a rejection) if it is not what its encoding says
 * @throws StateFunError `client-disconnected` if the client hung up before the end of its body (as a rejection)
 */
export function readBody(
  stream: IncomingMessage,
  limit: number,
  parsed?: unknown,
): Uint8Array | Promise<Uint8Array> {
  const compression = checkedCompression(stream, limit, parsed);
  if (parsed instanceof Uint8Array) return parsed;
  if (compression !== undefined) return readInflated(stream, compression, limit);
  return new Promise((resolve, reject) => {
    readStream(stream, limit, resolve, reject);
  });
}

/**
 * As {@link readBody}, without promises: calls one of `received` and `failed`, once, and before it returns only if the
 * bytes were parsed already. Promises would cost a batch of one as much as its codec.
 *
 * @throws StateFunError as {@link readBody} throws, and does not reject
 */
export function receiveBody(
  stream: IncomingMessage,
  limit: number,
  parsed: unknown,
  received: (bytes: Uint8Array) => void,
  failed: (thrown: unknown) => void,
): void {
  const compression = checkedCompression(stream, limit, parsed);
  if (parsed instanceof Uint8Array) received(parsed);
  else if (compression === undefined) readStream(stream, limit, received, failed);
  else readInflated(stream, compression, limit).then(received, failed);
}

/** Refuses a body that cannot be read, and returns how it is compressed, if it is. */
function checkedCompression(
  stream: IncomingMessage,
  limit: number,
  parsed: unknown,
): Compression | undefined {
  if (parsed instanceof Uint8Array) {
    if (parsed.length > limit) throw tooLarge(limit);
    return undefined;
  }
  if (wasRead(stream)) throw alreadyRead(parsed);
  if (stream.destroyed) throw disconnected(0);
  if (Number(headerOf(stream, "content-length")) > limit) throw tooLarge(limit);
  return compressionOf(headerOf(stream, "content-encoding"));
}

/**
 * Judged by the stream: `body` says little. Express 4 sets it to `{}` without reading, and parsers for uploads read
 * without setting it. A stream with an encoding yields text, from which the bytes cannot be had back.
 */
function wasRead(stream: IncomingMessage): boolean {
  return stream.readableEnded || stream.readableDidRead || stream.readableEncoding !== null;
}

function readStream(
  stream: IncomingMessage,
  limit: number,
  received: (bytes: Uint8Array) => void,
  failed: (thrown: unknown) => void,
): void {
  let first: Buffer | undefined; // most bodies have no other
  let chunks: BodyChunks | undefined;
  let size = 0;
  let isSettled = false;

  const fail = (error: StateFunError): void => {
    if (isSettled) return;
    isSettled = true;
    failed(error);
  };
  // Events, because async iteration costs several promises a chunk.
  stream.on("data", (chunk: Buffer) => {
    if (size > limit) return; // refused already: what still arrives is thrown away
    size += chunk.length;
    if (size > limit) {
      first = chunks = undefined;
      fail(tooLarge(limit));
    } else if (first === undefined) {
      first = chunk;
    } else {
      if (chunks === undefined) {
        chunks = new BodyChunks();
        chunks.add(first);
      }
      chunks.add(chunk);
    }
  });
  stream.on("end", () => {
    if (isSettled) return;
    isSettled = true;
    received(chunks?.bytes() ?? first ?? new Uint8Array(0));
  });
  stream.on("error", (cause) => {
    fail(disconnected(size, cause));
  });
  stream.on("close", () => {
    if (!isSettled) fail(disconnected(size));
  });
  if (stream.isPaused()) stream.resume(); // whoever paused it while it waited its turn has handed it to us
}

function alreadyRead(parsed: unknown): StateFunError {
  return new StateFunError(
    "body-already-read",
    `the body was read before it reached the functions, most likely by ${likelyParser(parsed)}: ` +
      "register the functions before any body parser, or parse with express.raw({ type: () => true })",
  );
}

function likelyParser(parsed: unknown): string {
  if (typeof parsed === "string") return "express.text()";
  if (typeof parsed !== "object" || parsed === null) {
    return "something that reads the stream itself (an upload parser such as multer, a proxy, a body logger)";
  }
  const values = Object.values(parsed);
  if (values.length === 0) return "express.json() or express.urlencoded()";
  const isForm =
    !Array.isArray(parsed) && values.every((value) => typeof value === "string" || Array.isArray(value));
  return isForm ? "express.urlencoded()" : "express.json()";
}
