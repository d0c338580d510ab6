import { afterEach, describe, expect, test } from "@jest/globals";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { Random } from "../../../support/random.js";
import { RuntimeError } from "../../../../dev/runtime/runtime-error.js";
import { address, CalledServer, emptyResult, request, type Called } from "./called-server.js";
import { RecordedOutcome } from "./outcomes.js";
import { answer, hangUp, noEffects, ok, silence, type Reply, type SeenRequest } from "./scripted-server.js";

let opened: CalledServer[] = [];

afterEach(async () => {
  for (const called of opened) await called.close();
  opened = [];
});

async function calling(replies: readonly Reply[], called: Partial<Called> = {}): Promise<CalledServer> {
  const server = new CalledServer(replies, { type: "async", ...called });
  opened.push(server);
  return server.listen();
}

const failing = answer("500 Internal Server Error", {
  lines: ["content-type: text/plain"],
  body: "it broke",
});

/** Sends the beginning of an answer that is longer than what follows, and closes. */
const halfAnswer: Reply = (connection) => {
  connection.end("HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ncontent-length: 9\r\n\r\nabc");
};

/** A field that no FromFunction has, with so many random bytes. */
function unknownField(length: number): Uint8Array {
  const varint = [0, 7, 14, 21].map((shift) => ((length >> shift) & 0x7f) | (shift < 21 ? 0x80 : 0));
  return Buffer.concat([Buffer.of(0x0a, ...varint), Buffer.alloc(length, new Random(3).bytes(40_000))]);
}

const connectionsOf = (requests: readonly SeenRequest[]): number[] =>
  requests.map(({ connection }) => connection);

test("a request has the head of the cluster's client, field for field, and the batch for a body", async () => {
  const called = await calling([ok], { path: "/a%2Fb/%C3%A9?q=%26x#f%23" });

  const outcome = await called.call();

  expect(outcome.response).toEqual(emptyResult);
  expect(Buffer.from(outcome.bytes)).toEqual(Buffer.from(noEffects));
  expect(called.server.requests).toEqual([
    {
      connection: 1,
      head: [
        "POST /a/b/\u00c3\u00a9?q=&x#f# HTTP/1.1", // UTF-8, read as Latin-1
        "content-type: application/octet-stream",
        "accept: application/octet-stream",
        "accept-encoding: gzip,deflate",
        "connection: keep-alive",
        "user-agent: statefun",
        `host: ${called.server.host}`,
        "content-length: 5",
      ],
      body: Buffer.from(request),
    },
  ]);
});

