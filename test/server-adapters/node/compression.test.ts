import { deflateSync, gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import { expectFailure, expectSuccess } from "../expectations.js";
import { batchHead, type RawResponse } from "../raw-client.js";
import { batch, batchOfSize, hi, noEffects } from "../requests.js";
import { whileListening, type Listened } from "./listened.js";

const limit = 4096;

/** Sends a batch with more headers than usual, on a connection of its own. */
async function send(
  { connect }: Listened,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): Promise<RawResponse> {
  const client = await connect();
  void client.send(batchHead({ "content-length": body.length, ...headers }), body);
  const response = await client.response();
  await client.hangUp();
  return response;
}

describe("a compressed request", () => {
  test.each([
    ["gzip", gzipSync(hi)],
    ["GZIP", gzipSync(hi)],
    ["x-gzip", gzipSync(hi)],
    ["deflate", deflateSync(hi)],
    ["identity", hi],
    ["gzip", Buffer.concat([gzipSync(hi.subarray(0, 9)), gzipSync(hi.subarray(9))])],
  ])("with content-encoding %s is served", async (encoding, body) => {
    const { response, lines } = await whileListening({}, async (listened) => ({
      response: await send(listened, { "content-encoding": encoding }, body),
      lines: listened.log.lines,
    }));

    expectSuccess(response);
    expect(lines).toEqual(["ran hi"]);
  });

  test.each([
    { name: "of exactly maxRequestBytes", bytes: limit, code: undefined },
    { name: "of one byte more", bytes: limit + 1, code: "request-too-large" as const },
    {
      name: "of a thousand times as much, in fewer bytes than the limit,",
      bytes: limit * 500,
      code: "request-too-large" as const,
    },
  ])("$name is judged by its size when decompressed", async ({ bytes, code }) => {
    const body = gzipSync(batchOfSize(bytes));

    const { response, reports } = await whileListening(
      {},
      async (listened) => ({
        response: await send(listened, { "content-encoding": "gzip" }, body),
        reports: listened.log.of("report"),
      }),
      limit,
    );

    if (code === undefined) expectSuccess(response);
    else expectFailure(response, code);
    expect(reports).toEqual(code === undefined ? [] : [code]);
  });

  test.each([
    { name: "that is no gzip", encoding: "gzip", body: hi, code: "malformed-request" as const },
    {
      name: "that breaks off",
      encoding: "gzip",
      body: gzipSync(hi).subarray(0, -9),
      code: "malformed-request" as const,
    },
    {
      name: "in an encoding nobody sends",
      encoding: "br",
      body: hi,
      code: "unsupported-media-type" as const,
    },
    { name: "compressed twice", encoding: "gzip, gzip", body: hi, code: "unsupported-media-type" as const },
  ])("$name is $code, reported once", async ({ encoding, body, code }) => {
    const { response, reports, after } = await whileListening({}, async (listened) => ({
      response: await send(listened, { "content-encoding": encoding }, body),
      reports: [...listened.log.of("report")],
      after: await listened.post(hi),
    }));

    expectFailure(response, code);
    expect(reports).toEqual([code]);
    expectSuccess(after);
  });

  test("whose client hangs up half way is client-disconnected, reported once", async () => {
    const body = gzipSync(hi);

    const lines = await whileListening({}, async ({ connect, log }) => {
      const client = await connect();
      await client.send(
        batchHead({ "content-encoding": "gzip", "content-length": body.length }),
        body.subarray(0, 20),
      );
      await client.hangUp();
      await log.until("report client-disconnected");
      return log.lines;
    });

    expect(lines).toEqual(["report client-disconnected"]);
  });
});

describe("a reply", () => {
  const large = batch(...Array.from({ length: 50 }, () => "send to yourself"));

  test("is compressed above the size that was set, for a client that takes gzip", async () => {
    const { plain, packed } = await whileListening({ compressRepliesAboveBytes: 100 }, async (listened) => ({
      plain: await send(listened, {}, large),
      packed: await send(listened, { "accept-encoding": "gzip,deflate" }, large),
    }));

    expect(plain.body.length).toBeGreaterThan(1000);
    expect(plain.headers.map(([name]) => name)).not.toContain("content-encoding");
    expect(packed.headers).toContainEqual(["content-encoding", "gzip"]);
    expect(packed.headers).toContainEqual(["content-type", "application/octet-stream"]);
    expect(packed.body.length).toBeLessThan(plain.body.length / 2);
    expect(gunzipSync(packed.body)).toEqual(plain.body);
  });

  test.each([
    ["unless a size was set", {}, "gzip"],
    ["at exactly that size", { compressRepliesAboveBytes: noEffects.length }, "gzip"],
    ["for a client that rules gzip out", { compressRepliesAboveBytes: 1 }, "gzip;q=0, deflate"],
    ["for a client that says nothing", { compressRepliesAboveBytes: 1 }, ""],
    ["where it would be no shorter", { compressRepliesAboveBytes: 1 }, "gzip"],
  ])("is not compressed %s", async (_when, options, accepted) => {
    const headers = accepted === "" ? {} : { "accept-encoding": accepted };

    const response = await whileListening(options, (listened) => send(listened, headers, hi));

    expectSuccess(response);
  });

  test("that is a failure is never compressed", async () => {
    const response = await whileListening({ compressRepliesAboveBytes: 1 }, (listened) =>
      send(listened, { "accept-encoding": "gzip" }, batch("throw")),
    );

    expectFailure(response, "function-failed");
  });
});
