import { randomInt } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { ListenOptions } from "statefun/node";
import { Random } from "../../support/random.js";
import { Authority, type Identity } from "../authorize/certificates.js";
import { batchHead, head, RawClient, type ClientTls } from "../raw-client.js";
import { batch } from "../requests.js";
import { DrainedProcess } from "./drain/drained-process.js";
import { LoadClients } from "./drain/load.js";

const connections = 200;
/** Every connection has had some by then, and the server is busy. */
const answersBefore = 3 * connections;
const graceMillis = 400;
/** Longer than any batch of the load takes, on a machine that does much else. */
const limitMillis = 20_000;
const drainOptions: ListenOptions = {
  idleGrace: { milliseconds: graceMillis },
  drainTimeout: { milliseconds: limitMillis },
};
/** Timers and clocks are whole milliseconds, each rounded its own way. */
const roundingMillis = 2;

let authority: Authority;
let identity: Identity;
let folder: string;

beforeAll(() => {
  authority = new Authority("authority of the drain tests");
  identity = authority.issue({ subject: "/CN=localhost", altNames: ["DNS.1 = localhost"] });
  folder = mkdtempSync(path.join(tmpdir(), "statefun-drain-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

afterEach(() => DrainedProcess.endAll());

/** How a server is reached: its options, and what its clients need. */
interface Way {
  readonly signal: NodeJS.Signals;
  readonly options: () => ListenOptions;
  readonly tls?: () => ClientTls;
}

const ways: readonly (Way & { readonly over: string })[] = [
  { over: "http", signal: "SIGTERM", options: () => ({}) },
  { over: "http", signal: "SIGINT", options: () => ({}) },
  { over: "http with two workers", signal: "SIGTERM", options: () => ({ workers: 2 }) },
  {
    over: "https",
    signal: "SIGTERM",
    options: () => ({ tls: { ...identity } }),
    tls: () => ({ ca: authority.cert }),
  },
  { over: "a socket file", signal: "SIGTERM", options: () => ({ socketPath: path.join(folder, "fn.sock") }) },
];

/** Drains a server under load: what became of every request and of idle connections, and how the process ended. */
async function drainUnderLoad({ signal, options, tls }: Way, seed: number) {
  const server = await DrainedProcess.start({ ...drainOptions, ...options() }, tls?.());
  const idle = await Promise.all(Array.from({ length: 20 }, () => server.connect()));
  const probe = await server.connect();
  const load = await LoadClients.connect(server, connections, new Random(seed));
  const run = load.run();
  await load.answered(answersBefore);

  server.signal(signal);
  await server.logged("draining");
  load.drains();
  const start = performance.now();
  const idleEnds = idle.map(async (client) => ({ error: await client.closed(), at: Date.now() }));
  void probe.send(head("GET /readyz"));
  const readiness = await probe.response();
  const { answered, unanswered, ends } = await run;
  const idleEnded = await Promise.all(idleEnds);
  const exit = await server.exit;
  return {
    server,
    exit,
    answered,
    unanswered,
    ends,
    readiness,
    idleEnded,
    millis: performance.now() - start,
    drainedFrom: server.timeOf("draining"),
  };
}

describe.each(ways)("$signal to a server over $over, with 200 connections under load", (way) => {
  test("every request whose head was read is answered, the rest is told to close, and the exit is 0", async () => {
    const seed = randomInt(2 ** 31);
    console.log(`seed ${String(seed)}`);

    const drained = await drainUnderLoad(way, seed);

    const read = new Set(drained.server.read);
    expect(drained.unanswered.filter((id) => read.has(id))).toEqual([]);
    expect(drained.answered.filter(({ id }) => !read.has(id))).toEqual([]);
    expect(read.size).toBe(drained.answered.length);
    expect(drained.answered.filter(({ status }) => status !== 200)).toEqual([]);
    expect(drained.exit).toBe(0);
    expect(drained.millis).toBeLessThan(limitMillis);
    // Each process drains from a moment of its own on; the log tells when the first one does.
    if (way.options().workers === undefined) {
      expect(drained.answered.filter(({ isLate, closes }) => isLate && !closes)).toEqual([]);
      expect(drained.readiness.status).toBe(503);
    }
    expect(drained.ends.length).toBeGreaterThan(0);
    expect(drained.ends.filter((error) => error !== undefined)).toEqual([]);
    expect(drained.idleEnded.filter(({ error }) => error !== undefined)).toEqual([]);
    const earliest = Math.min(...drained.idleEnded.map(({ at }) => at));
    expect(earliest - drained.drainedFrom).toBeGreaterThanOrEqual(graceMillis - roundingMillis);
    await expect(drained.server.connect()).rejects.toThrow();
    if (way.options().socketPath !== undefined)
      expect(existsSync(way.options().socketPath ?? "")).toBe(false);
  });
});

/** Sends a batch that takes `millis`, and resolves once the server has begun with it. */
async function holding(server: DrainedProcess, millis: number): Promise<RawClient> {
  const client = await server.connect();
  const body = batch(`hold ${String(millis)}`);
  await client.send(batchHead({ "content-length": body.length }), body);
  await answerOf(server, "hold 0"); // comes after it
  return client;
}

async function answerOf(server: DrainedProcess, message: string) {
  const client = await server.connect();
  const body = batch(message);
  void client.send(batchHead({ "content-length": body.length }), body);
  const response = await client.response();
  await client.hangUp();
  return response;
}

/** Connects again and again until nobody listens. What waits to be accepted meanwhile is reset: nobody has read it. */
async function untilRefused(server: DrainedProcess): Promise<void> {
  for (;;) {
    try {
      const client = await server.connect();
      await client.hangUp();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ECONNREFUSED") return;
    }
  }
}

const forever = 10 * 60_000;

describe("a server that drains", () => {
  test.each([undefined, 2])(
    "cuts off a batch that takes longer than drainTimeout, and exits with 1 (workers: %p)",
    async (workers) => {
      const server = await DrainedProcess.start({
        workers,
        idleGrace: { milliseconds: 0 },
        drainTimeout: { milliseconds: 500 },
      });
      const client = await holding(server, forever);

      server.signal("SIGTERM");
      const exit = await server.exit;
      await client.closed();

      expect(exit).toBe(1);
      expect(client.unread).toBe("");
    },
  );

  test.each([undefined, 2])("ends at once at the second signal (workers: %p)", async (workers) => {
    const server = await DrainedProcess.start({ ...drainOptions, workers, drainTimeout: { minutes: 5 } });
    await holding(server, forever);

    server.signal("SIGTERM");
    await server.logged("signal");
    server.signal("SIGTERM");

    expect(await server.exit).toBe(143);
  });

  test("accepts no new connection while it finishes its batches", async () => {
    const server = await DrainedProcess.start(drainOptions);
    const client = await holding(server, 1500);

    server.signal("SIGTERM");
    await server.logged("draining");
    await untilRefused(server);
    const response = await client.response();

    expect(response.status).toBe(200);
    expect(await server.exit).toBe(0);
  });

  test("sends the whole of a large reply to a client that takes its time", async () => {
    const server = await DrainedProcess.start(drainOptions);
    const size = 32 * 1024 * 1024;
    const body = batch(`reply ${String(size)}`);
    const client = await server.connect();
    client.pause();
    await client.send(batchHead({ "content-length": body.length }), body);
    await answerOf(server, "hold 0");

    server.signal("SIGTERM");
    await server.logged("draining");
    await new Promise((resolve) => setTimeout(resolve, 2000)); // longer than a client has that owes nothing
    client.resume();
    const response = await client.response();

    expect(response.status).toBe(200);
    expect(response.body.length).toBeGreaterThan(size);
    expect(await server.exit).toBe(0);
  });

  test.each([
    { what: "half a head", bytes: "POST /stat", exit: 0 },
    { what: "half a body", bytes: batchHead({ "content-length": 100 }) + "half", exit: 1 },
    { what: "nothing", bytes: "", exit: 0 },
  ])("does not wait beyond its limit for a client that has sent $what", async ({ bytes, exit }) => {
    const server = await DrainedProcess.start({
      idleGrace: { milliseconds: 100 },
      drainTimeout: { milliseconds: 1500 },
    });
    const client = await server.connect();
    await client.send(bytes);
    await answerOf(server, "hold 0");

    server.signal("SIGTERM");
    const start = performance.now();

    expect(await server.exit).toBe(exit);
    expect(performance.now() - start).toBeLessThan(limitMillis);
    await client.closed();
  });

  test("does not wait for a client in the middle of its TLS handshake", async () => {
    const server = await DrainedProcess.start(
      { ...drainOptions, tls: { ...identity } },
      { ca: authority.cert },
    );
    const { port } = server.endpoint as { readonly port: number };
    const client = await RawClient.connect({ port });
    await client.send(Buffer.from("1603010200010001fc0303", "hex"));
    await answerOf(server, "hold 0");

    server.signal("SIGTERM");

    expect(await server.exit).toBe(0);
    await client.closed();
  });
});
