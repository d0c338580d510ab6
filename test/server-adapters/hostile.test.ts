import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { signatureHeader, signer } from "statefun/authorize";
import { decode } from "../support/decode.js";
import { toFunction } from "../support/to-function.js";
import { wireValue } from "../support/wire-value.js";
import { chunks, encodings, lengths } from "./hostile/bodies.js";
import { contents, pollutions } from "./hostile/contents.js";
import { crowd } from "./hostile/crowd.js";
import { encounter, encounters, expected, type Outcome } from "./hostile/encounter.js";
import { askFromMany, floodWithResets, overload } from "./hostile/flood.js";
import { heads } from "./hostile/heads.js";
import { HostileServer } from "./hostile/hostile-server.js";
import { layers } from "./hostile/layers.js";
import { signedPath, type ServerLimits } from "./hostile/messages.js";
import { neverRead, slowSenders } from "./hostile/slow.js";
import { batchHead, exchange, head } from "./raw-client.js";
import { batch, hi } from "./requests.js";

const megabyte = 1024 * 1024;

const limits: ServerLimits = {
  maxRequestBytes: 4 * megabyte,
  maxConcurrentBatches: 50,
  maxHeaderBytes: 16 * 1024,
  headerTimeoutMillis: 1000,
  requestTimeoutMillis: 2000,
  replyTimeoutMillis: 1000,
  keepAliveTimeoutMillis: 20_000,
};

/** The part of what a warm server holds that it may hold more when a storm is over. */
const keptShare = 0.2;

/** Three replies of 32 MiB, each as text and as bytes, and what they grew through; nothing near the bomb's 1 GiB. */
const mostGrowth = 384 * megabyte;

/** Answers come at once, and are given as long as this on a machine that does much else. */
const promptMillis = 5000;

/** Node keeps as many parsers for later connections. They are not what a storm leaves behind, so a warm server has them. */
const parsersKept = 1000;

/** Has the server compile, load and keep what it ever will. */
async function warmUp(server: HostileServer): Promise<void> {
  await askFromMany(server, parsersKept);
  const client = await server.connect();
  for (let i = 0; i < 3000; i++) await exchange(client, hi);
  await client.hangUp();
  await floodWithResets(server, 200);
  await server.settled();
}

describe.each(Object.keys(layers))("%s", (layer) => {
  let server: HostileServer;
  let before: { readonly held: number; readonly peak: number };

  beforeAll(async () => {
    server = await HostileServer.start({ layer, limits });
    await warmUp(server);
    for (const hostile of [...heads, ...chunks, ...contents]) await encounter(server, hostile);
    before = await server.memory();
  });

  afterAll(async () => {
    await server.stop();
  });

  describe.each([
    ["heads", heads],
    ["lengths", lengths],
    ["chunks", chunks],
    ["encodings", encodings()],
    ["contents", contents],
  ])("%s", (_, cases) => {
    test.each(cases)(
      "a client that $does is answered with $answers, $connection, and reported as $reports",
      async (hostile) => {
        const outcome = await encounter(server, hostile);

        expect(outcome).toEqual(expected(hostile));
      },
    );
  });

  describe("slow senders, all of them at a time", () => {
    let outcomes: readonly Outcome[];

    beforeAll(async () => {
      outcomes = await encounters(server, slowSenders);
    });

    test.each(slowSenders.map((hostile, index) => ({ ...hostile, index })))(
      "a client that $does is answered with $answers, $connection, and reported as $reports",
      ({ index, ...hostile }) => {
        expect(outcomes[index]).toEqual(expected(hostile));
      },
    );
  });

  test("clients that never read a large reply, be it before or behind a small one, are cut off unreported", async () => {
    const replies = [[32 * megabyte], [1, 32 * megabyte], [32 * megabyte, 1]];

    const received = await Promise.all(replies.map((sizes) => neverRead(server, sizes)));
    const next = await server.wellFormedBatch();

    expect(received.filter((bytes) => bytes >= 32 * megabyte)).toEqual([]);
    expect(next.status).toBe(200);
    expect(await server.settled()).toEqual([]);
  });

  test("a client that leaves with batches unanswered, for which it did not wait, is reported for each of them", async () => {
    const body = batch("wait");
    const client = await server.connect();
    for (let i = 0; i < 3; i++) void client.send(batchHead({ "content-length": body.length }), body);
    await server.until("the batches to begin", ({ waiting }) => waiting === 3);

    await client.hangUp();
    const reports = await server.settled();
    const { waiting } = await server.status();

    expect(reports.map(({ code }) => code)).toEqual(Array(3).fill("client-disconnected"));
    expect(waiting).toBe(0);
  });

  test("batches beyond the limit are 503 and overloaded, once each; those within it are served", async () => {
    const { refused, served } = await overload(server, limits.maxConcurrentBatches, 10);
    const reports = await server.settled();

    expect(refused).toEqual(Array(10).fill(503));
    expect(served).toEqual(Array(limits.maxConcurrentBatches).fill(200));
    expect(reports.map(({ code }) => code)).toEqual(Array(10).fill("overloaded"));
  });

  test("a flood of connections that are reset at any point reports only those that left a batch", async () => {
    await floodWithResets(server, 1000);
    await server.until("the end of the flood", ({ connections }) => connections === 0);
    await server.release();
    const next = await server.wellFormedBatch();
    const reports = await server.settled();

    expect(next.status).toBe(200);
    expect(new Set(reports.map(({ code }) => code))).toEqual(new Set(["client-disconnected"]));
    expect(reports.length).toBeLessThanOrEqual(1000);
  });

  test.each(pollutions)("%s is data and nothing else, as a message and as state", async (json) => {
    const value = wireValue.text("ns/any-json", json);
    const target = { namespace: "ns", type: "keeper", id: "1" };
    const body = toFunction({ target, states: { kept: value }, invocations: [value] });

    const response = await server.wellFormedBatch(body);
    const answer = decode(new Uint8Array(response.body));
    const { polluted } = await server.status();

    expect(response.status).toBe(200);
    expect(answer.messages.map(({ argument }) => argument)).toEqual([value]);
    expect(answer.mutations).toEqual([{ type: "MODIFY", name: "kept", value }]);
    expect(polluted).toEqual([]);
  });

  test("after all of it, what the server holds is within 20 % of what it held before", async () => {
    await server.settled();

    const after = await server.memory();

    const inMegabytes = (bytes: number): string => `${(bytes / megabyte).toFixed(1)} MiB`;
    console.log(
      `${layer}: heapUsed + external ${inMegabytes(before.held)} before and ${inMegabytes(after.held)} after;`,
      `physical memory ${inMegabytes(before.peak)} and at most ${inMegabytes(after.peak)}`,
    );
    expect(after.held).toBeLessThan(before.held * (1 + keptShare));
    expect(after.peak - before.peak).toBeLessThan(mostGrowth);
  });
});

