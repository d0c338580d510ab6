import { PassThrough, type Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import Fastify, { type FastifyInstance } from "fastify";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { requestReplyHandler } from "statefun";
import { serve } from "statefun/fastify";
import { conformanceFunction } from "./conformance-functions.js";
import { portOf } from "./host.js";
import { Log } from "./log.js";
import { head, RawClient, type RawResponse } from "./raw-client.js";
import { batchOfSize, hi, noEffects } from "./requests.js";

const octetStream = "application/octet-stream";

describe("beside the rest of an application of Fastify", () => {
  let app: FastifyInstance;
  let log: Log;

  beforeEach(() => {
    app = Fastify({ bodyLimit: 20 });
    log = new Log();
    const functions = requestReplyHandler([conformanceFunction(log)], {
      maxRequestBytes: 1000,
      onError: (error) => {
        log.add(`report ${error.code}`);
      },
    });
    app.register(serve(functions), { path: "/statefun" });
  });

  afterEach(async () => {
    await app.close();
  });

  test("parsers of the application read its own routes, and no batch", async () => {
    app.addContentTypeParser(octetStream, { parseAs: "buffer" }, (_request, body, done) => {
      done(null, `${String(body.length)} bytes`);
    });
    app.post("/upload", ({ body }) => body);

    const upload = await post("/upload", Buffer.from("abc"));
    const json = await send("/upload", "application/json", Buffer.from('{"a":1}'));
    const batch = await post("/statefun", hi);

    expect(upload.body.toString()).toBe("3 bytes");
    expect(json.body.toString()).toBe('{"a":1}');
    expect(batch.body).toEqual(noEffects);
  });

  test("the limit of a batch is that of the functions, whatever Fastify's is", async () => {
    const within = await post("/statefun", batchOfSize(1000));
    const above = await post("/statefun", batchOfSize(1001));

    expect([within.status, above.status]).toEqual([200, 413]);
    expect(log.of("report")).toEqual(["request-too-large"]);
  });

  test("other paths are the application's", async () => {
    const response = await post("/elsewhere", Buffer.from("abc"));

    expect(JSON.parse(response.body.toString())).toMatchObject({ statusCode: 404 });
    expect(log.lines).toEqual([]);
  });

  test("a prefix of the registration is part of the path", async () => {
    const others = requestReplyHandler([], { onError: () => undefined });
    app.register(serve(others), { prefix: "/v1", path: "/functions" });

    const response = await post("/v1/functions", Buffer.from([0xa2, 0x06, 0x00]));

    expect(response.status).toBe(400);
    expect(response.body.toString()).toBe("The body is not a request of a StateFun cluster.\n");
  });

  test.each(["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])("%s is 405", async (method) => {
    const client = await connect();
    void client.send(head(`${method} /statefun`));
    const response = await client.responseToHead();
    await client.hangUp();

    expect(response.status).toBe(405);
    expect(response.headers).toContainEqual(["allow", "POST"]);
    expect(log.lines).toEqual(["report method-not-allowed"]);
  });

  test("hooks of the application run before and after, and set headers, but not the media type", async () => {
    app.addHook("onRequest", async (_request, reply) => {
      reply.header("x-request-id", "7").header("content-type", "text/html");
      log.add("onRequest");
    });
    app.addHook("preHandler", async ({ body }) => {
      log.add(`preHandler, body ${String(body)}`);
    });
    app.addHook("onSend", async (_request, reply) => {
      reply.header("content-type", "text/html");
      log.add("onSend");
    });
    app.addHook("onResponse", async (_request, { statusCode }) => {
      log.add(`onResponse ${String(statusCode)}`);
    });

    const response = await post("/statefun", hi);
    await log.until("onResponse 200");

    expect(response.headers).toContainEqual(["x-request-id", "7"]);
    expect(response.headers.filter(([name]) => name === "content-type")).toEqual([
      ["content-type", octetStream],
    ]);
    expect(log.lines).toEqual(["onRequest", "preHandler, body undefined", "ran hi", "onResponse 200"]);
  });

  test.each([octetStream, "", ";", "; a=b", "APPLICATION/OCTET-STREAM ; a", "application/octet-stream, x"])(
    "a hook that refuses requests refuses those with content type %j",
    async (contentType) => {
      app.addHook("preHandler", async (_request, reply) => reply.code(403).send("not you"));

      const response = await send("/statefun", contentType, hi);

      expect([403, 415]).toContain(response.status);
      expect(log.of("ran")).toEqual([]);
    },
  );

  test("what a hook throws is the application's to answer", async () => {
    app.setErrorHandler((error, _request, reply) => reply.code(418).send(String(error)));
    app.addHook("preHandler", async () => {
      throw new Error("a hook's own");
    });

    const response = await post("/statefun", hi);

    expect(response.status).toBe(418);
    expect(response.body.toString()).toBe("Error: a hook's own");
    expect(log.lines).toEqual([]);
  });

  test("a content type that Fastify cannot read is refused and reported as ours", async () => {
    const response = await send("/statefun", "nonsense", hi);

    expect(response.status).toBe(415);
    expect(response.body.toString()).toBe("Only application/octet-stream is served here.\n");
    expect(log.lines).toEqual(["report unsupported-media-type"]);
  });

  test("a compressed batch is served", async () => {
    const response = await send("/statefun", octetStream, gzipSync(hi), { "content-encoding": "gzip" });

    expect(response.body).toEqual(noEffects);
    expect(log.lines).toEqual(["ran hi"]);
  });

  test.each([
    {
      name: "read",
      take: async (payload: Readable): Promise<Readable> => {
        await new Promise((resolve) => payload.once("end", resolve).resume());
        return payload;
      },
    },
    { name: "piped elsewhere", take: async (payload: Readable) => payload.pipe(new PassThrough()) },
  ])("a batch that a preParsing hook has $name is body-already-read", async ({ take }) => {
    app.addHook("preParsing", async (_request, _reply, payload) => take(payload));

    const response = await post("/statefun", hi);

    expect(response.status).toBe(500);
    expect(log.lines).toEqual(["report body-already-read"]);
  });

  test.each([
    { what: "a batch", method: "POST", headers: { "content-type": octetStream }, status: 200 },
    {
      what: "a batch of another media type",
      method: "POST",
      headers: { "content-type": "text/plain" },
      status: 415,
    },
    { what: "another method", method: "PUT", headers: { "content-type": octetStream }, status: 405 },
  ] as const)("$what that is injected, without a connection, is answered", async ({ status, ...request }) => {
    const response = await app.inject({ url: "/statefun", payload: hi, ...request });

    expect(response.statusCode).toBe(status);
    expect(log.of("ran")).toEqual(status === 200 ? ["hi"] : []);
  });

  const post = (path: string, body: Uint8Array): Promise<RawResponse> => send(path, octetStream, body);

  async function send(path: string, contentType: string, body: Uint8Array, more = {}): Promise<RawResponse> {
    const client = await connect();
    void client.send(
      head(`POST ${path}`, { "content-type": contentType, "content-length": body.length, ...more }),
      body,
    );
    const response = await client.response();
    await client.hangUp();
    return response;
  }

  async function connect(): Promise<RawClient> {
    if (!app.server.listening) await app.listen({ port: 0, host: "127.0.0.1" });
    return RawClient.connect({ port: portOf(app.server) });
  }
});
