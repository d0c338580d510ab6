import { describe, expect, test } from "@jest/globals";
import { expectFailure, expectSuccess } from "./expectations.js";
import { onHost, type Host, type StartHost } from "./host.js";
import { batchHead, head, RawClient, type RawResponse } from "./raw-client.js";
import { hi } from "./requests.js";

/** Which requests are served at all: method, path, media type. */
export function describeHeads(start: StartHost): void {
  describe("of the request's head", () => {
    test.each(["GET", "PUT", "DELETE", "OPTIONS"])("K56: %s is 405 and runs nothing", async (method) => {
      const { result, log } = await onHost(start, {}, (host) => send(host, head(`${method} /statefun`)));

      expectFailure(result, "method-not-allowed");
      expect(result.headers).toContainEqual(["allow", "POST"]);
      expect(log).toEqual(["report method-not-allowed"]);
    });

    test("K56: HEAD is 405 with the same head and no body", async () => {
      const { result, log } = await onHost(start, {}, async (host) => {
        const client = await RawClient.connect(host.endpoint);
        void client.send(head("HEAD /statefun"));
        const response = await client.responseToHead();
        await client.hangUp();
        return { ...response, unread: client.unread };
      });

      expect(result.status).toBe(405);
      expect(result.headers).toContainEqual(["allow", "POST"]);
      expect(result.headers).toContainEqual(["content-type", "text/plain; charset=utf-8"]);
      expect(result.unread).toBe("");
      expect(log).toEqual(["report method-not-allowed"]);
    });

    test.each(["text/plain", "application/json", "application/octet-streams", "application/*"])(
      "K56: content type %s is 415 and runs nothing",
      async (contentType) => {
        const { result, log } = await onHost(start, {}, (host) => post(host, contentType, Buffer.from("{}")));

        expectFailure(result, "unsupported-media-type");
        expect(log).toEqual(["report unsupported-media-type"]);
      },
    );

    test.each([
      "Application/Octet-Stream; charset=x",
      "application/octet-stream;",
      "APPLICATION/OCTET-STREAM",
    ])("K56: content type %s is served", async (contentType) => {
      const { result, log } = await onHost(start, {}, (host) => post(host, contentType));

      expectSuccess(result);
      expect(log).toEqual(["ran hi"]);
    });

    test.each([{}, { "content-type": "" }])(
      "K56: a request with %j instead of a content type is served",
      async (none) => {
        const { result, reports } = await onHost(start, {}, (host) =>
          send(host, head("POST /statefun", { ...none, "content-length": hi.length }), hi),
        );

        expectSuccess(result);
        expect(reports).toEqual([]);
      },
    );

    test("any path is served, with any query", async () => {
      const { result, reports } = await onHost(start, {}, (host) =>
        send(host, head("POST /a/%20b/..?c=d", { "content-length": hi.length }), hi),
      );

      expectSuccess(result);
      expect(reports).toEqual([]);
    });
  });
}

const post = (host: Host, contentType: string, body = hi): Promise<RawResponse> =>
  send(host, batchHead({ "content-type": contentType, "content-length": body.length }), body);

async function send(host: Host, ...parts: readonly (string | Uint8Array)[]): Promise<RawResponse> {
  const client = await RawClient.connect(host.endpoint);
  void client.send(...parts);
  const response = await client.response();
  await client.hangUp();
  return response;
}
