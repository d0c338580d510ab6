import { describe, expect, test } from "@jest/globals";
import { fieldValues } from "../../../../dev/runtime/transport/response-head.js";
import { ResponseParser } from "../../../../dev/runtime/transport/response-parser.js";
import { Random } from "../../../support/random.js";

const limits = { maxHeadBytes: 500, maxBodyBytes: 1000 };

interface Parsed {
  readonly progress: string;
  readonly status?: number | undefined;
  readonly body?: string;
  readonly keepAlive?: boolean | undefined;
  readonly surplus?: boolean;
  readonly refusal?: string | undefined;
}

/** Feeds pieces one after another until the response is complete or refused, and then the end of the connection. */
function parsed(pieces: readonly Buffer[], parser = new ResponseParser(limits), closes = true): Parsed {
  let progress = "more";
  for (const piece of pieces) {
    progress = parser.feed(Buffer.from(piece), piece.length);
    if (progress !== "more") break;
  }
  if (progress === "more" && closes) progress = parser.end();
  if (progress !== "complete") return { progress, refusal: parser.refusal?.why };
  const { head, body, surplus } = parser;
  return {
    progress,
    status: head?.status,
    body: Buffer.from(body).toString("latin1"),
    keepAlive: head?.keepAlive,
    surplus,
  };
}

const whole = (text: string): Buffer[] => [Buffer.from(text, "latin1")];

const good: Record<string, [string, Omit<Parsed, "progress">]> = {
  "a length": [
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
    { status: 200, body: "abc", keepAlive: true, surplus: false },
  ],
  "no reason": [
    "HTTP/1.1 200\r\ncontent-length:0\r\n\r\n",
    { status: 200, body: "", keepAlive: true, surplus: false },
  ],
  chunks: [
    "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n3;x=y\r\nabc\r\n00A\r\n0123456789\r\n0\r\nx: y\r\n\r\n",
    { status: 200, body: "abc0123456789", keepAlive: true, surplus: false },
  ],
  "a body that ends with the connection": [
    "HTTP/1.1 500 Oh\r\n\r\nwhat now",
    { status: 500, body: "what now", keepAlive: false, surplus: false },
  ],
  "interim responses before it": [
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nz",
    { status: 200, body: "z", keepAlive: true, surplus: false },
  ],
  "204, whatever its length says": [
    "HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n",
    { status: 204, body: "", keepAlive: true, surplus: false },
  ],
  "Connection: close": [
    "HTTP/1.1 200 OK\r\nconnection: x, Close\r\ncontent-length: 1\r\n\r\na",
    { status: 200, body: "a", keepAlive: false, surplus: false },
  ],
  "HTTP/1.0": [
    "HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\na",
    { status: 200, body: "a", keepAlive: false, surplus: false },
  ],
  "the same length twice": [
    "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\na",
    { status: 200, body: "a", keepAlive: true, surplus: false },
  ],
  "both framings: chunks count, and the connection ends": [
    "HTTP/1.1 200 OK\r\ncontent-length: 99\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
    { status: 200, body: "a", keepAlive: false, surplus: false },
  ],
};

describe("a response", () => {
  test.each(Object.entries(good))("is read with %s", (_, [text, expected]) => {
    expect(parsed(whole(text))).toEqual({ progress: "complete", ...expected });
  });

  test.each(Object.entries(good))("is the same byte by byte, with %s", (_, [text, expected]) => {
    const bytes = Buffer.from(text, "latin1");

    const result = parsed(Array.from(bytes, (byte) => Buffer.of(byte)));

    expect(result).toEqual({ progress: "complete", ...expected });
  });

  test("is the same however it is cut, and on a parser that has read others before", () => {
    const random = new Random(20_261_124);
    const parser = new ResponseParser(limits);
    for (let round = 0; round < 3000; round++) {
      const texts = Object.values(good);
      const [text, expected] = texts[random.below(texts.length)] as (typeof texts)[number];
      const bytes = Buffer.from(text, "latin1");
      const pieces: Buffer[] = [];
      for (let at = 0; at < bytes.length;) {
        const until = Math.min(bytes.length, at + 1 + random.below(bytes.length));
        pieces.push(bytes.subarray(at, until));
        at = until;
      }

      parser.reset();

      expect(parsed(pieces, parser)).toEqual({ progress: "complete", ...expected });
    }
  });

  test("keeps its fields in order, their values trimmed and otherwise as they came", () => {
    const parser = new ResponseParser(limits);

    parsed(
      whole("HTTP/1.1 200 OK\r\nX-A: \t one \t\r\nx-b:\r\nx-a: Two\xe9\r\ncontent-length: 0\r\n\r\n"),
      parser,
    );

    expect(parser.head?.fields).toEqual(["x-a", "one", "x-b", "", "x-a", "Two\u00e9", "content-length", "0"]);
    expect(fieldValues(parser.head ?? { fields: [] }, "x-a")).toEqual(["one", "Two\u00e9"]);
  });

  test("tells bytes that come after it", () => {
    const result = parsed(whole("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nab"));

    expect(result).toMatchObject({ progress: "complete", body: "a", surplus: true });
  });

  test("does not keep a view on what was fed", () => {
    const parser = new ResponseParser(limits);
    const bytes = Buffer.from("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc");

    parser.feed(bytes, bytes.length);
    bytes.fill(0);

    expect(Buffer.from(parser.body).toString()).toBe("abc");
  });

  test("is not complete as long as a byte is missing", () => {
    for (const [name, [text]] of Object.entries(good)) {
      if (name.startsWith("a body that ends")) continue;
      const cut = Buffer.from(text, "latin1").subarray(0, -1);

      expect(parsed([cut])).toMatchObject({ progress: "more" });
    }
  });
});

