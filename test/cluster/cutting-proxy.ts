import { connect, createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { once } from "node:events";

/** What becomes of a request: passed on; or the connection is cut, before the broker has seen it or after. */
export type Fate = "pass" | "cut before" | "cut after";

/** The number of the request that ends a transaction. */
export const endTransaction = 26;

/** How long the broker is given to do what it was asked before the connection is cut: it needs a few milliseconds. */
const cutAfterMillis = 100;

/** Stands between a client and a broker, and cuts connections at requests of its choice. */
export class CuttingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** `fateOf` is asked for the fate of each request, by the number of its kind. */
  static async start(brokerPort: number, fateOf: (api: number) => Fate): Promise<CuttingProxy> {
    const server = createServer();
    const proxy = new CuttingProxy(server);
    server.on("connection", (client) => {
      proxy.#join(client, connect(brokerPort, "127.0.0.1"), fateOf);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return proxy;
  }

  get address(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("a listening TCP server has a port");
    return `127.0.0.1:${String(address.port)}`;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(client: Socket, broker: Socket, fateOf: (api: number) => Fate): void {
    const cut = (): void => {
      client.destroy();
      broker.destroy();
    };
    for (const socket of [client, broker]) {
      this.#sockets.add(socket);
      socket.on("error", cut).on("close", () => {
        cut();
        this.#sockets.delete(socket);
      });
    }
    broker.pipe(client);
    let held: Buffer = Buffer.alloc(0);
    client.on("data", (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      while (held.length >= 6 && held.length >= 4 + held.readInt32BE(0)) {
        const end = 4 + held.readInt32BE(0);
        const fate = fateOf(held.readInt16BE(4));
        if (fate === "cut before") {
          cut();
          return;
        }
        if (fate === "cut after") {
          broker.unpipe(client); // the answer does not come through
          broker.resume();
          setTimeout(cut, cutAfterMillis);
        }
        broker.write(held.subarray(0, end));
        held = held.subarray(end);
      }
    });
  }
}
