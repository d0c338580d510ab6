import { once } from "node:events";
import net from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { batchHead, chunk, type RawClient, type RawResponse } from "../raw-client.js";
import { batch, hi } from "../requests.js";
import type { HostileCase } from "./encounter.js";
import type { HostileServer } from "./hostile-server.js";

/** How long a slow client waits between two bytes: by far less than any time-out, so that none of them starts anew. */
const dripMillis = 50;

type Sent = Promise<readonly RawResponse[]>;

/** Sends byte by byte until the server has had enough. */
async function drip(
  client: RawClient,
  bytes: string,
  part: (byte: string) => string | Uint8Array = (byte) => byte,
): Sent {
  const closed = client.closed().then(() => true);
  for (const byte of bytes) {
    void client.send(part(byte));
    if (await Promise.race([closed, delay(dripMillis, false)])) break;
  }
  return [];
}

async function dripBody(client: RawClient): Promise<readonly RawResponse[]> {
  void client.send(batchHead({ "content-length": 2000 }));
  return drip(client, "x".repeat(1000));
}

async function dripChunks(client: RawClient): Promise<readonly RawResponse[]> {
  void client.send(batchHead({ "transfer-encoding": "chunked" }));
  return drip(client, "x".repeat(1000), (byte) => chunk(Buffer.from(byte)));
}

const slowHead: Pick<HostileCase, "answers" | "connection" | "reports"> = {
  answers: [408],
  connection: "closed",
  reports: [],
};
const slowBody: typeof slowHead = { ...slowHead, reports: ["client-disconnected"] };
const longHead = batchHead({ "content-length": hi.length, x: "y".repeat(2000) });

/** Clients that are too slow to send. */
export const slowSenders: readonly HostileCase[] = [
  { does: "connects and says nothing", sends: [], ...slowHead },
  // As long as a request of HTTP/1.1 without its headers: it may still go on.
  { does: "speaks HTTP/0.9", sends: ["GET /\r\n"], ...slowHead },
  {
    does: "sends its head byte by byte",
    sends: (client: RawClient): Sent => drip(client, longHead),
    ...slowHead,
  },
  {
    does: "sends empty lines byte by byte",
    sends: (client: RawClient): Sent => drip(client, "\r\n".repeat(1000)),
    ...slowHead,
  },
  {
    does: "says a larger content-length and waits",
    sends: [batchHead({ "content-length": hi.length + 1 }), hi],
    ...slowBody,
  },
  { does: "sends its body byte by byte", sends: dripBody, ...slowBody },
  { does: "sends chunks of one byte, slowly", sends: dripChunks, ...slowBody },
];

/** Asks for replies and never reads them; resolves once the server has closed the connection. */
export async function neverRead(server: HostileServer, replies: readonly number[]): Promise<number> {
  const { port } = server.endpoint as { readonly port: number };
  const socket = net.connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.pause();
  for (const bytes of replies) {
    const body = batch(`reply ${String(bytes)}`);
    socket.write(batchHead({ "content-length": body.length }));
    socket.write(body);
  }
  await server.until("the connection", ({ connections }) => connections > 0);
  await server.until("the end of a connection that nobody reads", ({ connections }) => connections === 0);
  let received = 0;
  socket.on("data", (part) => (received += part.length)).on("error", () => undefined);
  socket.resume();
  await once(socket, "close");
  return received;
}
