import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import type { IncomingRequest } from "statefun/authorize";
import { frontShapes, type FrontShape } from "./lambda-events.js";
import { eventOf, handled } from "./lambda-function.js";
import { batchOfSize, hi, noEffects } from "./requests.js";

describe.each(frontShapes)("an event of a %s", (shape) => {
  test("shows method, path and headers to authorize, and is refused where it says so", async () => {
    let seen: unknown;
    const authorize = (request: IncomingRequest): boolean => {
      const { method, path } = request;
      seen = { method, path, secret: request.header("x-secret"), none: request.header("x-none") };
      return false;
    };
    const event = eventOf(shape, { url: "/a/%20b?c=d&c=e", headers: ["X-SECRET", "open sesame"] });

    const { result, reports, ran } = await handled(event, { authorize });

    expect(seen).toEqual({ method: "POST", path: "/a/%20b", secret: "open sesame", none: undefined });
    expect(result.statusCode).toBe(401);
    expect(reports.map(({ code }) => code)).toEqual(["unauthorized"]);
    expect(ran).toEqual([]);
  });

  test("is served where authorize lets it in, and shows it the body", async () => {
    let seen: Uint8Array | undefined;
    const authorize = async (request: IncomingRequest): Promise<boolean> => {
      seen = await request.body();
      return true;
    };

    const { body, ran } = await handled(eventOf(shape), { authorize });

    expect(Buffer.from(seen ?? [])).toEqual(hi);
    expect(body).toEqual(noEffects);
    expect(ran).toEqual(["hi"]);
  });

  test("has no header by the name of what every object has", async () => {
    const names = ["constructor", "__proto__", "toString", "hasOwnProperty"];
    let seen: unknown;
    const authorize = (request: IncomingRequest): boolean => {
      seen = names.map((name) => request.header(name));
      return true;
    };

    const { result } = await handled(eventOf(shape), { authorize });

    expect(seen).toEqual([undefined, undefined, undefined, undefined]);
    expect(result.statusCode).toBe(200);
  });

  test("has the certificate of nobody, whatever its headers say", async () => {
    let seen: unknown = "not asked";
    const authorize = (request: IncomingRequest): boolean => {
      seen = request.clientCertificate();
      return true;
    };
    const headers = ["X-Amzn-Mtls-Clientcert-Subject", "CN=flink", "clientCert", "CN=flink"];

    await handled(eventOf(shape, { headers }), { authorize });

    expect(seen).toBeUndefined();
  });

  test("is served when it is compressed", async () => {
    const event = eventOf(shape, { headers: ["Content-Encoding", "gzip"], body: gzipSync(hi) });

    const { body, ran } = await handled(event);

    expect(body).toEqual(noEffects);
    expect(ran).toEqual(["hi"]);
  });

  test("without a body is malformed-request", async () => {
    const { result, reports } = await handled(eventOf(shape, { body: Buffer.alloc(0) }));

    expect(result.statusCode).toBe(400);
    expect(reports.map(({ code }) => code)).toEqual(["malformed-request"]);
  });
});

describe("a header that was sent more than once", () => {
  test.each<FrontShape>(["REST API", "load balancer with multi-value headers"])(
    "has all its values behind a %s, so that none hides another",
    async (shape) => {
      let seen: unknown;
      const authorize = (request: IncomingRequest): boolean => {
        seen = request.header("x-secret");
        return true;
      };
      const headers = ["X-Secret", "first", "X-Secret", "second"];

      await handled(eventOf(shape, { headers }), { authorize });

      expect(seen).toBe("first, second");
    },
  );

  test("is unsupported-media-type if it is the content type, and one of the two is another", async () => {
    const event = eventOf("REST API", { headers: ["Content-Type", "text/plain"] });

    const { reports, ran } = await handled(event);

    expect(reports.map(({ code }) => code)).toEqual(["unsupported-media-type"]);
    expect(ran).toEqual([]);
  });
});

