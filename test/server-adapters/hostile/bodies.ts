import { deflateSync, gzipSync } from "node:zlib";
import { batchHead, chunk, head, type RawClient, type RawResponse } from "../raw-client.js";
import { batch, batchOfSize, hi } from "../requests.js";
import type { HostileCase } from "./encounter.js";

type Fate = Pick<HostileCase, "answers" | "connection" | "reports">;

const ok: Fate = { answers: [200], connection: "kept", reports: [] };
/** What Node's parser refuses in the head: nothing of it reaches the functions. */
const notHttp: Fate = { answers: [400], connection: "closed", reports: [] };
/** What Node's parser refuses in the body: the batch was being read. */
const brokenBody: Fate = { answers: [400], connection: "closed", reports: ["client-disconnected"] };
const chunked = { "transfer-encoding": "chunked" };
const lastChunk = chunk(new Uint8Array(0));
const size = String(hi.length);

function withLines(...lines: readonly string[]): string {
  return `POST / HTTP/1.1\r\nhost: localhost\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`;
}

function withLength(value: string): readonly (string | Uint8Array)[] {
  return [withLines(`content-length: ${value}`), hi];
}

/** Lengths that lie, and what proxies disagree about. */
export const lengths: readonly HostileCase[] = [
  {
    does: "sends more than its content-length",
    sends: [batchHead({ "content-length": hi.length }), hi, "and more\r\n\r\n"],
    ...notHttp,
    answers: [200, 400],
  },
  {
    does: "cuts its batch short by its content-length",
    sends: [batchHead({ "content-length": hi.length - 5 }), hi],
    answers: [400, 400],
    connection: "closed",
    reports: ["malformed-request"],
  },
  {
    does: "says a larger content-length and stops sending",
    sends: sendLessAndFinish,
    ...brokenBody,
  },
  {
    does: "says two content-lengths",
    sends: [withLines(`content-length: ${size}`, "content-length: 3"), hi],
    ...notHttp,
  },
  {
    does: "says its content-length twice",
    sends: [withLines(`content-length: ${size}`, `content-length: ${size}`), hi],
    ...notHttp,
  },
  { does: "says a content-length of two numbers", sends: withLength(`${size}, ${size}`), ...notHttp },
  { does: "says a negative content-length", sends: withLength(`-${size}`), ...notHttp },
  { does: "says a content-length with a sign", sends: withLength(`+${size}`), ...notHttp },
  { does: "says a hexadecimal content-length", sends: withLength("0x35"), ...notHttp },
  { does: "says a content-length beyond 64 bits", sends: withLength("18446744073709551669"), ...notHttp },
  {
    does: "says a content-length above the limit",
    sends: untilAnswered(batchHead({ "content-length": 1e15 })),
    ...refused("request-too-large", 413),
  },
  {
    does: "says no length",
    sends: [withLines("x: y")],
    answers: [400],
    connection: "kept",
    reports: ["malformed-request"],
  },
  {
    does: "says content-length and transfer-encoding",
    sends: [withLines(`content-length: ${size}`, "transfer-encoding: chunked"), chunk(hi), lastChunk],
    ...notHttp,
  },
  {
    does: "says transfer-encoding and content-length",
    sends: [withLines("transfer-encoding: chunked", `content-length: ${size}`), chunk(hi), lastChunk],
    ...notHttp,
  },
  {
    does: "says an unknown transfer-encoding",
    sends: [withLines("transfer-encoding: xchunked"), chunk(hi), lastChunk],
    ...brokenBody,
  },
  {
    does: "says chunked and then something else",
    sends: [withLines("transfer-encoding: chunked, identity"), chunk(hi), lastChunk],
    ...notHttp,
  },
  {
    does: "says chunked twice",
    sends: [withLines("transfer-encoding: chunked", "transfer-encoding: identity"), chunk(hi), lastChunk],
    ...notHttp,
  },
  {
    does: "hides a request in the body of GET",
    sends: [head("GET / ", { "content-length": hi.length }), hi],
    answers: [405],
    connection: "closed",
    reports: ["method-not-allowed"],
  },
];

/** Chunks that lie or never end. */
export const chunks: readonly HostileCase[] = [
  { does: "sends chunks without end", sends: sendUntilAnswered, ...refused("request-too-large", 413) },
  { does: "sends a chunk size that is no number", sends: [batchHead(chunked), "zz\r\n"], ...brokenBody },
  { does: "sends a negative chunk size", sends: [batchHead(chunked), "-5\r\nhello\r\n"], ...brokenBody },
  {
    does: "sends a chunk size beyond 64 bits",
    sends: [batchHead(chunked), "10000000000000005\r\nhello\r\n"],
    ...brokenBody,
  },
  {
    does: "sends more than a chunk's size",
    sends: [batchHead(chunked), "5\r\nhello, world\r\n0\r\n\r\n"],
    ...brokenBody,
  },
  {
    does: "ends a chunk size with LF alone",
    sends: [batchHead(chunked), "5\nhello\r\n0\r\n\r\n"],
    ...brokenBody,
  },
  {
    does: "sends chunk extensions of 20 KiB",
    sends: [batchHead(chunked), `5;${"x".repeat(20_480)}\r\nhello\r\n`, lastChunk],
    ...brokenBody,
    answers: [413],
  },
  {
    does: "sends trailers of 20 KiB",
    sends: [batchHead(chunked), chunk(hi), `0\r\nx: ${"x".repeat(20_480)}\r\n\r\n`],
    ...brokenBody,
    answers: [431],
  },
  { does: "sends trailers", sends: [batchHead(chunked), chunk(hi), "0\r\nx: y\r\n\r\n"], ...ok },
  {
    does: "sends content-length as a trailer",
    sends: [batchHead(chunked), chunk(hi), "0\r\ncontent-length: 3\r\n\r\n"],
    ...brokenBody,
  },
  {
    does: "sends 128 KiB in chunks of one byte",
    sends: [batchHead(chunked), ...inSingleBytes(batchOfSize(128 * 1024))],
    ...ok,
  },
];

