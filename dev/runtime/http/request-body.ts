import type { IncomingMessage, ServerResponse } from "node:http";

const noBytes = Buffer.alloc(0);

/** How long a client that sends too much may go on before it is answered: most read the answer only when they are done. */
const drainMillis = 1_000;

/**
 * Reads the body of a request. A client that waits to be asked for it is asked, unless it announces too much.
 *
 * Calls `done` once, with `undefined` if the body is larger than `maxBytes`; never if the client goes away.
 */
export function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
  done: (body: Buffer | undefined) => void,
): void {
  const { "content-length": announced, expect } = request.headers;
  const isTooLarge = announced !== undefined && Number(announced) > maxBytes;
  if (expect !== undefined) {
    if (isTooLarge) {
      done(undefined);
      return;
    }
    response.writeContinue();
  }
  if (isTooLarge) {
    drain(request, done);
    return;
  }
  collect(request, maxBytes, done);
}

function collect(request: IncomingMessage, maxBytes: number, done: (body: Buffer | undefined) => void): void {
  let first: Buffer | undefined;
  let chunks: Buffer[] | undefined;
  let length = 0;
  function take(chunk: Buffer): void {
    length += chunk.length;
    if (length > maxBytes) {
      request.off("data", take);
      request.off("end", end);
      drain(request, done);
    } else if (first === undefined) first = chunk;
    else (chunks ??= [first]).push(chunk);
  }
  function end(): void {
    done(chunks === undefined ? (first ?? noBytes) : Buffer.concat(chunks, length));
  }
  request.on("data", take);
  request.on("end", end);
}

/** Lets a client that sends too much finish, or run out of time. */
function drain(request: IncomingMessage, done: (body: undefined) => void): void {
  function finish(): void {
    clearTimeout(patience);
    request.off("end", finish);
    request.off("close", finish);
    done(undefined);
  }
  const patience = setTimeout(finish, drainMillis);
  request.on("end", finish);
  request.on("close", finish);
  request.resume();
}
