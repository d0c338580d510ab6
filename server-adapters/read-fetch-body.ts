import { StateFunError } from "../sdk/errors.js";
import { disconnected, tooLarge } from "./body-errors.js";
import { compressionOf, notCompressed, type Compression } from "./content-encoding.js";

// As long as on node: what a client gets to send the rest of a body that was refused half way.
const lingerMillis = 10_000;

/**
 * The body of a request of the Fetch standard, decompressed, never holding more than `limit` bytes of it.
 *
 * @param request - the request, before anything has read it
 * @param limit - the most bytes to accept, after decompression
 * @returns the bytes; a promise unless there are none. A body of one chunk is that chunk, not a copy
 * @throws StateFunError `request-too-large`; the rest of a body that was begun is thrown away meanwhile
 * @throws StateFunError `body-already-read` if something else has read the stream, or it yields no bytes
 * @throws StateFunError `unsupported-media-type` for another content-encoding than gzip or deflate
 * @throws StateFunError `malformed-request` if the body is not what its encoding says (as a rejection)
 * @throws StateFunError `client-disconnected` if the stream breaks off (as a rejection)
 */
export function readFetchBody(request: Request, limit: number): Uint8Array | Promise<Uint8Array> {
  if (request.bodyUsed) throw alreadyRead();
  const compression = compressionOf(request.headers.get("content-encoding") ?? undefined);
  // Before the stream is touched: of a body that nobody asked for, the runtime itself disposes.
  if (compression === undefined && Number(request.headers.get("content-length")) > limit)
    throw tooLarge(limit);
  const { body } = request;
  if (body === null) return new Uint8Array(0);
  if (body.locked) throw alreadyRead();
  if (compression !== undefined) return readCompressed(body, compression, limit);
  return readStream(body, limit, (cause, size) => disconnected(size, cause));
}

function readCompressed(
  body: ReadableStream<Uint8Array>,
  compression: Compression,
  limit: number,
): Promise<Uint8Array> {
  let brokenOff: { cause: unknown } | undefined;
  const reader = body.getReader();
  // Between the two, so that a client which hung up is told from bytes that are not what their encoding says.
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value as Uint8Array<ArrayBuffer>);
      } catch (cause) {
        brokenOff = { cause };
        controller.error(cause);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return readStream(source.pipeThrough(new DecompressionStream(compression)), limit, (cause, size) =>
    brokenOff === undefined ? notCompressed(compression, cause) : disconnected(size, brokenOff.cause),
  );
}

/** Reads to the end, or to one byte more than `limit`; `failure` names what broke the stream off. */
async function readStream(
  stream: ReadableStream<Uint8Array>,
  limit: number,
  failure: (cause: unknown, size: number) => StateFunError,
): Promise<Uint8Array> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw failure(cause, size);
    });
    if (done) return joined(chunks, size);
    if (!ArrayBuffer.isView(value)) throw alreadyRead();
    size += value.length;
    if (size > limit) {
      void discard(reader);
      throw tooLarge(limit);
    }
    chunks.push(value);
  }
}

/**
 * Throws away what still arrives, while the answer is on its way: a client that sends all of its body before it reads
 * would wait for ever if nobody took it. Never rejects.
 */
async function discard(reader: ReadableStreamDefaultReader<unknown>): Promise<void> {
  const patience = setTimeout(() => {
    reader.cancel().catch(() => undefined);
  }, lingerMillis);
  try {
    while (!(await reader.read()).done);
  } catch {
    // The runtime ended the body with the answer, or the client left: either way nobody sends any more.
  } finally {
    clearTimeout(patience);
  }
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const [first] = chunks;
  if (first?.length === size) return first;
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

function alreadyRead(): StateFunError {
  return new StateFunError(
    "body-already-read",
    "the body was read, or is being read, before it reached the functions: hand them the request first, " +
      "or a clone of it",
  );
}
