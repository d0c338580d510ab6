import { describe, expect, test } from "@jest/globals";
import { frontShapes, type FrontShape } from "./lambda-events.js";
import { eventOf, handled } from "./lambda-function.js";
import { batch, noEffects } from "./requests.js";

const withMultiValues: readonly FrontShape[] = [
  "REST API",
  "HTTP API with payload format 1.0",
  "load balancer with multi-value headers",
];

describe.each(frontShapes)("the result behind a %s", (shape) => {
  const listed = withMultiValues.includes(shape);

  test("of a success is base64, says so, and has the media type alone", async () => {
    const { result } = await handled(eventOf(shape));

    expect(result).toEqual({
      statusCode: 200,
      statusDescription: "200 OK",
      headers: { "content-type": "application/octet-stream" },
      ...(listed ? { multiValueHeaders: { "content-type": ["application/octet-stream"] } } : {}),
      body: noEffects.toString("base64"),
      isBase64Encoded: true,
    });
  });

  test("of a failure is base64 too, and says so", async () => {
    const { result, body } = await handled(eventOf(shape, { body: batch("throw") }));

    expect(result).toMatchObject({
      statusCode: 500,
      statusDescription: "500 Internal Server Error",
      headers: { "content-type": "text/plain; charset=utf-8" },
      isBase64Encoded: true,
    });
    expect(body.toString()).toBe("A function of this batch failed.\n");
  });

  test("of another method has its headers wherever the front looks for them", async () => {
    const { result } = await handled(eventOf(shape, { method: "GET", body: Buffer.alloc(0) }));

    expect(result.statusCode).toBe(405);
    expect(result.headers.allow).toBe("POST");
    expect(result.multiValueHeaders?.allow).toEqual(listed ? ["POST"] : undefined);
  });

  test("is JSON that holds all of it", async () => {
    const { result } = await handled(eventOf(shape));

    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });
});

// 6 MB and 1 MB less what is set aside for status and headers, as bytes of which base64 makes four of three.
const largest = ((6 * 1024 * 1024 - 1024) / 4) * 3;
const largestOfLoadBalancer = ((1024 * 1024 - 1024) / 4) * 3;

describe("an answer as large as Lambda carries", () => {
  test.each<{ shape: FrontShape; size: number }>([
    { shape: "REST API", size: largest },
    { shape: "HTTP API", size: largest },
    { shape: "function URL", size: largest },
    { shape: "load balancer", size: largestOfLoadBalancer },
    { shape: "load balancer with multi-value headers", size: largestOfLoadBalancer },
  ])("is sent through a $shape, and fits", async ({ shape, size }) => {
    const { result, reports } = await handled(eventOf(shape, { body: Buffer.alloc(size) }), { echo: true });

    const limit = size === largest ? 6 * 1024 * 1024 : 1024 * 1024;
    expect(result.statusCode).toBe(200);
    expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThanOrEqual(limit);
    expect(reports).toEqual([]);
  });

  test.each<{ shape: FrontShape; size: number }>([
    { shape: "REST API", size: largest + 1 },
    { shape: "HTTP API", size: largest + 1 },
    { shape: "load balancer", size: largestOfLoadBalancer + 1 },
  ])("and one byte more is a failure through a $shape, reported once", async ({ shape, size }) => {
    const { result, body, reports } = await handled(eventOf(shape, { body: Buffer.alloc(size) }), {
      echo: true,
    });

    expect(result.statusCode).toBe(500);
    expect(body.toString()).toBe("A function of this batch used the SDK in a way that cannot work.\n");
    expect(reports.map(({ code }) => code)).toEqual(["invalid-argument"]);
    expect(reports[0]?.message).toContain(`${String(size)} bytes`);
    expect(reports[0]?.message).toContain("maxNumBatchRequests");
  });
});
