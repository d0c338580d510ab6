import { describe, expect, test } from "@jest/globals";
import { expectFailure, expectSuccess } from "./expectations.js";
import { onHost, type Host, type StartHost, type Traits } from "./host.js";
import { batchHead, chunk, exchange, head, RawClient, type RawResponse } from "./raw-client.js";
import { batch, batchFor, hi } from "./requests.js";

/** What a connection goes through: several requests, and clients that leave. */
export function describeConnections(start: StartHost, traits: Traits): void {
  describe("of the connection", () => {
    test("several batches are served on one connection, failed ones among them", async () => {
      const { result, reports } = await onHost(start, {}, async (host) => {
        const client = await RawClient.connect(host.endpoint);
        const bodies = [hi, batch("later"), batch("throw"), batchFor("ns/unknown", ["hi"]), hi];
        const responses: RawResponse[] = [];
        for (const body of bodies) responses.push(await exchange(client, body));
        await client.hangUp();
        return responses;
      });

      expect(result.map(({ status }) => status)).toEqual([200, 200, 500, 503, 200]);
      expect(reports).toEqual(["function-failed", "unknown-function"]);
    });

    test("a refused request without a body leaves the connection open", async () => {
      const { result } = await onHost(start, {}, async (host) => {
        const client = await RawClient.connect(host.endpoint);
        void client.send(head("GET /statefun"));
        await client.response();
        const response = await exchange(client, hi);
        await client.hangUp();
        return response;
      });

      expectSuccess(result);
    });

    // Failing as expected, so that a host which has learned it is noticed.
    const pipelining = traits.refusesPipelining === undefined ? test : test.failing;
    pipelining("batches that are sent without waiting are answered in order", async () => {
      const { result, reports } = await onHost(start, {}, async (host) => {
        const client = await RawClient.connect(host.endpoint);
        for (const body of [batch("later"), batch("throw"), hi]) {
          void client.send(batchHead({ "content-length": body.length }), body);
        }
        const responses = [await client.response(), await client.response(), await client.response()];
        await client.hangUp();
        return responses;
      });

      expect(result.map(({ status }) => status)).toEqual([200, 500, 200]);
      expect(reports).toEqual(["function-failed"]);
    });

    if (traits.gatewayInFront) return;

    test("K63: a client that hangs up in mid-batch is reported once, and the next batch is unaffected", async () => {
      const { result, log } = await onHost(start, {}, (host) => hangUpInMidBatch(host, traits));

      expectSuccess(result);
      expect([...log].sort()).toEqual([
        "ran hi",
        "ran wait until the client is gone",
        "report client-disconnected",
        "signal aborted",
      ]);
    });

    if (traits.parserInFront === undefined) describeHangUps(start, traits);
  });
}

function describeHangUps(start: StartHost, traits: Traits): void {
  test.each([
    { name: "with a length", headers: { "content-length": hi.length }, part: hi.subarray(0, 20) },
    { name: "in chunks", headers: { "transfer-encoding": "chunked" }, part: chunk(hi.subarray(0, 20)) },
  ])(
    "K63: a client that hangs up half way through a body $name is reported once",
    async ({ headers, part }) => {
      const { result, log } = await onHost(start, {}, async (host) => {
        const client = await RawClient.connect(host.endpoint);
        await client.send(batchHead(headers), part);
        await client.hangUp();
        await host.log.until("report client-disconnected");
        return post(host, hi);
      });

      expectSuccess(result);
      expect(log).toEqual(["report client-disconnected", "ran hi"]);
    },
  );

  test("a client that sends less than it promised and stops is reported once, and not answered by us", async () => {
    const { result, log } = await onHost(start, {}, async (host) => {
      const client = await RawClient.connect(host.endpoint);
      await client.send(batchHead({ "content-length": hi.length + 1 }), hi);
      client.finish();
      await client.closed();
      return client.unread;
    });

    if (traits.answersHalfClosed === undefined) expect(result).not.toContain("text/plain");
    else expect(result).toContain("499");
    expect(log).toEqual(["report client-disconnected"]);
  });

  test("a client that leaves after its 413 is not reported again", async () => {
    const { result, reports } = await onHost(start, { maxRequestBytes: 10 }, async (host) => {
      const client = await RawClient.connect(host.endpoint);
      await client.send(batchHead({ "content-length": hi.length }), hi.subarray(0, 20));
      const response = await client.response();
      await client.hangUp();
      return response;
    });

    expectFailure(result, "request-too-large");
    expect(reports).toEqual(["request-too-large"]);
  });
}

async function hangUpInMidBatch(host: Host, { hearsResetsOnly }: Traits): Promise<RawResponse> {
  const client = await RawClient.connect(host.endpoint);
  const body = batch("wait until the client is gone");
  await client.send(batchHead({ "content-length": body.length }), body);
  await host.log.until("ran wait until the client is gone");
  await (hearsResetsOnly === undefined ? client.hangUp() : client.reset());
  await host.log.until("report client-disconnected");
  return post(host, hi);
}

async function post(host: Host, body: Uint8Array): Promise<RawResponse> {
  const client = await RawClient.connect(host.endpoint);
  const response = await exchange(client, body);
  await client.hangUp();
  return response;
}