describe("a base64 body", () => {
  test.each([
    ["letters of no alphabet", "AAA!"],
    ["the alphabet of URLs", hi.toString("base64").replaceAll("+", "-").replace(/^./, "_")],
    ["no padding", hi.toString("base64").slice(0, -1)],
    ["too much padding", `${hi.toString("base64")}=`],
    ["a line break", `${hi.toString("base64")}\n`],
    ["bits beyond its end", "QR=="],
  ])("with %s is malformed-request, and nothing is run on what could be read of it", async (_what, body) => {
    const { result, reports, ran } = await handled(eventOf("HTTP API", { with: { body } }));

    expect(result.statusCode).toBe(400);
    expect(reports.map(({ code }) => code)).toEqual(["malformed-request"]);
    expect(reports[0]?.message).toContain("base64");
    expect(ran).toEqual([]);
  });

  test.each([
    { size: 1000, status: 200, codes: [] },
    { size: 1001, status: 413, codes: ["request-too-large"] },
    { size: 1002, status: 413, codes: ["request-too-large"] },
  ])("of $size bytes is $status where 1000 are accepted", async ({ size, status, codes }) => {
    const { result, reports } = await handled(eventOf("HTTP API", { body: batchOfSize(size) }), {
      maxRequestBytes: 1000,
    });

    expect(result.statusCode).toBe(status);
    expect(reports.map(({ code }) => code)).toEqual(codes);
  });
});

describe("a compressed body", () => {
  const compressed = (encoding: string, body: Buffer): object =>
    eventOf("HTTP API", { headers: ["Content-Encoding", encoding], body });

  test.each([
    { encoding: "GZIP", body: gzipSync(hi) },
    { encoding: "x-gzip", body: gzipSync(hi) },
    { encoding: "deflate", body: deflateSync(hi) },
    { encoding: "identity", body: hi },
  ])("of content-encoding $encoding is served", async ({ encoding, body }) => {
    const { result, ran } = await handled(compressed(encoding, body));

    expect(result.statusCode).toBe(200);
    expect(ran).toEqual(["hi"]);
  });

  test.each(["br", "gzip, gzip", "constructor", "__proto__"])(
    "of the encoding %s is unsupported-media-type",
    async (encoding) => {
      const { result, reports, ran } = await handled(compressed(encoding, gzipSync(hi)));

      expect(result.statusCode).toBe(415);
      expect(reports.map(({ code }) => code)).toEqual(["unsupported-media-type"]);
      expect(ran).toEqual([]);
    },
  );

  test.each([
    { what: "is none", encoding: "gzip", body: hi },
    { what: "is cut off", encoding: "gzip", body: gzipSync(hi).subarray(0, -9) },
    { what: "is of the other kind", encoding: "deflate", body: gzipSync(hi) },
  ])("that $what is malformed-request, and the report says why", async ({ encoding, body }) => {
    const { result, reports, ran } = await handled(compressed(encoding, body));

    expect(result.statusCode).toBe(400);
    expect(reports.map(({ message }) => message)).toEqual([
      `[malformed-request] the body of a request is not ${encoding}, though its content-encoding says so`,
    ]);
    expect(ran).toEqual([]);
  });

  test("is served whatever the limit", async () => {
    const event = compressed("gzip", gzipSync(hi));

    const { result } = await handled(event, { maxRequestBytes: Number.MAX_SAFE_INTEGER });

    expect(result.statusCode).toBe(200);
  });

  test.each([
    { what: "a batch of 1000 bytes", body: gzipSync(batchOfSize(1000)), status: 200, codes: [] },
    { what: "a batch of 1001", body: gzipSync(batchOfSize(1001)), status: 413, codes: ["request-too-large"] },
    { what: "a bomb", body: gzipSync(Buffer.alloc(900_000)), status: 413, codes: ["request-too-large"] },
  ])("of $what is $status where 1000 are accepted", async ({ body, status, codes }) => {
    const { result, reports } = await handled(compressed("gzip", body), { maxRequestBytes: 1000 });

    expect(result.statusCode).toBe(status);
    expect(reports.map(({ code }) => code)).toEqual(codes);
  });
});

