import { afterEach, describe, expect, test } from "@jest/globals";
import { gzipSync } from "node:zlib";
import path from "node:path";
import { realClock } from "../../../../dev/runtime/real-clock.js";
import { endpointFromSpec } from "../../../../dev/runtime/transport/endpoint-from-spec.js";
import { temporaryFolder } from "../../temporary-folder.js";
import { address, CalledServer, emptyResult, request, type Called } from "./called-server.js";
import { RecordedOutcome } from "./outcomes.js";
import { answer, hangUp, noEffects, ok, ScriptedServer, silence, type Reply } from "./scripted-server.js";

let opened: CalledServer[] = [];

afterEach(async () => {
  for (const called of opened) await called.close();
  opened = [];
});

const threeSeconds = { timeouts: { call: "3s", connect: "2s", read: "2s", write: "2s" } };

async function calling(replies: readonly Reply[], called: Partial<Called> = {}): Promise<CalledServer> {
  const server = new CalledServer(replies, { type: "okhttp", ...called });
  opened.push(server);
  return server.listen();
}

const failing = answer("500 Internal Server Error", {
  lines: ["content-type: text/plain"],
  body: "it broke",
});

const connectionsOf = ({ server }: CalledServer): number[] =>
  server.requests.map(({ connection }) => connection);

test("a request has the head of the cluster's client, field for field, and the batch for a body", async () => {
  const called = await calling([ok], { path: "/a%2Fb/%C3%A9?q=%26x" });

  const outcome = await called.call();

  expect(outcome.response).toEqual(emptyResult);
  expect(called.server.requests).toEqual([
    {
      connection: 1,
      head: [
        "POST /a%2Fb/%C3%A9?q=%26x HTTP/1.1",
        "Content-Type: application/octet-stream",
        "Content-Length: 5",
        `Host: ${called.server.host}`,
        "Connection: Keep-Alive",
        "Accept-Encoding: gzip",
        "User-Agent: okhttp/3.14.6",
      ],
      body: Buffer.from(request),
    },
  ]);
});

test("a Unix socket is reached, and the rest of the path is one segment", async () => {
  const socket = path.join(temporaryFolder(), "f.sock");
  const called = new CalledServer([ok], { type: "okhttp", path: "/statefun/x" });
  opened.push(called);
  await called.server.listen({ path: socket });
  const transport = called.transportTo(`http+unix://${socket}`);
  const outcome = new RecordedOutcome();

  transport.call(address, request, outcome);
  await outcome.settled;
  await transport.close();

  expect(outcome.response).toEqual(emptyResult);
  const [seen] = called.server.requests;
  expect(seen?.head[0]).toBe("POST /%2Fstatefun%2Fx HTTP/1.1");
  expect(seen?.head).toContain("Host: unused");
});

