import { STATUS_CODES } from "node:http";
import { gzipSync } from "node:zlib";
import type { ReplyShape } from "./commands.js";
import { bytesOf } from "./values.js";

/** An HTTP answer as it goes over a connection. */
export interface HttpAnswer {
  readonly status: number;
  /** The body before it is cut into chunks. */
  readonly content: Uint8Array;
  /** What is written: all of the answer, or as much of it as `drop` lets through. */
  readonly written: Uint8Array;
  /** Whether the connection is closed behind it. */
  readonly closes: boolean;
  /** Whether it is a whole answer in which a client can find a `FromFunction`, ours. */
  readonly sound: boolean;
}

/** The answer that carries `body`, in the shape that a command asks for. */
export function httpAnswer(body: Uint8Array, shape: ReplyShape = {}): HttpAnswer {
  const {
    status = 200,
    contentType = "application/octet-stream",
    chunked,
    gzip,
    close = false,
    drop,
  } = shape;
  const plain = shape.body === undefined ? body : bytesOf(shape.body);
  const content = gzip === true ? new Uint8Array(gzipSync(plain)) : plain;
  const head = [
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ""}`,
    ...(contentType === null ? [] : [`Content-Type: ${contentType}`]),
    ...(gzip === true ? ["Content-Encoding: gzip"] : []),
    ...lengthHeader(status, content, chunked),
    ...(close ? ["Connection: close"] : []),
    ...(shape.headers ?? []),
  ];
  const framed = chunked === undefined ? content : inChunks(content, chunked);
  const whole = Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), framed]);
  const written = drop === "before" ? 0 : whole.length - (drop === "half" ? Math.ceil(framed.length / 2) : 0);
  const rightType = contentType?.toLowerCase() === "application/octet-stream";
  return {
    status,
    content,
    written: whole.subarray(0, written),
    closes: close || drop !== undefined,
    sound:
      status >= 200 &&
      status < 300 &&
      rightType &&
      drop === undefined &&
      (shape.body === undefined || content.length === 0),
  };
}

function lengthHeader(status: number, content: Uint8Array, chunked: number | undefined): string[] {
  if (chunked !== undefined) return ["Transfer-Encoding: chunked"];
  // An answer 204 has no body, and says nothing of its length.
  return status === 204 ? [] : [`Content-Length: ${String(content.length)}`];
}

function inChunks(content: Uint8Array, size: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let start = 0; start < content.length; start += size) {
    const chunk = content.subarray(start, start + size);
    parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n"));
  }
  return Buffer.concat([...parts, Buffer.from("0\r\n\r\n")]);
}
