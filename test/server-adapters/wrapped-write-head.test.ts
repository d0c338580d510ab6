import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "@jest/globals";
import { functionType, requestReplyHandler, statefulFunction } from "statefun";
import { serve } from "statefun/node";
import { V1 } from "../sdk/conformance/golden-bytes.js";

const fn = statefulFunction(functionType("ns/fn", []), { on: {}, otherwise: () => undefined });

/**
 * Replaces `writeHead` as the middleware does that sets headers just before they are sent (morgan, compression and
 * express-session, through old versions of on-headers): an array of headers is read as a list of pairs.
 */
function wrapWriteHead(response: http.ServerResponse): void {
  const original = response.writeHead.bind(response);
  response.writeHead = ((status: number, headers?: http.OutgoingHttpHeaders | string[]) => {
    if (Array.isArray(headers)) {
      for (const pair of headers) response.setHeader(String(pair[0]), String(pair[1]));
    } else {
      for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value as string);
    }
    return original(status);
  }) as typeof response.writeHead;
}

const servers: http.Server[] = [];

afterEach(async () => {
  await Promise.all(
    servers.splice(0).map(
      (server) =>
        new Promise((resolve) => {
          server.close(resolve).closeAllConnections();
        }),
    ),
  );
});

async function answerTo(body: Uint8Array): Promise<Response> {
  const handler = serve(requestReplyHandler([fn], { onError: () => undefined }));
  const server = http.createServer((request, response) => {
    wrapWriteHead(response);
    handler(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return fetch(`http://127.0.0.1:${String(port)}/`, { method: "POST", body });
}

describe("behind middleware that wraps writeHead", () => {
  test("an answer keeps its media type and its length", async () => {
    const response = await answerTo(V1);

    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    expect(response.headers.get("content-length")).toBe("3");
  });

  test("a refusal keeps its media type", async () => {
    const response = await answerTo(Uint8Array.of(1, 2, 3));

    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  });
});
