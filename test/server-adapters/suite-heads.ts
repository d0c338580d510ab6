import { describe, expect, test } from "@jest/globals";
import supertest from "supertest";
import { expectFailure, expectSuccess } from "./expectations.js";
import { onHost, type Host, type StartHost } from "./host.js";
import { head, RawClient, type RawResponse } from "./raw-client.js";
import { hi, noEffects } from "./requests.js";

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
      const { result, log } = await onHost(start, {}, (host) => agent(host).head("/statefun"));

      expect(result.status).toBe(405);
      expect(result.headers).toMatchObject({ allow: "POST", "content-type": "text/plain; charset=utf-8" });
      expect(result).toMatchObject({ text: undefined, body: {} });
      expect(log).toEqual(["report method-not-allowed"]);
    });

    test.each(["text/plain", "application/json", "application/octet-streams", "application/*"])(
      "K56: content type %s is 415 and runs nothing",
      async (contentType) => {
        const { result, log } = await onHost(start, {}, (host) => post(host, contentType));

        expect(result.status).toBe(415);
        expect(result.text).toBe("Only application/octet-stream is served here.\n");
        expect(log).toEqual(["report unsupported-media-type"]);
      },
    );

    test.each([
      "Application/Octet-Stream; charset=x",
      "application/octet-stream;",
      "APPLICATION/OCTET-STREAM",
    ])("K56: content type %s is served", async (contentType) => {
      const { result, log } = await onHost(start, {}, (host) => post(host, contentType));

      expect(result.status).toBe(200);
      expect(result.body).toEqual(noEffects);
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

const agent = (host: Host): ReturnType<typeof supertest> =>
  supertest(`http://127.0.0.1:${String(host.port)}`);

const post = (host: Host, contentType: string): supertest.Test =>
  agent(host).post("/statefun").set("content-type", contentType).send(hi);

async function send(host: Host, ...parts: readonly (string | Uint8Array)[]): Promise<RawResponse> {
  const client = await RawClient.connect(host.port);
  void client.send(...parts);
  const response = await client.response();
  await client.hangUp();
  return response;
}