describe.each(Object.keys(layers))("%s, patient", (layer) => {
  const secret = "a-secret-of-32-visible-characters";
  const patient = {
    ...limits,
    headerTimeoutMillis: 8000,
    requestTimeoutMillis: 8000,
    keepAliveTimeoutMillis: 8000,
  };
  let server: HostileServer;

  beforeAll(async () => {
    server = await HostileServer.start({ layer, secret, limits: patient });
  });

  afterAll(async () => {
    await server.stop();
  });

  test("10,000 idle connections keep nobody waiting, are closed when their time is up, and leave nothing", async () => {
    await warmUp(server);
    const before = await server.memory();
    const { port } = server.endpoint as { readonly port: number };

    const idle = await crowd(port, 10_000);
    const start = performance.now();
    const during = await server.wellFormedBatch();
    const millis = performance.now() - start;
    const { connections } = await server.status();
    const ends = await idle.ended;
    await idle.stop();
    const reports = await server.settled();
    const after = await server.memory();

    expect(during.status).toBe(200);
    expect(millis).toBeLessThan(promptMillis);
    expect(connections).toBeGreaterThanOrEqual(10_000);
    expect(ends).toEqual({ "after a reply: 200, closed": 5000, "silent: 408, closed": 5000 });
    expect(reports).toEqual([]);
    expect(after.held).toBeLessThan(before.held * (1 + keptShare));
  });

  test.each([
    { what: "its own signature", status: 200, reports: [], sign: () => signer(secret)(hi) },
    { what: "no signature", status: 401, reports: ["unauthorized"], sign: () => Promise.resolve("") },
    {
      what: "a forged signature",
      status: 401,
      reports: ["unauthorized"],
      sign: () => Promise.resolve(`t=${String(Math.floor(Date.now() / 1000))},v1=${"ab".repeat(32)}`),
    },
    {
      what: "the signature of another secret",
      status: 401,
      reports: ["unauthorized"],
      sign: () => signer(secret.toUpperCase())(hi),
    },
    {
      what: "the signature of another body",
      status: 401,
      reports: ["unauthorized"],
      sign: () => signer(secret)(hi.subarray(1)),
    },
    {
      what: "a signature of an hour ago",
      status: 401,
      reports: ["unauthorized"],
      sign: () => signer(secret)(hi, new Date(Date.now() - 3_600_000)),
    },
  ])("a batch with $what is $status, and reported as $reports", async ({ status, reports, sign }) => {
    const client = await server.connect();
    const headers = { "content-length": hi.length, [signatureHeader]: await sign() };

    void client.send(head(`POST ${signedPath}`, headers), hi);
    const response = await client.response();
    await client.hangUp();
    const next = await server.wellFormedBatch();

    expect(response.status).toBe(status);
    expect(next.status).toBe(200);
    expect((await server.settled()).map(({ code }) => code)).toEqual(reports);
  });
});
