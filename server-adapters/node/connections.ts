import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** A client gets this long to read what was sent to it: a reset, as closing at once may be, can overtake that. */
const lingerMillis = 1000;

/** The open connections of a server, and which of them have a request to answer. */
export class Connections {
  /** The replies that are owed: a request is in here from its head to its last byte. */
  readonly inFlight = new Set<ServerResponse>();
  readonly #open = new Set<Socket>();
  /** TLS connections before the end of their handshake, by the client's end of them. */
  readonly #shaking = new Map<string, Socket>();

  /** Follows every connection of `server`. */
  constructor(server: Server, isTls: boolean) {
    if (!isTls) {
      server.on("connection", (socket) => {
        this.#follow(socket);
      });
      return;
    }
    server.on("connection", (socket) => {
      const client = clientOf(socket);
      this.#shaking.set(client, socket);
      socket.once("close", () => this.#shaking.delete(client));
    });
    server.on("secureConnection", (socket: Socket) => {
      this.#shaking.delete(clientOf(socket));
      this.#follow(socket);
    });
  }

  /** The number of open connections. */
  get size(): number {
    return this.#open.size + this.#shaking.size;
  }

  /** The replies owed on one connection: more than one if its client did not wait. */
  owedOn(socket: Socket): readonly ServerResponse[] {
    return [...this.inFlight].filter(({ req }) => req.socket === socket);
  }

  /** Ends the connections on which no request is in flight. What was written to them still arrives. */
  endIdle(): void {
    const busy = new Set<Socket>();
    for (const { req } of this.inFlight) busy.add(req.socket);
    for (const socket of this.#open) if (!busy.has(socket)) endSoon(socket);
    for (const socket of this.#shaking.values()) socket.destroy();
  }

  /** Cuts every connection off, whatever is going on. */
  destroyAll(): void {
    for (const socket of [...this.#open, ...this.#shaking.values()]) socket.destroy();
  }

  #follow(socket: Socket): void {
    this.#open.add(socket);
    socket.once("close", () => this.#open.delete(socket));
  }
}

/** Says that nothing more will come, and lets the client say the same; one that does not is not waited for. */
export function endSoon(socket: Socket, lastWords?: string): void {
  if (lastWords === undefined) socket.end();
  else socket.end(lastWords);
  const patience = setTimeout(() => socket.destroy(), lingerMillis).unref();
  socket.once("close", () => {
    clearTimeout(patience);
  });
}

function clientOf({ remoteAddress, remotePort }: Socket): string {
  return `${String(remoteAddress)} ${String(remotePort)}`;
}
