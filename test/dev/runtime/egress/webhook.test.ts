import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "@jest/globals";
import { webhookEgress } from "../../../../dev/runtime/egress/webhook.js";
import { kafkaRecord, numbered, textRecord } from "./outbox.js";

const id = "example/out";
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** A server that answers its requests with `statuses`, and then always with 204; 0 is no answer. */
async function receiver(
  ...statuses: number[]
): Promise<{ readonly url: string; readonly received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    request.on("end", () => {
      received.push({ headers: request.headers, body: JSON.parse(text) as unknown });
      const status = statuses.shift() ?? 204;
      if (status !== 0)
        response.writeHead(status, { location: "/elsewhere" }).end(status < 300 ? "" : "not now");
    });
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/hook?secret=1`,
    received,
  };
}

const sequences = (received: readonly Received[]): unknown[] =>
  received.map(({ body }) => (body as { sequence: number }).sequence);

test("records are posted as JSON, in order, each with a name for good", async () => {
  const { url, received } = await receiver();
  const egress = webhookEgress({ id, url, headers: { authorization: "Bearer x" } });

  await egress.deliver([textRecord(3, "a"), kafkaRecord(7, "t", "k", '{"b":1}')]);

  expect(received.map(({ body }) => body)).toEqual([
    { egress: id, sequence: 3, typename: "example/text", text: "a" },
    expect.objectContaining({ egress: id, sequence: 7, topic: "t", key: "k", value: { b: 1 } }),
  ]);
  expect(received.map(({ headers }) => headers["idempotency-key"])).toEqual([
    "example/out/3",
    "example/out/7",
  ]);
  expect(received[0]?.headers).toMatchObject({
    authorization: "Bearer x",
    "content-type": "application/json",
  });
});

test.each([[500], [404], [302]])(
  "a record that is answered %i holds up those behind it, and is sent again",
  async (status) => {
    const { url, received } = await receiver(204, status);
    const egress = webhookEgress({ id, url });

    await expect(egress.deliver(numbered(0, 4))).rejects.toMatchObject({
      code: "io-failed",
      component: id,
      message: expect.stringContaining(`did not take record 1: it answered ${String(status)} "not now"`),
    });
    await egress.deliver(numbered(0, 4));

    expect(sequences(received)).toEqual([0, 1, 1, 2, 3]);
  },
);

test("a receiver that does not answer in time is an error", async () => {
  const { url } = await receiver(0);
  const egress = webhookEgress({ id, url, requestMillis: 50 });

  await expect(egress.deliver(numbered(0, 1))).rejects.toThrow("did not take record 0");
});

test("a receiver that is not there is an error that says why, and not what is secret in the URL", async () => {
  const { url } = await receiver();
  servers.splice(0).forEach((server) => server.close());
  const egress = webhookEgress({ id, url });

  const failure: unknown = await egress.deliver(numbered(0, 1)).catch((error: unknown) => error);

  expect((failure as Error).message).toMatch(/ECONNREFUSED/);
  expect((failure as Error).message).not.toContain("secret");
});

test.each([["ftp://example.com"], ["example.com/hook"], ["https://user:secret@example.com"]])(
  "%s is no URL to send records to",
  (url) => {
    expect(() => webhookEgress({ id, url })).toThrow(expect.objectContaining({ code: "invalid-argument" }));
  },
);
