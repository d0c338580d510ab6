import { setImmediate as immediate } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { expectFailure, expectSuccess } from "./expectations.js";
import { onHost, type StartHost, type Traits } from "./host.js";
import { batchHead, chunk, exchange, RawClient, type RawResponse } from "./raw-client.js";
import { batchOfSize, hi } from "./requests.js";

const defaultLimit = 64 * 1024 * 1024;
const small = 4096;
// More than any limit here, and less than a runtime refuses by itself before it asks a handler.
const tooLong = 100_000_000;
const chunked = { "transfer-encoding": "chunked" };

/** How bodies arrive, and how large they may be. */
export function describeBodies(start: StartHost, traits: Traits): void {
  describe("of the body", () => {
    test("K59: a body of exactly 64 MiB, the limit unless set, is served", async () => {
      const body = batchOfSize(defaultLimit);

      const { result, reports } = await onHost(start, {}, async (host) =>
        exchange(await RawClient.connect(host.endpoint), body),
      );

      expect(body.length).toBe(defaultLimit);
      expectSuccess(result);
      expect(reports).toEqual([]);
    });

    if (traits.resetsRefusedBodies === undefined) describeOneByteMore(start);

    test.each([
      { size: small, status: 200, reports: [] },
      { size: small + 1, status: 413, reports: ["request-too-large"] },
    ])(
      "K58: a chunked body of $size bytes is $status where $status is due",
      async ({ size, ...expected }) => {
        const { result, reports } = await onHost(start, { maxRequestBytes: small }, async (host) => {
          const client = await RawClient.connect(host.endpoint);
          const body = batchOfSize(size);
          void client.send(
            batchHead(chunked),
            chunk(body.subarray(0, 9)),
            chunk(body.subarray(9)),
            chunk(new Uint8Array(0)),
          );
          return client.response();
        });

        expect({ status: result.status, reports }).toEqual(expected);
      },
    );

    test("a body that comes byte by byte is served", async () => {
      const { result, reports } = await onHost(start, {}, async (host) => {
        const client = await RawClient.connect(host.endpoint);
        await client.send(batchHead({ "content-length": hi.length }));
        for (const byte of hi) await client.send(Uint8Array.of(byte));
        return client.response();
      });

      expectSuccess(result);
      expect(reports).toEqual([]);
    });

    if (traits.parserInFront ?? traits.gatewayInFront) return;
    describeLargeBodies(start, traits);
  });
}

function describeOneByteMore(start: StartHost): void {
  test("K59: one byte more is 413", async () => {
    const { result, log } = await onHost(start, {}, async (host) =>
      exchange(await RawClient.connect(host.endpoint), Buffer.alloc(defaultLimit + 1)),
    );

    expectFailure(result, "request-too-large");
    expect(log).toEqual(["report request-too-large"]);
  });
}

function describeLargeBodies(start: StartHost, traits: Traits): void {
  const { ownsConnections, nothingInFront, resetsRefusedBodies } = traits;
  if (nothingInFront === undefined) describeBodyReadInFront(start);
  if (resetsRefusedBodies === undefined) describeRefusedBodies(start, traits);
  else describeResetBodies(start);

  test("a length above the limit is 413 before any of the body is sent", async () => {
    const { result, log } = await onHost(start, { maxRequestBytes: small }, async (host) => {
      const client = await RawClient.connect(host.endpoint);
      await client.send(batchHead({ "content-length": tooLong }));
      const response = await client.response();
      await client.hangUp();
      return response;
    });

    expectFailure(result, "request-too-large");
    if (ownsConnections === undefined) expect(result.headers).toContainEqual(["connection", "close"]);
    expect(log).toEqual(["report request-too-large"]);
  });
}

function describeRefusedBodies(start: StartHost, { ownsConnections }: Traits): void {
  test("a chunked body without end is 413 while it is sent", async () => {
    const { result, reports } = await onHost(start, { maxRequestBytes: small }, async (host) => {
      const client = await RawClient.connect(host.endpoint);
      await client.send(batchHead(chunked));
      return sendUntilAnswered(client);
    });

    expectFailure(result, "request-too-large");
    if (ownsConnections === undefined) expect(result.headers).toContainEqual(["connection", "close"]);
    expect(reports).toEqual(["request-too-large"]);
  });

  test("a client that sends all of a large body before it reads gets its 413, and an orderly end", async () => {
    const { result, reports } = await onHost(start, { maxRequestBytes: small }, async (host) => {
      const client = await RawClient.connect(host.endpoint);
      const body = Buffer.alloc(32 * 1024 * 1024);
      await client.send(batchHead({ "content-length": body.length }), body);
      const response = await client.response();
      // A host with connections of its own may as well keep this one.
      if (ownsConnections !== undefined) await client.hangUp();
      return { response, end: await client.closed() };
    });

    expectFailure(result.response, "request-too-large");
    expect(result.end).toBeUndefined();
    expect(reports).toEqual(["request-too-large"]);
  });
}

function describeResetBodies(start: StartHost): void {
  test.each([
    { name: "with a length", headers: { "content-length": tooLong }, part: Buffer.alloc(1_000_000) },
    { name: "in chunks", headers: chunked, part: chunk(Buffer.alloc(1_000_000)) },
  ])(
    "a large body $name is refused, reported once, and ends its connection, whether or not it sees the answer",
    async ({ headers, part }) => {
      const { result, reports } = await onHost(start, { maxRequestBytes: small }, async (host) => {
        const client = await RawClient.connect(host.endpoint);
        await client.send(batchHead(headers), ...Array.from({ length: 32 }, () => part));
        await client.closed();
        return client.unread;
      });

      expect(result).toMatch(/^(HTTP\/1.1 413 .*)?$/s);
      expect(reports).toEqual(["request-too-large"]);
    },
  );
}

function describeBodyReadInFront(start: StartHost): void {
  test("a body that something in front has read is body-already-read, and never a hang", async () => {
    const { result, log } = await onHost(start, { readBodyInFront: true }, async (host) =>
      exchange(await RawClient.connect(host.endpoint), hi),
    );

    expectFailure(result, "body-already-read");
    expect(log).toEqual(["report body-already-read"]);
  });
}

/** Sends chunks for as long as there is no answer. */
async function sendUntilAnswered(client: RawClient): Promise<RawResponse> {
  const part = chunk(Buffer.alloc(1000));
  const answer = client.response();
  const answered = answer.then(() => true);
  while (!(await Promise.race([answered, client.send(part).then(() => false)]))) {
    await immediate(); // a host that takes everything at once would leave no turn in which to read its answer
  }
  await client.hangUp();
  return answer;
}
