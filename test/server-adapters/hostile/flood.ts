import { once } from "node:events";
import net from "node:net";
import { batchHead, exchange, head, type RawClient, type RawResponse } from "../raw-client.js";
import { batch, hi } from "../requests.js";
import type { HostileServer } from "./hostile-server.js";

/** Connects `count` times and resets each connection in the middle of something else. */
export async function floodWithResets(server: HostileServer, count: number): Promise<void> {
  const { port } = server.endpoint as { readonly port: number };
  const wait = batch("wait");
  const beginnings: readonly (readonly (string | Uint8Array)[])[] = [
    [],
    ["POST /state"],
    [batchHead({ "content-length": hi.length })],
    [batchHead({ "content-length": hi.length }), hi.subarray(0, 20)],
    [batchHead({ "content-length": wait.length }), wait],
    [batchHead({ "content-length": hi.length }), hi],
    ["\x16\x03\x01"],
  ];
  const one = async (index: number): Promise<void> => {
    const socket = net.connect(port, "127.0.0.1").on("error", () => undefined);
    await once(socket, "connect");
    for (const part of beginnings[index % beginnings.length] ?? []) socket.write(part);
    socket.resetAndDestroy();
    await once(socket, "close");
  };
  for (let from = 0; from < count; from += 50) {
    await Promise.all(Array.from({ length: Math.min(50, count - from) }, (_, index) => one(from + index)));
  }
}

/** Has `held` batches wait, sends `more` beyond them, and lets go: the statuses of the latter, then of the former. */
export async function overload(
  server: HostileServer,
  held: number,
  more: number,
): Promise<{ readonly refused: readonly number[]; readonly served: readonly number[] }> {
  const post = async (body: Uint8Array): Promise<{ client: RawClient; response: Promise<RawResponse> }> => {
    const client = await server.connect();
    return { client, response: exchange(client, body) };
  };
  const waiting = await Promise.all(Array.from({ length: held }, () => post(batch("wait"))));
  await server.until("the batches to wait", ({ waiting: count }) => count === held);
  const beyond = await Promise.all(Array.from({ length: more }, () => post(hi)));
  const refused = await Promise.all(beyond.map(({ response }) => response));
  await server.release();
  const served = await Promise.all(waiting.map(({ response }) => response));
  await Promise.all([...waiting, ...beyond].map(({ client }) => client.hangUp()));
  return { refused: refused.map(({ status }) => status), served: served.map(({ status }) => status) };
}

/** Has `count` connections at a time, each with an answer. */
export async function askFromMany(server: HostileServer, count: number): Promise<void> {
  const clients = await Promise.all(
    Array.from({ length: count }, async () => {
      const client = await server.connect();
      void client.send(head("GET /healthz"));
      await client.response();
      return client;
    }),
  );
  await Promise.all(clients.map((client) => client.hangUp()));
}