function refused(code: string, status: number): Fate {
  return { answers: [status], connection: "closed", reports: [code] };
}

async function sendLessAndFinish(client: RawClient): Promise<readonly RawResponse[]> {
  await client.send(batchHead({ "content-length": hi.length + 1 }), hi);
  client.finish();
  return [];
}

/** Sends something that has no end, and stops when it is answered. */
function untilAnswered(...parts: readonly (string | Uint8Array)[]): HostileCase["sends"] {
  return async (client) => {
    void client.send(...parts);
    const response = await client.response();
    client.finish();
    return [response];
  };
}

async function sendUntilAnswered(client: RawClient): Promise<readonly RawResponse[]> {
  const part = chunk(Buffer.alloc(100_000));
  const response = client.response();
  const answered = response.then(() => true);
  await client.send(batchHead(chunked));
  while (!(await Promise.race([answered, client.send(part).then(() => false)])));
  client.finish();
  return [await response];
}

function inSingleBytes(body: Uint8Array): readonly Uint8Array[] {
  const parts = Buffer.alloc(body.length * 6, "1\r\n.\r\n");
  for (let i = 0; i < body.length; i++) parts[i * 6 + 3] = body[i] ?? 0;
  return [parts, lastChunk];
}

function encoded(encoding: string, body: Uint8Array): readonly (string | Uint8Array)[] {
  return [batchHead({ "content-encoding": encoding, "content-length": body.length }), body];
}

/** The same, on a connection that closes whether or not all of the body has arrived when it is answered. */
function lastEncoded(encoding: string, body: Uint8Array): readonly (string | Uint8Array)[] {
  return [
    batchHead({ connection: "close", "content-encoding": encoding, "content-length": body.length }),
    body,
  ];
}

const malformed: Fate = { answers: [400], connection: "kept", reports: ["malformed-request"] };
const unsupported: Fate = { answers: [415], connection: "closed", reports: ["unsupported-media-type"] };
const tooLarge: Fate = { answers: [413], connection: "closed", reports: ["request-too-large"] };

/** Compressed bodies that are not what they say, or far more than they seem. */
export function encodings(): readonly HostileCase[] {
  const member = gzipSync(Buffer.alloc(64 * 1024 * 1024));
  const bomb = Buffer.concat(Array<Buffer>(16).fill(member));
  const empty = gzipSync(Buffer.alloc(0));
  const zipped = gzipSync(hi);
  return [
    { does: "sends a gzip bomb of 1 GiB", sends: encoded("gzip", bomb), ...tooLarge },
    {
      does: "sends a deflate bomb of 64 MiB",
      sends: lastEncoded("deflate", deflateSync(Buffer.alloc(64 * 1024 * 1024))),
      ...tooLarge,
    },
    { does: "sends a gzip bomb within gzip", sends: encoded("gzip", gzipSync(bomb)), ...malformed },
    { does: "names gzip twice for it", sends: encoded("gzip, gzip", gzipSync(bomb)), ...unsupported },
    {
      does: "sends gzip of nothing, without end",
      sends: untilAnswered(
        batchHead({ ...chunked, "content-encoding": "gzip" }),
        ...Array<Buffer>(60).fill(chunk(Buffer.concat(Array<Buffer>(5000).fill(empty)))),
      ),
      ...tooLarge,
    },
    {
      does: "sends a batch as two gzip members",
      sends: encoded("gzip", Buffer.concat([gzipSync(hi.subarray(0, 9)), gzipSync(hi.subarray(9))])),
      ...ok,
    },
    { does: "sends gzip that breaks off", sends: encoded("gzip", zipped.subarray(0, -9)), ...malformed },
    {
      does: "sends gzip with a wrong checksum",
      sends: encoded("gzip", Buffer.concat([zipped.subarray(0, -8), Buffer.alloc(8)])),
      ...malformed,
    },
    { does: "says gzip and sends none", sends: encoded("gzip", hi), ...malformed },
    { does: "says gzip and sends nothing", sends: encoded("gzip", Buffer.alloc(0)), ...malformed },
    {
      does: "sends gzip and 1 MiB of something else after it",
      sends: lastEncoded("gzip", Buffer.concat([zipped, Buffer.alloc(1024 * 1024, 1)])),
      ...malformed,
      connection: "closed",
    },
    {
      does: "sends gzip and 1 MiB of padding after it",
      sends: lastEncoded("gzip", Buffer.concat([zipped, Buffer.alloc(1024 * 1024)])),
      ...ok,
      connection: "closed",
    },
    { does: "says an encoding that nobody sends", sends: encoded("br", batch("hi")), ...unsupported },
    {
      does: "says an encoding by the name of what every object has",
      sends: encoded("constructor", hi),
      ...unsupported,
    },
    {
      does: "says an encoding by the name of every object's prototype",
      sends: encoded("__proto__", hi),
      ...unsupported,
    },
    { does: "says an encoding of 8 KiB", sends: encoded("x".repeat(8192), hi), ...unsupported },
  ];
}