describe("retries", () => {
  test("D33: after 500 there are attempts after 10, 20, 40 … ms, each on a new connection", async () => {
    const called = await calling([failing, failing, failing, ok]);
    const { outcome } = called.begin();

    await called.attemptsAt([0, 10, 30, 70]);
    await outcome.settled;

    expect(outcome.response).toEqual(emptyResult);
    expect(connectionsOf(called)).toEqual([1, 2, 3, 4]);
    expect(called.server.requests.map(({ body }) => body)).toEqual(Array(4).fill(Buffer.from(request)));
  });

  test("the last attempt is made when the budget ends: 14 in the default minute", async () => {
    const called = await calling([failing]);
    const { outcome } = called.begin();
    const times = [...Array.from({ length: 13 }, (_, attempt) => 10 * (2 ** attempt - 1)), 60_000];

    await called.attemptsAt(times);
    await outcome.settled;

    expect(called.attempts.map(({ atMillis }) => atMillis)).toEqual(times);
    expect(outcome.error).toMatchObject({ code: "call-failed", address });
    expect(outcome.error.message).toMatch(/example\/a\/k at http.*14 attempts in 60 s.*500 .*it broke/);
  });

  test.each([
    ["D34: 404", answer("404 Not Found", { lines: [], body: "" }), "404 Not Found"],
    ["400", answer("400 Bad Request"), "400 Bad Request"],
    ["307", answer("307 Temporary Redirect", { lines: ["location: /other"] }), "307"],
    ["302 without a location", answer("302 Found", { lines: [] }), "302"],
    ["D35: text/plain", answer("200 OK", { lines: ["content-type: text/plain"] }), "text/plain"],
    [
      "D35: a parameter",
      answer("200 OK", { lines: ["content-type: application/octet-stream; charset=x"] }),
      "charset",
    ],
    ["D35: no content type", answer("200 OK", { lines: [] }), "no content-type"],
    [
      "another letter case",
      answer("200 OK", { lines: ["Content-Type: Application/Octet-Stream"] }),
      "Application/Octet-Stream",
    ],
    ["a body that is no FromFunction", answer("200 OK", { body: "\xff\xff\xff" }), "no FromFunction"],
    [
      "D39: a connection closed within the body",
      (connection): unknown =>
        connection.end(
          "HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ncontent-length: 9\r\n\r\nabc",
        ),
      "within the body",
    ],
    [
      "a body that cannot be inflated",
      answer("200 OK", { lines: ["content-type: application/octet-stream", "content-encoding: gzip"] }),
      "inflated as gzip",
    ],
  ] as [string, Reply, string][])("%s ends the call at once", async (_, reply, why) => {
    const called = await calling([reply]);

    const outcome = await called.call();

    expect(outcome.error).toMatchObject({ code: "call-failed", address });
    expect(outcome.error.message).toContain(why);
    expect(called.server.requests).toHaveLength(1);
  });

  test.each(["408", "409", "420", "429", "499", "500", "503", "599"])("%s is tried again", async (status) => {
    const again = answer(`${status} Try again`, { lines: ["retry-after: 1"] });
    const called = await calling([again, again, ok]);
    const { outcome } = called.begin();

    await called.attemptsAt([0, 10, 30]);
    await outcome.settled;

    expect(outcome.response).toEqual(emptyResult);
  });

  test.each([
    ["408", answer("408 Request Timeout", { lines: [] })],
    ["503 with Retry-After: 0", answer("503 Busy", { lines: ["Retry-After: 0"] })],
  ])("%s is answered by the same request once, within the attempt", async (_, reply) => {
    const called = await calling([reply, ok]);

    const outcome = await called.call();

    expect(outcome.response).toEqual(emptyResult);
    expect(called.server.requests.map(({ head }) => head[0])).toEqual(
      Array(2).fill("POST /statefun HTTP/1.1"),
    );
    expect(called.attempts).toHaveLength(1);
  });

  test.each(["301", "302", "303"])("%s is followed with a GET on the same connection", async (status) => {
    const called = await calling([
      answer(`${status} There`, { lines: ["Location: /other?x"], body: "" }),
      ok,
    ]);

    const outcome = await called.call();

    expect(outcome.response).toEqual(emptyResult);
    expect(connectionsOf(called)).toEqual([1, 1]);
    expect(called.server.requests[1]).toMatchObject({
      head: [
        "GET /other?x HTTP/1.1",
        `Host: ${called.server.host}`,
        "Connection: Keep-Alive",
        "Accept-Encoding: gzip",
        "User-Agent: okhttp/3.14.6",
      ],
    });
  });

  test("what a redirection leads to is judged as usual: 405 ends the call", async () => {
    const called = await calling([answer("302 Found", { lines: ["location: /other"] }), answer("405 No")]);

    const outcome = await called.call();

    expect(outcome.error.message).toContain("405 No");
  });

  test("a redirection in a circle is a failed attempt after 20 of them", async () => {
    const called = await calling([answer("302 Found", { lines: ["location: /again"] })]);

    called.begin();
    await called.ended(1);

    expect(called.server.requests).toHaveLength(21);
    expect(called.attempts[0]?.failure).toContain("more than 20");
  });

  test("D39: a pooled connection that breaks before the answer is replaced twice at once, then the waits begin", async () => {
    const called = await calling([ok, hangUp, hangUp, hangUp, hangUp, hangUp, hangUp, ok]);
    await called.call();
    const { outcome } = called.begin();

    await called.ended(2);
    const atOnce = called.server.requests.length - 1;
    for (const [index, time] of [10, 30, 70, 150].entries()) {
      await called.at(time);
      await called.ended(index + 3);
    }
    await outcome.settled;

    expect(atOnce).toBe(3);
    expect(called.server.requests).toHaveLength(8);
    expect(called.server.connections).toBe(7);
    expect(outcome.response).toEqual(emptyResult);
  });

  test("a new connection that breaks before the answer is not replaced at once", async () => {
    const called = await calling([hangUp, ok]);
    const { outcome } = called.begin();

    await called.attemptsAt([0]);
    const atOnce = called.server.requests.length;
    await called.at(10);
    await outcome.settled;

    expect(atOnce).toBe(1);
    expect(outcome.response).toEqual(emptyResult);
  });

  test("D36: a refused connection is tried again, and after the last attempt the error says so", async () => {
    const called = await calling([ok], { properties: threeSeconds });
    const gone = new ScriptedServer([ok]);
    await gone.listen();
    const { host } = gone;
    await gone.close();
    const transport = called.transportTo(`http://${host}`);
    const outcome = new RecordedOutcome();

    transport.call(address, request, outcome);
    await called.attemptsAt([0, 10, 30, 70, 150, 310, 630, 1270, 2550, 3000]);
    await outcome.settled;
    await transport.close();

    expect(outcome.error.message).toMatch(/10 attempts in 3 s.*ECONNREFUSED/);
  });
});

