import net from "node:net";

// By hand, because what a replay compares and does lies below any HTTP library: the head as it came, half an answer,
// a content type that is not there.

/** Where a server listens: a port of this machine, 0 for any, or the path of a Unix socket. */
export type Listening = { readonly port: number } | { readonly socket: string };

/** A request as it came over a connection. */
export interface RawRequest {
  /** The request line and the headers as they were written, byte for character, without their ends of line. */
  readonly head: readonly string[];
  readonly method: string;
  /** The target of the request line. */
  readonly target: string;
  readonly body: Uint8Array;
  readonly connection: RawConnection;
}

/** A connection on which requests are answered one after another. */
export interface RawConnection {
  /** Whether it is closed, by whichever end. */
  readonly closed: boolean;
  /** Writes an answer and, if it `closes`, closes the connection behind it. Does nothing if it is closed. */
  answer(bytes: Uint8Array, closes: boolean): void;
}

/** A server for HTTP/1.1 that hands over requests and takes whatever bytes it is told to write. */
export class RawHttpServer {
  readonly #onRequest: (request: RawRequest) => void;
  readonly #onActivity: () => void;
  readonly #sockets = new Set<net.Socket>();
  #server: net.Server | undefined;
  #where: Listening;
  #accepted = 0;

  /** A server that calls `onActivity` whenever a connection opens, closes or brings something. */
  constructor(where: Listening, onRequest: (request: RawRequest) => void, onActivity: () => void) {
    this.#where = where;
    this.#onRequest = onRequest;
    this.#onActivity = onActivity;
  }

  /** How many connections have been opened to it. */
  get accepted(): number {
    return this.#accepted;
  }

  /** The connections that are open. */
  get sockets(): ReadonlySet<net.Socket> {
    return this.#sockets;
  }

  /** The port; 0 on a Unix socket, or before the first start. */
  get port(): number {
    return "port" in this.#where ? this.#where.port : 0;
  }

  /** Listens; after a {@link stop} on the same port again. */
  async start(): Promise<void> {
    const server = net.createServer((socket) => {
      this.#serve(socket);
    });
    this.#server = server;
    const where = this.#where;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      if ("port" in where) server.listen(where.port, "127.0.0.1", resolve);
      else server.listen(where.socket, resolve);
    });
    if ("port" in where) this.#where = { port: (server.address() as net.AddressInfo).port };
    this.#onActivity();
  }

  /** Closes the port and cuts every connection. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    this.#onActivity();
  }

  #serve(socket: net.Socket): void {
    this.#accepted++;
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    let received: Buffer = Buffer.alloc(0);
    let busy = false;

    const connection: RawConnection = {
      get closed() {
        return socket.destroyed || socket.readableEnded;
      },
      answer: (bytes, closes) => {
        busy = false;
        if (socket.destroyed) return;
        if (bytes.length > 0) socket.write(bytes);
        if (closes) socket.end();
        else next();
        this.#onActivity();
      },
    };
    const next = (): void => {
      const found = busy ? undefined : firstRequest(received);
      if (found === undefined) return;
      busy = true;
      received = received.subarray(found.length);
      this.#onRequest({ ...found, connection });
    };

    socket.on("data", (chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      this.#onActivity();
      next();
    });
    socket.on("error", () => undefined); // "close" follows, and says all that matters
    socket.on("close", () => {
      this.#sockets.delete(socket);
      this.#onActivity();
    });
    this.#onActivity();
  }
}

interface FoundRequest extends Omit<RawRequest, "connection"> {
  /** How many bytes it takes. */
  readonly length: number;
}

/** The request at the start of `bytes`, if all of it is there. */
function firstRequest(bytes: Buffer): FoundRequest | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const head = bytes.toString("latin1", 0, end).split("\r\n");
  const [method = "", target = ""] = (head[0] ?? "").split(" ");
  const sized = head
    .map((line) => /^content-length: *(\d+)$/i.exec(line)?.[1])
    .find((size) => size !== undefined);
  const length = end + 4 + Number(sized ?? 0);
  if (bytes.length < length) return undefined;
  return { head, method, target, body: new Uint8Array(bytes.subarray(end + 4, length)), length };
}
