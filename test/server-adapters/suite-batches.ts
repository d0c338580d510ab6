import { randomBytes } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import type { StateFunErrorCode } from "statefun";
import { secret } from "./conformance-functions.js";
import { expectFailure, expectSuccess } from "./expectations.js";
import { onHost, type Host, type HostOptions, type Outcome, type StartHost } from "./host.js";
import { exchange, RawClient, type RawResponse } from "./raw-client.js";
import { batch, batchFor, fromHex, hi, malformedString, unacceptedMessage } from "./requests.js";

interface FailingBatch {
  readonly name: string;
  readonly body: Uint8Array;
  readonly code: StateFunErrorCode;
  readonly options?: HostOptions;
}

const random = randomBytes(24);

const failing: readonly FailingBatch[] = [
  { name: "K54: an unknown function type", body: batchFor("ns/unknown", ["hi"]), code: "unknown-function" },
  { name: `K55: random bytes (${random.toString("hex")})`, body: random, code: "malformed-request" },
  { name: "K55: an empty body", body: new Uint8Array(0), code: "malformed-request" },
  { name: "K55: a batch without a target", body: fromHex("a206021a00"), code: "malformed-request" },
  { name: "a truncated batch", body: hi.subarray(0, -1), code: "malformed-request" },
  { name: "a message of a type that is not accepted", body: unacceptedMessage(), code: "unhandled-message" },
  { name: "a message that does not fit its type", body: malformedString(), code: "serialization" },
  { name: "a handler that throws", body: batch("throw"), code: "function-failed" },
  { name: "a handler that rejects", body: batch("reject"), code: "function-failed" },
  { name: "K60: a handler that throws a string", body: batch("throw a string"), code: "function-failed" },
  {
    name: "K60: a handler that rejects with undefined",
    body: batch("reject with undefined"),
    code: "function-failed",
  },
  {
    name: "a handler that throws after it sent",
    body: batch("hi", "send, then throw"),
    code: "function-failed",
  },
  {
    name: "a handler that never resolves, with batchTimeout,",
    body: batch("never"),
    code: "batch-timeout",
    options: { batchTimeout: { milliseconds: 30 } },
  },
];

/** What the batch itself makes of a request. */
export function describeBatches(start: StartHost): void {
  describe("of the batch", () => {
    test.each(failing)("$name is $code, reported once", async ({ body, code, options = {} }) => {
      const { result, reports } = await onHost(start, options, (host) => post(host, body));

      expectFailure(result, code);
      expect(result.body.toString()).not.toContain(secret);
      expect(reports).toEqual([code]);
    });

    test.each(failing)("after $name the next batch is served", async ({ body, options = {} }) => {
      const { result } = await onHost(start, options, async (host) => {
        await post(host, body);
        return post(host, hi);
      });

      expectSuccess(result);
    });

    test("K57: a success is 200, exactly application/octet-stream, with its length and nothing else", async () => {
      const { result, log } = await onHost(start, {}, (host) => post(host, hi));

      expectSuccess(result);
      expect(log).toEqual(["ran hi"]);
    });

    test("K57: so is that of a handler that waits", async () => {
      const { result, log } = await onHost(start, {}, (host) => post(host, batch("later")));

      expectSuccess(result);
      expect(log).toEqual(["ran later"]);
    });

    test("K55: a batch without invocations has no effects", async () => {
      const { result, reports } = await onHost(start, {}, (host) => post(host, batch()));

      expect(result.status).toBe(200);
      expect(reports).toEqual([]);
    });

    test("K61: a send after the answer is context-closed, reported once, though its author caught it", async () => {
      const { result, reports, log } = await sendAfterTheAnswer(start);

      expectSuccess(result);
      expect(reports).toEqual(["context-closed"]);
      expect(log).toContainEqual(expect.stringContaining("caught StateFunError: [context-closed]"));
    });
  });
}

function sendAfterTheAnswer(start: StartHost): Promise<Outcome<RawResponse>> {
  return onHost(start, {}, async (host) => {
    const response = await post(host, batch("send after the answer"));
    await host.log.until("report context-closed");
    return response;
  });
}

async function post(host: Host, body: Uint8Array): Promise<RawResponse> {
  const client = await RawClient.connect(host.endpoint);
  const response = await exchange(client, body);
  await client.hangUp();
  return response;
}
