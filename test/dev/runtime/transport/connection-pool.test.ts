import { afterEach, expect, test } from "@jest/globals";
import type { Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { ConnectionPool } from "../../../../dev/runtime/transport/connection-pool.js";
import type { Exchange } from "../../../../dev/runtime/transport/http-connection.js";
import { TimeLimit } from "../../../../dev/runtime/transport/time-limit.js";
import { address, CalledServer, emptyResult, request } from "./called-server.js";
import { RecordedOutcome } from "./outcomes.js";
import { answer, ok, silence, type Reply } from "./scripted-server.js";

let opened: CalledServer[] = [];

afterEach(async () => {
  for (const called of opened) await called.close();
  opened = [];
});

async function calling(
  replies: readonly Reply[],
  type: "async" | "okhttp",
  properties: Readonly<Record<string, unknown>> = {},
): Promise<CalledServer> {
  const called = new CalledServer(replies, { type, properties });
  opened.push(called);
  return called.listen();
}

const kinds = ["async", "okhttp"] as const;

test.each(kinds)("%s: a call that is given up closes its connection and reports nothing", async (type) => {
  const called = await calling([silence, ok], type);
  const { outcome, call } = called.begin();
  await called.server.until(() => called.server.requests.length === 1);

  call.abort();
  call.abort();
  await called.server.until(() => called.server.closedConnections === 1);
  const next = await called.call();
  await called.at(1_000_000);

  expect(outcome.reports).toEqual([]);
  expect(called.attempts).toHaveLength(1);
  expect(next.response).toEqual(emptyResult);
});

test.each(kinds)("%s: a call that is given up between attempts is not tried again", async (type) => {
  const called = await calling([answer("500 Oh")], type);
  const { outcome, call } = called.begin();
  await called.ended(1);

  call.abort();
  await called.at(1_000_000);

  expect(outcome.reports).toEqual([]);
  expect(called.server.requests).toHaveLength(1);
});

test.each(kinds)(
  "%s: closing ends what is under way without a report, and leaves nothing to do",
  async (type) => {
    const called = await calling([ok, silence, answer("500 Oh")], type);
    await called.call();
    const transport = called.transportTo(`http://${called.server.host}`);
    const outcomes = [new RecordedOutcome(), new RecordedOutcome()];
    for (const [index, outcome] of outcomes.entries()) {
      transport.call(address, request, outcome);
      await called.server.until(() => called.server.requests.length === index + 2);
    }
    await called.ended(2);

    await transport.close();
    await called.server.until(() => called.server.closedConnections >= 2);
    await called.at(1_000_000);

    expect(outcomes.flatMap(({ reports }) => reports)).toEqual([]);
    expect(called.server.requests).toHaveLength(3);
  },
);

test.each(kinds)("%s: a connection that says more than it was asked is not used again", async (type) => {
  const withSurplus: Reply = (connection, seen) => {
    connection.cork();
    ok(connection, seen);
    connection.write("HTTP/1.1 200 OK\r\n");
    connection.uncork();
  };
  const called = await calling([withSurplus, ok], type);

  const outcomes = [await called.call(), await called.call()];

  expect(outcomes.map(({ response }) => response)).toEqual([emptyResult, emptyResult]);
  expect(called.server.requests.map(({ connection }) => connection)).toEqual([1, 2]);
});

test.each(kinds)(
  "%s: an idle connection on which something comes, or that ends, is not used again",
  async (type) => {
    const sockets: Socket[] = [];
    const keep: Reply = (connection, seen) => {
      sockets.push(connection);
      ok(connection, seen);
    };
    const called = await calling([keep], type);

    await called.call();
    sockets[0]?.write("hello?");
    await called.server.until(() => called.server.closedConnections === 1);
    await called.call();
    sockets[1]?.end();
    await called.server.until(() => called.server.closedConnections === 2);
    const outcome = await called.call();

    expect(outcome.response).toEqual(emptyResult);
    expect(called.attempts.map(({ failure }) => failure)).toEqual([undefined, undefined, undefined]);
    expect(called.server.connections).toBe(3);
  },
);

test.each(kinds)(
  "%s: an answer that ends with its connection is read, and the next call makes another",
  async (type) => {
    const closing: Reply = (connection) => {
      connection.end("HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\n\r\n");
    };
    const called = await calling([closing], type);

    const outcomes = [await called.call(), await called.call()];

    expect(outcomes.map(({ response }) => response)).toEqual([emptyResult, emptyResult]);
    expect(called.server.connections).toBe(2);
  },
);

test.each(kinds)("%s: a host without an address is a failed attempt that names it", async (type) => {
  const called = await calling([ok], type);
  const transport = called.transportTo("http://no-such-host.invalid:8000");
  const outcome = new RecordedOutcome();

  transport.call(address, request, outcome);
  await called.ended(1);
  await transport.close();

  expect(called.attempts[0]?.failure).toContain("no-such-host.invalid");
});

test("a host that a map leads elsewhere keeps its name in the head", async () => {
  const called = await calling([ok], "async");
  const map = new Map([["functions.example:8000", called.server.host]]);
  const transport = called.transportTo("http://functions.example:8000", map);
  const outcome = new RecordedOutcome();

  transport.call(address, request, outcome);
  await outcome.settled;
  await transport.close();

  expect(called.server.requests[0]?.head).toContain("host: functions.example:8000");
});

test("what has waited for a connection in vain, again and again, takes no memory", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const { clock, server } = await calling([silence], "async");
  const [host = "", port] = server.host.split(":");
  const pool = new ConnectionPool(
    { to: { host, port: Number(port) } },
    {
      clock,
      responseLimits: { maxHeadBytes: 1024, maxBodyBytes: 1024 },
      maxConnections: 1,
      maxIdle: 1,
      endOfLife: () => Infinity,
      endOfIdleness: () => Infinity,
      wait: new TimeLimit(clock, 1),
    },
  );
  const connect = new TimeLimit(clock, 1_000_000);
  const exchange = (failed: () => void): Exchange => ({
    head: { before: Buffer.from("GET / HTTP/1.1\r\n\r\n"), after: Buffer.of() },
    body: undefined,
    limits: { connect },
    connection: undefined,
    waiting: undefined,
    headCame: () => false,
    compressionOf: () => undefined,
    responded: () => true,
    concluded: () => undefined,
    failed,
  });
  let waits = 0;
  const patient = exchange(() => {
    waits++;
    pool.send(patient);
  });
  pool.send(exchange(() => undefined));
  pool.send(patient);
  collect();
  const before = process.memoryUsage().heapUsed;

  for (let millis = 0; millis < 50_000; millis++) await clock.advanceTo(clock.now() + 1);
  collect();
  const grown = process.memoryUsage().heapUsed - before;
  await pool.close();

  expect(waits).toBe(50_000);
  expect(grown).toBeLessThan(20 * waits);
});
