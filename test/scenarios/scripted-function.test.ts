import { afterEach, expect, test } from "@jest/globals";
import { mkdtemp, rm } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { virtualClock } from "../../dev/runtime/virtual-clock.js";
import { toFunction } from "../support/to-function.js";
import { hex } from "../support/hex.js";
import type { Listening } from "./http-server.js";
import type { DeclaredFunctions } from "./scenario.js";
import { ScriptedFunction } from "./scripted-function.js";

const clock = virtualClock();
const started: ScriptedFunction[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((script) => script.close()));
});

async function scripted(
  functions: DeclaredFunctions = {},
  where: Listening = { port: 0 },
): Promise<ScriptedFunction> {
  const script = new ScriptedFunction(where, functions, clock);
  started.push(script);
  await script.start();
  return script;
}

/** A POST of one message with these commands. */
function post(commands: unknown, target = "/statefun"): Buffer {
  const argument = {
    typename: "golden/commands",
    hasValue: true,
    hex: Buffer.from(JSON.stringify(commands)).toString("hex"),
  };
  const body = toFunction({ invocations: [argument] });
  return Buffer.concat([
    Buffer.from(`POST ${target} HTTP/1.1\r\nContent-Length: ${String(body.length)}\r\n\r\n`),
    body,
  ]);
}

/** A connection that gathers what it is answered. */
class Client {
  readonly socket: net.Socket;
  received = Buffer.alloc(0);
  readonly ended: Promise<void>;

  constructor(where: net.NetConnectOpts) {
    this.socket = net.connect(where);
    this.socket.on("data", (chunk) => (this.received = Buffer.concat([this.received, chunk])));
    this.ended = new Promise((resolve) =>
      this.socket.once("close", () => {
        resolve();
      }),
    );
  }

  /** Sends, and waits for an answer with a body that ends in `end`. */
  async ask(bytes: Buffer, end: Buffer | string = Buffer.from("a20600", "hex")): Promise<Buffer> {
    this.received = Buffer.alloc(0);
    this.socket.write(bytes);
    while (!this.received.includes(end)) await new Promise((resolve) => this.socket.once("data", resolve));
    return this.received;
  }
}

function connected(script: ScriptedFunction): Client {
  return new Client({ port: script.server.port, host: "127.0.0.1" });
}

test("it answers on a port, and keeps the head of each request as it was written", async () => {
  const script = await scripted();
  const client = connected(script);

  const answer = await client.ask(post([], "/st%2Fé?q"));

  expect(answer.toString("latin1")).toBe(
    "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 3\r\n\r\n\xa2\x06\x00",
  );
  expect(script.requests.map(({ address, head }) => [address, head[0]])).toEqual([
    ["ns/fn/1", "POST /st%2F\xc3\xa9?q HTTP/1.1"],
  ]);
  client.socket.destroy();
});

test("it answers on a Unix socket", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "scripted-"));
  const script = await scripted({}, { socket: path.join(folder, "f.sock") });
  const client = new Client({ path: path.join(folder, "f.sock") });

  await client.ask(post([]));

  expect(script.requests).toHaveLength(1);
  client.socket.destroy();
  await rm(folder, { recursive: true });
});

test("a GET is answered 405 and kept under its target", async () => {
  const script = await scripted();
  const client = connected(script);

  const answer = await client.ask(Buffer.from("GET /other HTTP/1.1\r\n\r\n"), "\r\n\r\n");

  expect(answer.toString()).toMatch(/^HTTP\/1\.1 405 /);
  expect(script.requests[0]?.address).toBe("(GET /other)");
  client.socket.destroy();
});

test("a held request is answered when its gate opens, and later ones at once", async () => {
  const script = await scripted();
  const client = connected(script);

  const held = client.ask(post({ hold: "g" }));
  while (script.waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
  script.release("g");
  await held;
  await client.ask(post({ hold: "g" }));

  expect(script.requests).toHaveLength(2);
  expect(script.waiting).toEqual([]);
  client.socket.destroy();
});

test("a stalled request is answered when the clock says so, and a second one at once", async () => {
  const script = await scripted();
  const client = connected(script);

  const stalled = client.ask(post({ stall: 6000 }));
  while (script.waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await clock.advanceTo(clock.now() + 6000);
  await stalled;
  await client.ask(post({ stall: 6000 }));

  expect(script.requests).toHaveLength(2);
  client.socket.destroy();
});

test("a request whose connection was closed while it was held is abandoned", async () => {
  const script = await scripted();
  const client = connected(script);

  client.socket.write(post({ hold: "g" }));
  while (script.waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
  client.socket.destroy();
  while (script.server.sockets.size > 0) await new Promise((resolve) => setImmediate(resolve));
  script.release("g");
  while (script.waiting.length > 0) await new Promise((resolve) => setImmediate(resolve));

  expect(script.requests[0]?.abandoned).toBe(true);
});

test("a shape holds for so many requests: status, headers, content type, body", async () => {
  const script = await scripted();
  const client = connected(script);
  const shape = { status: 503, contentType: null, headers: ["Retry-After: 1"], body: "no", times: 2 };

  const answers = [];
  for (let i = 0; i < 2; i++) answers.push((await client.ask(post({ reply: shape }), "no")).toString());
  const third = await client.ask(post({ reply: shape }));

  expect(answers).toEqual(
    Array(2).fill("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\nRetry-After: 1\r\n\r\nno"),
  );
  expect(third.toString("latin1")).toMatch(/^HTTP\/1\.1 200 /);
  client.socket.destroy();
});

test("it answers in chunks, or compressed", async () => {
  const script = await scripted();
  const client = connected(script);

  const chunked = await client.ask(post({ reply: { chunked: 2 } }), "0\r\n\r\n");
  const compressed = await client.ask(post({ reply: { gzip: true } }), Buffer.from("03000000", "hex"));

  expect(chunked.toString("latin1").split("\r\n\r\n").slice(1)).toEqual([
    "2\r\n\xa2\x06\r\n1\r\n\0\r\n0",
    "",
  ]);
  expect(compressed.toString("latin1")).toContain("Content-Encoding: gzip\r\n");
  expect(hex(gunzipSync(compressed.subarray(compressed.indexOf("\r\n\r\n") + 4)))).toBe("a20600");
  client.socket.destroy();
});

test.each([
  ["nothing", { drop: "before" }, ""],
  ["half the body", { drop: "half" }, "\r\n\r\n\xa2"],
  ["the whole answer", { close: true }, "Connection: close\r\n\r\n\xa2\x06\0"],
])("it closes the connection behind %s", async (_, reply, written) => {
  const script = await scripted();
  const client = connected(script);

  client.socket.write(post({ reply }));
  await client.ended;

  expect(client.received.toString("latin1").slice(-Math.max(written.length, 1))).toBe(written);
});

test("it goes away with its connections, and comes back on the same port", async () => {
  const script = await scripted();
  const { port } = script.server;
  const client = connected(script);
  await client.ask(post([]));

  await script.stop();
  await client.ended;
  const refused = new Client({ port, host: "127.0.0.1" });
  refused.socket.on("error", () => undefined);
  await refused.ended;
  await script.start();
  const again = connected(script);
  await again.ask(post([]));

  expect(script.server.port).toBe(port);
  expect(script.requests).toHaveLength(2);
  again.socket.destroy();
});