describe("a response is refused", () => {
  const head = (lines: string): string => `HTTP/1.1 200 OK\r\n${lines}\r\n\r\n`;
  test.each([
    ["for another protocol", "ICY 200 OK\r\n\r\n", "status line"],
    ["for another version", "HTTP/2.0 200 OK\r\n\r\n", "status line"],
    ["for a status that is no number", "HTTP/1.1 2xx OK\r\n\r\n", "status line"],
    ["for an empty line before it", "\r\nHTTP/1.1 200 OK\r\n\r\n", "status line"],
    [
      "for a line that ends without a carriage return",
      "HTTP/1.1 200 OK\ncontent-length: 1\n\n",
      "carriage return",
    ],
    ["for a folded line", head("x: a\r\n b"), "malformed"],
    ["for a blank before a colon", head("x : a"), "malformed"],
    ["for a line without a colon", head("nonsense"), "malformed"],
    ["for a control character in a value", head("x: a\x00b"), "malformed"],
    ["for a bare carriage return", head("x: a\rb"), "malformed"],
    ["for lengths that differ", head("content-length: 1\r\ncontent-length: 2"), "content-length"],
    ["for a list of lengths", head("content-length: 1, 1"), "content-length"],
    ["for a length with a sign", head("content-length: +1"), "content-length"],
    ["for a length beyond all numbers", head("content-length: 99999999999999999999"), "content-length"],
    ["for another transfer coding", head("transfer-encoding: gzip, chunked"), "transfer-encoding"],
    ["for chunks in HTTP/1.0", "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "transfer-encoding"],
    ["for switching protocols", "HTTP/1.1 101 Go\r\nupgrade: x\r\n\r\n", "switches protocols"],
    ["for interim responses without end", "HTTP/1.1 100 Go on\r\n\r\n".repeat(20), "interim"],
    ["for a head that is too large", head(`x: ${"y".repeat(500)}`), "more than 500 bytes"],
    ["for a head without end", `HTTP/1.1 200 OK\r\nx: ${"y".repeat(500)}`, "more than 500 bytes"],
    ["for a length above the limit", head("content-length: 1001"), "larger than 1000 bytes"],
    ["for a chunk above the limit", `${head("transfer-encoding: chunked")}3e9\r\n`, "larger than 1000 bytes"],
    ["for a body above the limit", `${head("x: y")}${"z".repeat(1001)}`, "larger than 1000 bytes"],
    ["for a chunk size that is none", `${head("transfer-encoding: chunked")}-1\r\n`, "chunk size"],
    [
      "for a chunk longer than it says",
      `${head("transfer-encoding: chunked")}1\r\nab\r\n`,
      "longer than it says",
    ],
    [
      "for a chunk line without end",
      `${head("transfer-encoding: chunked")}1;${"x".repeat(1100)}`,
      "too long a line",
    ],
    [
      "for too large a trailer",
      `${head("transfer-encoding: chunked")}0\r\n${"x: yyyyyyyy\r\n".repeat(50)}`,
      "trailer",
    ],
  ])("%s", (_, text, why) => {
    const result = parsed(whole(text));
    const byteByByte = parsed(Array.from(Buffer.from(text, "latin1"), (byte) => Buffer.of(byte)));

    expect(result.progress).toBe("refused");
    expect(result.refusal).toContain(why);
    expect(byteByByte.refusal).toContain(why);
  });
});

test("bytes at random, and good responses with random damage, neither throw nor outgrow the limits", () => {
  const seed = Number(process.env.FUZZ_SEED ?? 4711);
  const random = new Random(seed);
  const texts = Object.values(good).map(([text]) => Buffer.from(text, "latin1"));
  const parser = new ResponseParser(limits);
  const seen = new Set<string>();

  for (let round = 0; round < 20_000; round++) {
    const bytes =
      round % 4 === 0
        ? Buffer.from(random.bytes(random.below(200)))
        : Buffer.from(texts[random.below(texts.length)] as Buffer);
    for (let damage = random.below(4); damage > 0 && bytes.length > 0; damage--) {
      bytes[random.below(bytes.length)] = random.below(256);
    }
    parser.reset();
    const cut = random.below(bytes.length + 1);
    const { progress } = parsed([bytes.subarray(0, cut), bytes.subarray(cut)], parser);
    seen.add(progress);
    if (parser.body.length > limits.maxBodyBytes)
      throw new Error(`seed ${String(seed)}, round ${String(round)}`);
  }

  expect([...seen].sort()).toEqual(["complete", "more", "refused"]);
});