describe("retries", () => {
  test("D33: after 500 there are attempts after 4, 8, 16 … ms with the same body, and one response", async () => {
    const called = await calling([failing, failing, failing, failing, ok]);
    const { outcome } = called.begin();

    await called.attemptsAt([0, 4, 12, 28, 60]);
    await outcome.settled;

    expect(outcome.response).toEqual(emptyResult);
    expect(called.attempts.map(({ atMillis }) => atMillis)).toEqual([0, 4, 12, 28, 60]);
    expect(called.attempts[0]?.failure).toContain("500 Internal Server Error: it broke");
    expect(called.server.requests.map(({ body }) => body)).toEqual(Array(5).fill(Buffer.from(request)));
  });

  test("a failed attempt costs its connection, and a good one keeps it", async () => {
    const called = await calling([ok, ok, failing, ok, ok]);
    for (let call = 0; call < 2; call++) await called.call();

    const { outcome } = called.begin();
    await called.ended(3);
    await called.at(4);
    await outcome.settled;
    await called.call();

    expect(connectionsOf(called.server.requests)).toEqual([1, 1, 1, 2, 2]);
  });

  test("D34: 404 is tried again until the budget ends, 15 times in 2 minutes, and fails with what is known", async () => {
    const called = await calling([answer("404 Not Found", { lines: [], body: "" })]);
    const { outcome } = called.begin();
    const times = Array.from({ length: 15 }, (_, attempt) => 4 * (2 ** attempt - 1));

    await called.attemptsAt(times);
    await called.at(119_999);
    const before = [...outcome.reports];
    await called.at(120_000);

    expect(times.at(-1)).toBe(65_532);
    expect(before).toEqual([]);
    expect(outcome.error).toBeInstanceOf(RuntimeError);
    expect(outcome.error).toMatchObject({ code: "call-failed", address });
    expect(outcome.error.message).toContain("example/a/k");
    expect(outcome.error.message).toContain(`http://${called.server.host}/statefun`);
    expect(outcome.error.message).toMatch(/15 attempts in 120 s.*404 Not Found/);
    expect(called.server.requests).toHaveLength(15);
  });

  test.each([
    ["D35: text/plain", answer("200 OK", { lines: ["content-type: text/plain"] })],
    [
      "D35: a parameter",
      answer("200 OK", { lines: ["content-type: application/octet-stream; charset=utf-8"] }),
    ],
    ["D35: no content type", answer("200 OK", { lines: [] })],
    ["a body that is no FromFunction", answer("200 OK", { body: "\xff\xff\xff" })],
    ["400", answer("400 Bad Request")],
    ["302", answer("302 Found", { lines: ["location: /other"] })],
    ["307", answer("307 Temporary Redirect", { lines: ["location: /other"] })],
    ["503 with Retry-After", answer("503 Busy", { lines: ["retry-after: 1"] })],
    ["a connection closed before the answer", hangUp],
    ["D39: a connection closed within the answer", halfAnswer],
    ["what is not HTTP", (connection): unknown => connection.write("SSH-2.0-OpenSSH_9.2\r\n\r\n")],
  ] as [string, Reply][])("%s is a failure that is tried again on a new connection", async (_, reply) => {
    const called = await calling([reply, ok]);
    const { outcome } = called.begin();

    await called.attemptsAt([0, 4]);
    await outcome.settled;

    expect(outcome.response).toEqual(emptyResult);
    expect(connectionsOf(called.server.requests)).toEqual([1, 2]);
    expect(called.server.requests.map(({ head }) => head[0])).toEqual(
      Array(2).fill("POST /statefun HTTP/1.1"),
    );
  });

  test.each([
    ["another letter case", answer("200 OK", { lines: ["Content-Type: Application/Octet-Stream"] })],
    [
      "a list that holds it",
      answer("200 OK", { lines: ["content-type: text/plain, application/octet-stream"] }),
    ],
    ["201", answer("201 Created")],
    ["an empty body", answer("200 OK", { body: "" })],
    ["204", (c): unknown => c.write("HTTP/1.1 204 No\r\ncontent-type: application/octet-stream\r\n\r\n")],
  ] as [string, Reply][])("%s is a success", async (_, reply) => {
    const called = await calling([reply]);

    const outcome = await called.call();

    expect(outcome.response).toEqual(emptyResult);
  });

  test("D36: a function that is not there yet is reached as soon as it is", async () => {
    const called = await calling([ok]);
    const free = new CalledServer([ok], { type: "async" });
    await free.listen();
    const { host } = free.server;
    await free.close();
    const [, port] = host.split(":");
    const transport = called.transportTo(`http://${host}`);
    const outcome = new RecordedOutcome();

    transport.call(address, request, outcome);
    await called.attemptsAt([0, 4, 12]);
    const late = new CalledServer([ok], { type: "async" });
    opened.push(late);
    await late.server.listen({ port: Number(port), host: "127.0.0.1" });
    await called.at(28);
    await outcome.settled;
    await transport.close();

    expect(called.attempts.map(({ failure }) => failure?.includes("ECONNREFUSED"))).toEqual([
      true,
      true,
      true,
      undefined,
    ]);
    expect(outcome.response).toEqual(emptyResult);
  });
});