describe("limits", () => {
  test("D37: attempts without an answer end after `read`, and none begins once the budget is over", async () => {
    const called = await calling([silence], {
      properties: { timeouts: { call: "3s", connect: "1s", read: "1s", write: "1s" } },
    });
    const { outcome } = called.begin();

    for (const [index, [begins, ends]] of [
      [0, 1000],
      [1010, 2010],
      [2030, 3030],
    ].entries()) {
      await called.at(begins as number);
      await called.server.until(() => called.server.requests.length === index + 1);
      await called.at(ends as number);
      await called.ended(index + 1);
    }
    await outcome.settled;
    await called.server.until(() => called.server.closedConnections === 3);

    expect(outcome.error.message).toMatch(/3 attempts in 3 s.*no answer came for 1000 ms/);
  });

  test("an answer that stops within its body for longer than `read` ends the call", async () => {
    const called = await calling([
      (connection): unknown =>
        connection.write(
          "HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ncontent-length: 9\r\n\r\na",
        ),
    ]);
    const timeouts = { call: "30s", connect: "30s", read: "200ms", write: "30s" };
    const transport = endpointFromSpec(
      {
        functions: { namespace: "example", name: "a" },
        urlPathTemplate: `http://${called.server.host}/`,
        maxNumBatchRequests: 1000,
        transport: { type: "okhttp", properties: { timeouts } },
      },
      { clock: realClock() },
    ).transportFor(address);
    const outcome = new RecordedOutcome();

    transport.call(address, request, outcome);
    await outcome.settled;
    await transport.close();

    expect(outcome.error.message).toMatch(/1 attempt in .*nothing more of the answer came for 200 ms/);
  });

  test("connections stay open for a minute when they are idle", async () => {
    const called = await calling([ok]);
    await called.call();
    await called.at(59_999);
    await called.call();

    await called.at(119_999);
    await called.server.until(() => called.server.closedConnections === 1);
    await called.call();

    expect(connectionsOf(called)).toEqual([1, 1, 2]);
  });

  test("a compressed answer and a chunked one are read", async () => {
    const type = "content-type: application/octet-stream";
    const compressed = answer("200 OK", {
      lines: [type, "content-encoding: gzip"],
      body: gzipSync(noEffects),
    });
    const chunked: Reply = (connection) => {
      connection.write(
        `HTTP/1.1 200 OK\r\n${type}\r\ntransfer-encoding: chunked\r\n\r\n1\r\n\xa2\r\n2\r\n\x06\x00\r\n0\r\n\r\n`,
        "latin1",
      );
    };
    const called = await calling([compressed, chunked]);

    const outcomes = [await called.call(), await called.call()];

    expect(outcomes.map(({ bytes }) => Buffer.from(bytes))).toEqual(Array(2).fill(Buffer.from(noEffects)));
    expect(connectionsOf(called)).toEqual([1, 1]);
  });
});
