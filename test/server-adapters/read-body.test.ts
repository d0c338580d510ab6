import { once } from "node:events";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { readBody, receiveBody } from "../../server-adapters/read-body.js";

const limit = 10;

describe("readBody", () => {
  test("uses a body of one chunk as it came", async () => {
    const chunk = Buffer.from("abc");

    const body = await readBody(requestOf([chunk]), limit);

    expect(body).toBe(chunk);
  });

  test("joins a body of several chunks", async () => {
    const body = await readBody(requestOf([Buffer.from("ab"), Buffer.from("c"), Buffer.from("de")]), limit);

    expect(body).toEqual(Buffer.from("abcde"));
  });

  test("reads an empty body", async () => {
    const body = await readBody(requestOf([]), limit);

    expect(body).toHaveLength(0);
  });

  test.each([Buffer.from("abc"), Uint8Array.of(1, 2, 3)])("uses the bytes that a parser left", (parsed) => {
    const body = readBody(requestOf([]), limit, parsed);

    expect(body).toBe(parsed);
  });

  test("holds the bytes that a parser left to the limit", () => {
    const reading = (): unknown => readBody(requestOf([]), limit, Buffer.alloc(limit + 1));

    expect(reading).toThrow(/^\[request-too-large\] .*more than 10 bytes: raise maxRequestBytes/);
  });

  test("accepts exactly the limit", async () => {
    const body = await readBody(requestOf([Buffer.alloc(4), Buffer.alloc(6)]), limit);

    expect(body).toHaveLength(limit);
  });

  test("refuses one byte more without a length, once it arrives", async () => {
    const reading = readBody(requestOf([Buffer.alloc(4), Buffer.alloc(7)]), limit);

    await expect(reading).rejects.toMatchObject({ code: "request-too-large" });
  });

  test("refuses a length above the limit without reading", () => {
    const request = requestOf([Buffer.from("abc")]);
    request.headers["content-length"] = "11";

    expect(() => readBody(request, limit)).toThrow("[request-too-large]");
    expect(request.readableDidRead).toBe(false);
  });

  test.each(["br", "constructor", "__proto__"])("refuses the encoding %s without reading", (encoding) => {
    const request = requestOf([Buffer.from("abc")]);
    request.headers["content-encoding"] = encoding;

    expect(() => readBody(request, limit)).toThrow("[unsupported-media-type]");
    expect(request.readableDidRead).toBe(false);
  });

  test("reads on where something in front has paused", async () => {
    const request = requestOf([Buffer.from("abc")]);
    request.pause();

    const body = await readBody(request, limit);

    expect(body).toEqual(Buffer.from("abc"));
  });

  test("ignores what Express 4 leaves as body without reading", async () => {
    const body = await readBody(requestOf([Buffer.from("abc")]), limit, {});

    expect(body).toEqual(Buffer.from("abc"));
  });
});

describe("receiveBody", () => {
  test("hands the body over while its end is told, not in a promise's turn", async () => {
    const request = requestOf([Buffer.from("ab"), Buffer.from("c")]);
    const bodies: Uint8Array[] = [];
    let countAtEnd: number | undefined;

    receiveBody(request, limit, undefined, (bytes) => bodies.push(bytes), fail);
    request.on("end", () => (countAtEnd = bodies.length));
    await once(request, "close");

    expect(countAtEnd).toBe(1);
    expect(bodies).toEqual([Buffer.from("abc")]);
  });

  test("hands over at once what a parser left", () => {
    const bodies: Uint8Array[] = [];

    receiveBody(requestOf([]), limit, Buffer.from("abc"), (bytes) => bodies.push(bytes), fail);

    expect(bodies).toEqual([Buffer.from("abc")]);
  });

  test("fails once for a body that is too large, however it ends", async () => {
    const request = requestOf([Buffer.alloc(4), Buffer.alloc(7), Buffer.alloc(3)]);
    const failures: unknown[] = [];

    receiveBody(request, limit, undefined, fail, (error) => failures.push(error));
    await once(request, "close");

    expect(failures).toMatchObject([{ code: "request-too-large" }]);
  });

  test("fails once for a client that hangs up half way", async () => {
    const request = new IncomingMessage(new Socket());
    const failures: unknown[] = [];

    receiveBody(request, limit, undefined, fail, (error) => failures.push(error));
    request.push(Buffer.from("abc"));
    const closed = new Promise((resolve) => request.once("close", resolve));
    request.destroy(new Error("reset"));
    await closed;

    expect(failures).toMatchObject([{ code: "client-disconnected" }]);
  });
});

describe("a body that something else has touched", () => {
  test.each([
    { parsed: "text", parser: "express.text()" },
    { parsed: {}, parser: "express.json() or express.urlencoded()" },
    { parsed: { a: 1 }, parser: "express.json()" },
    { parsed: ["a"], parser: "express.json()" },
    { parsed: { a: "b", c: ["d"] }, parser: "express.urlencoded()" },
    { parsed: undefined, parser: "something that reads the stream itself" },
    { parsed: null, parser: "something that reads the stream itself" },
  ])("is an error that names the likely parser of $parsed", async ({ parsed, parser }) => {
    const request = requestOf([Buffer.from("abc")]);
    await once(request.resume(), "end");

    const reading = (): unknown => readBody(request, limit, parsed);

    expect(reading).toThrow(
      `[body-already-read] the body was read before it reached the functions, most likely by ${parser}`,
    );
    expect(reading).toThrow("register the functions before any body parser");
  });

  test("is an error when it was read in part", () => {
    const request = requestOf([Buffer.from("abc"), Buffer.from("def")]);
    request.read(1);

    expect(() => readBody(request, limit)).toThrow("[body-already-read]");
  });

  test("is an error when the stream was set to yield text", () => {
    const request = requestOf([Buffer.from("abc")]);
    request.setEncoding("utf8");

    expect(() => readBody(request, limit)).toThrow("[body-already-read]");
  });

  test("is client-disconnected when the client was gone before the first byte", () => {
    const request = requestOf([Buffer.from("abc")]);
    request.destroy();

    expect(() => readBody(request, limit)).toThrow("[client-disconnected]");
  });

  test("is client-disconnected when the stream fails or closes half way", async () => {
    const failing = new IncomingMessage(new Socket());
    const closing = new IncomingMessage(new Socket());

    const bodies = [failing, closing].map(async (request) => readBody(request, limit));
    failing.destroy(new Error("reset"));
    closing.destroy();
    const outcomes = await Promise.allSettled(bodies);

    expect(outcomes).toMatchObject([
      { reason: { code: "client-disconnected", cause: { message: "reset" } } },
      { reason: { code: "client-disconnected" } },
    ]);
  });
});

function fail(): never {
  throw new Error("this outcome was not meant to be");
}

/** A request as `node:http` makes it, whose whole body has arrived. */
function requestOf(chunks: readonly Buffer[]): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  for (const chunk of chunks) request.push(chunk);
  request.push(null);
  return request;
}