describe("limits", () => {
  test("D37: a function that is slower than the budget fails at its end, after one attempt, and is hung up on", async () => {
    const called = await calling([silence], { properties: { call: "3s" } });
    const { outcome } = called.begin();
    await called.server.until(() => called.server.requests.length === 1);

    await called.at(2999);
    const before = [...outcome.reports];
    await called.at(3000);
    await called.server.until(() => called.server.closedConnections === 1);

    expect(before).toEqual([]);
    expect(outcome.error.message).toMatch(/1 attempt in 3 s.*no answer in 3 s/);
  });

  test("D38: an answer larger than payload_max_bytes is a failure, and one just as large is not", async () => {
    const large = answer("200 OK", { body: Buffer.concat([Buffer.from([0x0a, 98]), Buffer.alloc(98)]) });
    const tooLarge = answer("200 OK", { body: Buffer.concat([Buffer.from([0x0a, 99]), Buffer.alloc(99)]) });
    const called = await calling([tooLarge, large], { properties: { payload_max_bytes: 100 } });
    const { outcome } = called.begin();

    await called.attemptsAt([0, 4]);
    await outcome.settled;

    expect(called.attempts[0]?.failure).toContain("larger than 100 bytes");
    expect(outcome.response).toEqual(emptyResult);
  });

  test("D38: what counts of a compressed answer is what comes out", async () => {
    const inflated = (bytes: number): Reply =>
      answer("200 OK", {
        lines: ["content-type: application/octet-stream", "content-encoding: gzip"],
        body: gzipSync(
          Buffer.concat([Buffer.from([0xa2, 0x06, 0x00, 0x0a, bytes - 5]), Buffer.alloc(bytes - 5)]),
        ),
      });
    const called = await calling([inflated(101), inflated(100)], { properties: { payload_max_bytes: 100 } });
    const { outcome } = called.begin();

    await called.attemptsAt([0, 4]);
    await outcome.settled;

    expect(called.attempts[0]?.failure).toContain("larger than 100 bytes when it is inflated");
    expect(outcome.response).toEqual(emptyResult);
  });

  test("D38: a body that would inflate to far more is not inflated, in a small answer and in a large one", async () => {
    const bomb = (megabytes: number): Reply =>
      answer("200 OK", {
        lines: ["content-type: application/octet-stream", "content-encoding: gzip"],
        body: gzipSync(Buffer.alloc(megabytes * 1024 * 1024)),
      });
    const called = await calling([bomb(1), bomb(64), ok], { properties: { payload_max_bytes: 500_000 } });
    const { outcome } = called.begin();

    await called.attemptsAt([0, 4, 12]);
    await outcome.settled;

    const tooLarge = expect.stringContaining("larger than 500000 bytes when it is inflated");
    expect(called.attempts.map(({ failure }) => failure)).toEqual([tooLarge, tooLarge, undefined]);
    expect(outcome.response).toEqual(emptyResult);
  });

  test("a large answer is read whole: plain, deflated with a header and without one, and gzipped", async () => {
    const body = Buffer.concat([Buffer.from([0xa2, 0x06, 0x00]), unknownField(5_000_000)]);
    const encoded = (encoding: string, bytes: Uint8Array): Reply =>
      answer("200 OK", {
        lines: ["content-type: application/octet-stream", `content-encoding: ${encoding}`],
        body: Buffer.from(bytes),
      });
    const called = await calling([
      answer("200 OK", { body }),
      encoded("deflate", deflateSync(body)),
      encoded("deflate", deflateRawSync(body)),
      encoded("gzip", gzipSync(body)),
    ]);

    const outcomes = [];
    for (let call = 0; call < 4; call++) outcomes.push(await called.call());

    expect(outcomes.map(({ bytes }) => Buffer.compare(bytes, body))).toEqual([0, 0, 0, 0]);
    expect(connectionsOf(called.server.requests)).toEqual([1, 1, 1, 1]);
  });

  test("a request of megabytes arrives whole", async () => {
    const called = await calling([ok]);
    const body = Buffer.alloc(5_000_000, new Random(7).bytes(40_000));

    const { outcome } = called.begin(new RecordedOutcome(), new Uint8Array(body));
    await outcome.settled;

    expect(Buffer.compare(called.server.requests[0]?.body ?? Buffer.alloc(0), body)).toBe(0);
  });

  test("a connection lives for pool_ttl and 1 to 3 seconds more, and is then replaced", async () => {
    const called = await calling([ok], { random: () => 0.5 });
    for (const seconds of [0, 4, 8, 12, 16]) {
      await called.at(seconds * 1000);
      await called.call();
    }
    await called.at(16_999);
    await called.call();

    await called.at(17_000);
    await called.server.until(() => called.server.closedConnections === 1);
    await called.call();

    expect(connectionsOf(called.server.requests)).toEqual([1, 1, 1, 1, 1, 1, 2]);
  });

  test("pool_ttl: 0 keeps connections as long as the function does", async () => {
    const called = await calling([ok], { properties: { pool_ttl: 0 } });
    await called.call();

    await called.at(10_000_000);
    await called.call();

    expect(connectionsOf(called.server.requests)).toEqual([1, 1]);
  });

  test("pool_size bounds the open requests, and the others wait in order", async () => {
    const held: (() => void)[] = [];
    const hold: Reply = (connection, seen) =>
      held.push(() => {
        ok(connection, seen);
      });
    const called = await calling([hold], { properties: { pool_size: 3 } });
    const calls = Array.from({ length: 12 }, (_, index) =>
      called.begin(new RecordedOutcome(), Uint8Array.of(index)),
    );
    await called.server.until(() => held.length === 3);
    const openAtOnce = called.server.requests.length;

    for (let answered = 0; answered < 12; answered++) {
      await called.server.until(() => held.length > answered);
      held[answered]?.();
    }
    await Promise.all(calls.map(({ outcome }) => outcome.settled));

    expect(openAtOnce).toBe(3);
    expect(called.server.connections).toBe(3);
    expect(called.server.requests.slice(3).map(({ body }) => body[0])).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  test("waiting for a connection longer than `connect` is a failed attempt, and the wait for the next one begins", async () => {
    const called = await calling([silence, ok], { properties: { pool_size: 1, connect: "2s" } });
    const first = called.begin();
    const second = called.begin();
    await called.server.until(() => called.server.requests.length === 1);

    await called.at(2000);
    await called.ended(1);
    first.call.abort();
    await called.at(2004);
    await second.outcome.settled;

    expect(called.attempts[0]?.failure).toMatch(/none of the 1 connections became free in 2000 ms/);
    expect(second.outcome.response).toEqual(emptyResult);
    expect(first.outcome.reports).toEqual([]);
  });

  test("with `timeouts` the older defaults hold, and the flat properties do not", async () => {
    const called = await calling([silence], { properties: { call: "3s", timeouts: { connect: "1s" } } });
    const { outcome } = called.begin();
    await called.server.until(() => called.server.requests.length === 1);

    await called.at(59_999);
    const before = [...outcome.reports];
    await called.at(60_000);

    expect(before).toEqual([]);
    expect(outcome.error.message).toContain("budget `call` of 60 s");
  });
});
