import net from "node:net";
import tls from "node:tls";

/** One request as it came. */
export interface SeenRequest {
  /** Which connection brought it, from 1. */
  readonly connection: number;
  /** The lines of its head, as Latin-1. */
  readonly head: readonly string[];
  readonly body: Buffer;
}

/** What the server does with one request; `write` and `close` may be used later too. */
export type Reply = (connection: net.Socket, request: SeenRequest) => void;

/** The bytes of a good answer without effects. */
export const noEffects = Uint8Array.from([0xa2, 0x06, 0x00]);

interface Answer {
  readonly lines?: readonly string[];
  readonly body?: Uint8Array | string;
}

const goodType = ["content-type: application/octet-stream"];

/** An answer with this status, these lines and this body. */
export function answer(status: string, { lines = goodType, body = noEffects }: Answer = {}): Reply {
  return (connection) => {
    const bytes = Buffer.from(body);
    const head = [`HTTP/1.1 ${status}`, ...lines, `content-length: ${String(bytes.length)}`, "", ""];
    connection.write(Buffer.concat([Buffer.from(head.join("\r\n"), "latin1"), bytes]));
  };
}

/** A good answer. */
export const ok = answer("200 OK");

/** Closes the connection without a word. */
export const hangUp: Reply = (connection) => {
  connection.destroy();
};

/** Says nothing. */
export const silence: Reply = () => undefined;

/** A server that reads requests byte for byte, and answers the first one with the first reply, and so on. */
export class ScriptedServer {
  readonly requests: SeenRequest[] = [];
  /** Connections that were closed by the client, or by a reply. */
  closedConnections = 0;
  connections = 0;
  readonly #replies: Reply[];
  readonly #otherwise: Reply;
  readonly #server: net.Server;
  readonly #open = new Set<net.Socket>();
  readonly #waiting = new Set<() => void>();

  /** @param replies - for the first requests; the last one is for all that follow */
  constructor(replies: readonly Reply[], tlsOptions?: tls.TlsOptions) {
    this.#replies = [...replies];
    this.#otherwise = replies.at(-1) ?? ok;
    const connected = (socket: net.Socket): void => {
      this.#connected(socket);
    };
    this.#server =
      tlsOptions === undefined ? net.createServer(connected) : tls.createServer(tlsOptions, connected);
  }

  /** The server under TLS, for its own happenings. */
  get server(): net.Server {
    return this.#server;
  }

  async listen(to: net.ListenOptions = { port: 0, host: "127.0.0.1" }): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.listen(to, resolve);
    });
  }

  /** `127.0.0.1:port`. */
  get host(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("not listening on a port");
    return `127.0.0.1:${String(address.port)}`;
  }

  /** Waits until `condition` holds, looking after each request and each close. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }

  #connected(socket: net.Socket): void {
    const connection = ++this.connections;
    let pieces: Buffer[] = [];
    let neededBytes = 0;
    this.#open.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#open.delete(socket);
      this.closedConnections++;
      this.#moved();
    });
    socket.on("data", (bytes: Buffer) => {
      pieces.push(bytes);
      neededBytes -= bytes.length;
      if (neededBytes > 0) return;
      const rest = this.#read(Buffer.concat(pieces), connection, socket);
      pieces = [rest.bytes];
      neededBytes = rest.neededBytes;
    });
  }

  /** Reads what is complete, and returns the rest and how many bytes at least are missing from it. */
  #read(bytes: Buffer, connection: number, socket: net.Socket): { bytes: Buffer; neededBytes: number } {
    const end = bytes.indexOf("\r\n\r\n");
    if (end < 0) return { bytes, neededBytes: 1 };
    const head = bytes.toString("latin1", 0, end).split("\r\n");
    const length = Number(/^content-length: (\d+)$/im.exec(head.join("\n"))?.[1] ?? 0);
    const neededBytes = end + 4 + length - bytes.length;
    if (neededBytes > 0) return { bytes, neededBytes };
    const request = { connection, head, body: Buffer.from(bytes.subarray(end + 4, end + 4 + length)) };
    this.requests.push(request);
    (this.#replies.shift() ?? this.#otherwise)(socket, request);
    this.#moved();
    return this.#read(bytes.subarray(end + 4 + length), connection, socket);
  }

  #moved(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const go of waiting) go();
  }
}
