import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";

/** Where a host listens: on a port of this machine, with or without TLS, or on a Unix domain socket. */
export type Endpoint =
  { readonly port: number; readonly tls?: ClientTls | undefined } | { readonly socketPath: string };

/** How a client speaks TLS: whom it trusts, and the certificate that says who it is. */
export interface ClientTls {
  readonly ca: string;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** One response as it came over the wire. */
export interface RawResponse {
  readonly status: number;
  /** Names in lower case, in order, duplicates kept. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** An HTTP/1.1 client that sends exactly the bytes it is told to, when it is told to. */
export class RawClient {
  readonly #socket: net.Socket;
  readonly #closed: Promise<void>;
  #received: Buffer = Buffer.alloc(0);
  /** What has arrived since it was last needed. */
  #arrived: Buffer[] = [];
  #arrivedBytes = 0;
  /** The length of what must have been received for the next response to be whole, as far as that is known. */
  #needed = 0;
  /** How the connection ended: with the error code of a reset, say; `undefined` for an orderly end. */
  #error: string | undefined;

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => {
      this.#arrived.push(chunk);
      this.#arrivedBytes += chunk.length;
    });
    socket.on("error", (error: NodeJS.ErrnoException) => (this.#error = error.code ?? error.message));
    this.#closed = new Promise((resolve) =>
      socket.once("close", () => {
        resolve();
      }),
    );
  }

  static async connect(endpoint: Endpoint): Promise<RawClient> {
    const socket = open(endpoint);
    const client = new RawClient(socket);
    await once(socket, socket instanceof tls.TLSSocket ? "secureConnect" : "connect");
    return client;
  }

  /** Sends bytes; resolves when the operating system has taken them. */
  send(...parts: readonly (string | Uint8Array)[]): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.cork();
      for (const part of parts.slice(0, -1)) this.#socket.write(part);
      this.#socket.write(parts.at(-1) ?? "", () => {
        resolve();
      });
      this.#socket.uncork();
    });
  }

  /** The next response of the connection. */
  response(): Promise<RawResponse> {
    return this.#next((headers) => Number(valueOf(headers, "content-length") ?? 0));
  }

  /** The next response, to a request of method HEAD: whatever its length, it ends with its head. */
  responseToHead(): Promise<RawResponse> {
    return this.#next(() => 0);
  }

  async #next(lengthOf: (headers: RawResponse["headers"]) => number): Promise<RawResponse> {
    for (;;) {
      if (this.#received.length + this.#arrivedBytes >= this.#needed) {
        this.#take();
        const end = this.#received.indexOf("\r\n\r\n");
        const response = end < 0 ? undefined : this.#parse(end, lengthOf);
        if (response !== undefined) return response;
      }
      if (this.#socket.closed)
        throw new Error(`closed (${this.#error ?? "orderly"}) before a whole response`);
      await Promise.race([once(this.#socket, "data"), this.#closed]);
    }
  }

  /** Resolves once something has arrived, or nothing will. */
  async begun(): Promise<void> {
    if (this.#received.length + this.#arrivedBytes > 0) return;
    await Promise.race([once(this.#socket, "data"), this.#closed]);
  }

  /** Whether the connection has ended. */
  get isClosed(): boolean {
    return this.#socket.closed;
  }

  /** Stops sending, as a client does that has nothing more to say, and still reads. */
  finish(): void {
    this.#socket.end();
  }

  /** Stops reading, so that the server cannot go on sending for long. */
  pause(): void {
    this.#socket.pause();
  }

  /** Reads on. */
  resume(): void {
    this.#socket.resume();
  }

  /** Goes away in the middle of whatever is going on. */
  hangUp(): Promise<void> {
    this.#socket.destroy();
    return this.#closed;
  }

  /** Goes away as {@link hangUp} does, and has the operating system tell so at once. */
  reset(): Promise<void> {
    this.#socket.resetAndDestroy();
    return this.#closed;
  }

  /** Resolves when the server has closed the connection: with an error code, or `undefined` if that was orderly. */
  async closed(): Promise<string | undefined> {
    await this.#closed;
    return this.#error;
  }

  /** What arrived and belongs to no response yet. */
  get unread(): string {
    this.#take();
    return this.#received.toString("latin1");
  }

  #take(): void {
    if (this.#arrived.length > 0) this.#received = Buffer.concat([this.#received, ...this.#arrived]);
    this.#arrived = [];
    this.#arrivedBytes = 0;
  }

  #parse(end: number, lengthOf: (headers: RawResponse["headers"]) => number): RawResponse | undefined {
    const [statusLine = "", ...lines] = this.#received.toString("latin1", 0, end).split("\r\n");
    const headers = lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    });
    const bodyStart = end + 4;
    const bodyEnd = bodyStart + lengthOf(headers);
    if (this.#received.length < bodyEnd) {
      this.#needed = bodyEnd;
      return undefined;
    }
    this.#needed = 0;
    const body = this.#received.subarray(bodyStart, bodyEnd);
    this.#received = this.#received.subarray(bodyEnd);
    return { status: Number(statusLine.split(" ")[1]), headers, body };
  }
}

function valueOf(headers: RawResponse["headers"], name: string): string | undefined {
  return headers.find(([other]) => other === name)?.[1];
}

function open(endpoint: Endpoint): net.Socket {
  if ("socketPath" in endpoint) return net.connect(endpoint.socketPath);
  if (endpoint.tls === undefined) return net.connect(endpoint.port, "127.0.0.1");
  return tls.connect({ port: endpoint.port, host: "127.0.0.1", servername: "localhost", ...endpoint.tls });
}

/** The head of a request; the caller adds `content-length` or `transfer-encoding`. */
export function head(requestLine: string, headers: Readonly<Record<string, string | number>> = {}): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
  return `${requestLine} HTTP/1.1\r\nhost: localhost\r\n${lines.join("")}\r\n`;
}

/** The head of a batch as the cluster sends it. */
export function batchHead(headers: Readonly<Record<string, string | number>>): string {
  return head("POST /statefun", { "content-type": "application/octet-stream", ...headers });
}

/** One chunk of a body without a length; an empty one ends it. */
export function chunk(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
}

/** Sends a whole batch with its length and waits for the answer. */
export async function exchange(client: RawClient, body: Uint8Array): Promise<RawResponse> {
  void client.send(batchHead({ "content-length": body.length }), body);
  return client.response();
}