describe("a body of text", () => {
  const text = (body: string): object => eventOf("REST API", { with: { body, isBase64Encoded: false } });

  test.each([
    ["a batch that was decoded as UTF-8", hi.toString("utf8")],
    ["half a surrogate pair", "a\ud800b"],
  ])("is body-already-read if it is %s, and the report says what to configure", async (_what, body) => {
    const { result, reports, ran } = await handled(text(body));

    expect(result.statusCode).toBe(500);
    expect(reports.map(({ code }) => code)).toEqual(["body-already-read"]);
    expect(reports[0]?.message).toContain('binary media type "*/*"');
    expect(ran).toEqual([]);
  });

  test("that no decoding has damaged is taken as its UTF-8 bytes", async () => {
    const { body } = await handled(text("ß€😀"), { echo: true });

    expect(body.toString("utf8")).toBe("ß€😀");
  });

  test.each([
    ["letters", "x".repeat(11)],
    ["bytes", "€€€€"],
  ])("is request-too-large if it has too many %s", async (_what, body) => {
    const { result, reports } = await handled(text(body), { maxRequestBytes: 10, echo: true });

    expect(result.statusCode).toBe(413);
    expect(reports.map(({ code }) => code)).toEqual(["request-too-large"]);
  });
});

describe("what is no HTTP request", () => {
  const restApi = eventOf("REST API");
  const httpApi = eventOf("HTTP API");

  test.each<readonly [string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a text", "hi"],
    ["a number", 7],
    ["a list", []],
    ["an object of nothing", {}],
    ["the messages of a queue", { Records: [{ messageId: "1", body: "hi", eventSource: "aws:sqs" }] }],
    ["a message of a WebSocket", { requestContext: { connectionId: "c", eventType: "MESSAGE" }, body: "hi" }],
    [
      "a request of VPC Lattice",
      { version: "2.0", path: "/", method: "POST", headers: {}, requestContext: { serviceArn: "arn" } },
    ],
    ["a question to an authorizer of a REST API", { ...restApi, type: "REQUEST", methodArn: "arn" }],
    ["a question to an authorizer of an HTTP API", { ...httpApi, type: "REQUEST", routeArn: "arn" }],
    ["a load balancer's without a method", { requestContext: { elb: {} } }],
    ["an HTTP API's without a method", { requestContext: { http: {} }, httpMethod: "POST" }],
  ])("is reported and answered with 400: %s", async (_what, event) => {
    const { result, body, reports, ran } = await handled(event);

    expect(result).toMatchObject({ statusCode: 400, statusDescription: "400 Bad Request" });
    expect(body.toString()).toBe("The body is not a request of a StateFun cluster.\n");
    expect(reports.map(({ code }) => code)).toEqual(["malformed-request"]);
    expect(reports[0]?.message).toContain("API Gateway");
    expect(ran).toEqual([]);
  });

  test("is named by its fields in the report, and not by their values", async () => {
    const { reports } = await handled({ Records: [{ body: "a-secret" }] });

    expect(reports[0]?.message).toContain("(Records)");
    expect(reports[0]?.message).not.toContain("a-secret");
  });
});

describe("fields of the wrong kind", () => {
  test.each<readonly [string, object, readonly string[]]>([
    ["headers that are a text", { headers: "none", multiValueHeaders: null }, []],
    ["a header that is a number", { multiValueHeaders: { "content-type": 7 } }, ["function-failed"]],
    ["a body that is an object", { body: {} }, ["malformed-request"]],
    ["a request context of null", { requestContext: null }, []],
  ])("never make the function hang or fail: %s", async (_what, fields, codes) => {
    const { result, reports } = await handled(eventOf("REST API", { with: fields }));

    expect(reports.map(({ code }) => code)).toEqual(codes);
    expect(result.statusCode === 200).toBe(codes.length === 0);
  });
});
