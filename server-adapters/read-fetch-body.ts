import { StateFunError } from "../sdk/errors.js";
import { BodyChunks } from "./body-chunks.js";
import { disconnected, tooLarge } from "./body-errors.js";
import { compressionOf, notCompressed, type Compression } from "./content-encoding.js";

// As long as on node: what a client gets to send the rest of a body that was refused half way.
const lingerMillis = 10_000;

/**
 * The body of a request of the Fetch standard, decompressed, never holding more than `limit` bytes of it. The compressed
 * form has the same limit.
 *
 * @param request - the request, before anything has read it
 * @param limit - the most bytes to accept, as they come and after decompression
 * @returns the bytes; a promise unless there are none. A body of one chunk is that chunk, not a copy
 * @throws StateFunError `request-too-large`; the rest of a body that was begun is thrown away meanwhile
 * @throws StateFunError `body-already-read` if something else has read the stream, or it yields no bytes
 * @throws StateFunError `unsupported-media-type` for another content-encoding than gzip or deflate
 * @throws StateFunError `malformed-request` if the body is not what its encoding says (as a rejection)
 * @throws StateFunError `client-disconnected` if the stream breaks off (as a rejection)
 */
export function readFetchBody(request: Request, limit: number): Uint8Array | Promise<Uint8Array> {
  if (request.bodyUsed) throw alreadyRead();
  // Before the stream is touched: of a body that nobody asked for, the runtime itself disposes.
  if (Number(request.headers.get("content-length")) > limit) throw tooLarge(limit);
  const compression = compressionOf(request.headers.get("content-encoding") ?? undefined);
  const { body } = request;
  if (body === null) return new Uint8Array(0);
  if (body.locked) throw alreadyRead();
  const reader = body.getReader();
  if (compression !== undefined) return readCompressed(reader, compression, limit);
  return readAll(reader, limit, {
    brokenOff: (cause, size) => disconnected(size, cause),
    abandon: () => void discard(reader),
  });
}

/** What to do about a stream that does not come to its end. */
interface Unfinished {
  /** What broke it off, after `size` bytes. */
  readonly brokenOff: (cause: unknown, size: number) => StateFunError;
  /** Called when it is refused, before it has ended. */
  readonly abandon: () => void;
}

/** Reads to the end, or to one byte more than `limit`. */
async function readAll(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  limit: number,
  { brokenOff, abandon }: Unfinished,
): Promise<Uint8Array> {
  const chunks = new BodyChunks();
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw brokenOff(cause, chunks.size);
    });
    if (done) return chunks.bytes();
    if (!ArrayBuffer.isView(value)) throw alreadyRead();
    chunks.add(value);
    if (chunks.size > limit) {
      chunks.clear();
      abandon();
      throw tooLarge(limit);
    }
  }
}

function readCompressed(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  compression: Compression,
  limit: number,
): Promise<Uint8Array> {
  const source = new CompressedSource(reader, limit);
  const inflated = source.stream.pipeThrough(new DecompressionStream(compression)).getReader();
  return readAll(inflated, limit, {
    brokenOff: (cause) => {
      source.abandon();
      return source.failure ?? notCompressed(compression, cause);
    },
    abandon: () => {
      source.abandon();
      inflated.cancel().catch(() => undefined);
    },
  });
}

/**
 * The compressed form of a body, on its way to be decompressed: holds it to the limit, and tells a client that hung up
 * from bytes that are not what their encoding says.
 */
class CompressedSource {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Why it ended early, unless that was the doing of whoever reads it. */
  failure: StateFunError | undefined;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #limit: number;
  #received = 0;
  #isAbandoned = false;

  constructor(reader: ReadableStreamDefaultReader<Uint8Array>, limit: number) {
    this.#reader = reader;
    this.#limit = limit;
    this.stream = new ReadableStream({
      pull: (controller) => this.#pull(controller),
      cancel: () => {
        this.abandon();
      },
    });
  }

  /** Throws away the rest as it is: nothing more of it is decompressed. */
  abandon(): void {
    if (this.#isAbandoned) return;
    this.#isAbandoned = true;
    void discard(this.#reader);
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): Promise<void> {
    try {
      const { done, value } = await this.#reader.read();
      if (this.#isAbandoned) return;
      if (done) controller.close();
      else controller.enqueue(this.#checked(value) as Uint8Array<ArrayBuffer>);
    } catch (cause) {
      this.failure ??= disconnected(this.#received, cause);
      controller.error(this.failure);
    }
  }

  #checked(chunk: Uint8Array): Uint8Array {
    if (!ArrayBuffer.isView(chunk)) throw (this.failure = alreadyRead());
    this.#received += chunk.length;
    // There is compressed data without end that comes to nothing.
    if (this.#received > this.#limit) throw (this.failure = tooLarge(this.#limit));
    return chunk;
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

function alreadyRead(): StateFunError {
  return new StateFunError(
    "body-already-read",
    "the body was read, or is being read, before it reached the functions: hand them the request first, " +
      "or a clone of it",
  );
}
