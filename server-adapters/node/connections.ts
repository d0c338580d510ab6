import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** A client gets this long to read what was sent to it: a reset, as closing at once may be, can overtake that. */
const lingerMillis = 1000;

/** The open connections of a server, and which of them have a request to answer. */
export class Connections {
  /**
   * The replies that are owed, by connection: one is in here from its request's head to its own last byte. A set of all
   * of them would cost more than the codec: every response would need a hash, and outlive its turn in the set's table.
   */
  readonly #owed = new Map<Socket, ServerResponse[]>();
  #owedCount = 0;
  readonly #open = new Set<Socket>();
  /** Connections whose last reply is written or on its way: what arrives on them later was never asked of us. */
  readonly #finished = new WeakSet<Socket>();
  /** Connections whose clients did not wait for a reply. Node tells nothing of their end to replies that wait. */
  readonly #pipelined = new WeakSet<Socket>();
  #endsIdle = false;
  /** The TCP connections beneath those of TLS. */
  readonly #beneath = new Set<Socket>();
  /** Those of them before the end of their handshake, by the client's end of them. */
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
      this.#beneath.add(socket);
      if (client !== undefined) this.#shaking.set(client, socket);
      socket.once("close", () => {
        this.#beneath.delete(socket);
        if (client !== undefined) this.#shaking.delete(client);
      });
    });
    server.on("secureConnection", (socket: Socket) => {
      const client = clientOf(socket);
      if (client !== undefined) this.#shaking.delete(client);
      this.#follow(socket);
    });
  }

  /** The number of replies that are owed. */
  get inFlight(): number {
    return this.#owedCount;
  }

  /** Takes up a request. Its reply is owed until it is {@link written} and sent, or {@link dropped}. */
  add(response: ServerResponse): void {
    const { socket } = response.req;
    const owed = this.#owed.get(socket);
    if (owed === undefined) this.#owed.set(socket, [response]);
    else owed.push(response);
    this.#owedCount += 1;
    if (response.socket === null) this.#pipelined.add(socket);
  }

  /** The reply is not owed any more. */
  dropped(response: ServerResponse): void {
    const { socket } = response.req;
    const owed = this.#owed.get(socket);
    const index = owed?.indexOf(response) ?? -1;
    if (owed === undefined || index < 0) return;
    if (owed.length === 1) owed.pop();
    else owed.splice(index, 1);
    this.#owedCount -= 1;
    if (owed.length === 0 && socket.destroyed) this.#owed.delete(socket);
  }

  /**
   * The reply is written. It is owed until the operating system has all of it, which is at once but for large ones; a
   * client that has not taken more of it for `timeoutMillis` is cut off.
   */
  written(response: ServerResponse, timeoutMillis: number): void {
    const { socket } = response;
    const connection = response.req.socket;
    if ((socket !== null && socket.writableLength === 0) || connection.destroyed) {
      this.dropped(response);
      return;
    }
    // Node destroys a socket whose time is up, and sets another time once the reply is out.
    if (socket === null) response.once("socket", (its: Socket) => its.setTimeout(timeoutMillis));
    else socket.setTimeout(timeoutMillis);
    response.once("close", () => {
      this.dropped(response);
      if (this.#endsIdle && this.owedOn(connection).length === 0) endSoon(connection);
    });
  }

  /** Nothing will be said on a connection after the reply that is being written. */
  finish(socket: Socket): void {
    this.#finished.add(socket);
  }

  /** Whether all has been said on a connection. */
  isFinished(socket: Socket): boolean {
    return this.#finished.has(socket);
  }

  /** Whether no other request has arrived on the connection after that of `response`. */
  isLast(response: ServerResponse): boolean {
    return this.owedOn(response.req.socket).at(-1) === response;
  }

  /** The replies owed on one connection: more than one if its client did not wait. */
  owedOn(socket: Socket): readonly ServerResponse[] {
    return this.#owed.get(socket) ?? [];
  }

  /** Ends the connections on which no request is in flight. What was written to them still arrives. */
  endIdle(): void {
    this.#endsIdle = true;
    for (const socket of this.#open) {
      if (this.owedOn(socket).length > 0) continue;
      this.finish(socket);
      endSoon(socket);
    }
    for (const socket of this.#shaking.values()) socket.destroy();
  }

  /** Cuts every connection off, whatever is going on. */
  destroyAll(): void {
    for (const socket of [...this.#open, ...this.#beneath]) socket.destroy();
  }

  #follow(socket: Socket): void {
    this.#open.add(socket);
    socket.once("close", () => {
      this.#open.delete(socket);
      if (this.#pipelined.has(socket)) this.#tellWaiting(socket);
      if (this.owedOn(socket).length === 0) this.#owed.delete(socket);
    });
  }

  /** Node tells only the reply that is its connection's next one of the connection's end. */
  #tellWaiting(socket: Socket): void {
    for (const response of [...this.owedOn(socket)]) {
      if (response.socket !== null || response.destroyed) continue;
      response.destroy();
      response.emit("close");
    }
  }
}

const ending = new WeakSet<Socket>();

/** Says that nothing more will come, and lets the client say the same; one that does not is not waited for. */
export function endSoon(socket: Socket, lastWords?: string): void {
  if (ending.has(socket)) return;
  ending.add(socket);
  if (lastWords === undefined) socket.end();
  else socket.end(lastWords);
  const patience = setTimeout(() => socket.destroy(), lingerMillis).unref();
  socket.once("close", () => {
    clearTimeout(patience);
  });
}

/** The client's end of a connection: it tells connections apart but on a socket file. */
function clientOf({ remoteAddress, remotePort }: Socket): string | undefined {
  return remotePort === undefined ? undefined : `${String(remoteAddress)} ${String(remotePort)}`;
}
