import type { Socket } from "node:net";
import type { Api } from "./apis.js";
import { KafkaFailure } from "./kafka-failure.js";
import { WireReader } from "./wire-reader.js";
import { WireWriter } from "./wire-writer.js";

/** A request that waits for its answer. */
interface Pending {
  readonly api: Api;
  readonly correlation: number;
  readonly timeout: NodeJS.Timeout;
  readonly resolve: (answer: WireReader) => void;
  readonly reject: (error: KafkaFailure) => void;
}

/** One connection to a broker. The broker answers in the order of the requests. */
export class BrokerSocket {
  /** `host:port`. */
  readonly name: string;
  readonly #socket: Socket;
  readonly #clientId: string;
  readonly #pending: Pending[] = [];
  #chunks: Buffer[] = [];
  #received = 0;
  /** The size of the answer that is being received, with the four bytes that say it; 0 if that is not known. */
  #wanted = 0;
  #correlation = 0;
  #failure: KafkaFailure | undefined;

  /** Takes over a socket that is connected. */
  constructor(name: string, socket: Socket, clientId: string) {
    this.name = name;
    this.#socket = socket;
    this.#clientId = clientId;
    socket.on("data", (chunk: Buffer) => {
      this.#receive(chunk);
    });
    socket.on("error", (error) => {
      this.#fail(new KafkaFailure(`the connection to Kafka at ${name} failed: ${error.message}`, 0, error));
    });
    socket.on("close", () => {
      this.#fail(new KafkaFailure(`Kafka at ${name} closed the connection`));
    });
  }

  /** Whether it can be used no more. */
  get isClosed(): boolean {
    return this.#failure !== undefined;
  }

  /**
   * Sends a request and resolves with its answer, behind the answer's head.
   *
   * @throws KafkaFailure if there is none in time; the connection is closed then
   */
  request(api: Api, body: readonly Uint8Array[], timeoutMillis: number): Promise<WireReader> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => {
        const waited = `${api.name} within ${String(timeoutMillis)} ms`;
        this.#fail(new KafkaFailure(`Kafka at ${this.name} did not answer ${waited}`));
      }, timeoutMillis);
      const correlation = this.#write(api, body);
      this.#pending.push({ api, correlation, timeout, resolve, reject });
    });
  }

  /**
   * Sends a request that has no answer; resolves once the system has taken it.
   *
   * @throws KafkaFailure if the connection is closed
   */
  send(api: Api, body: readonly Uint8Array[]): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#write(api, body);
    if (!this.#socket.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const done = (): void => {
        this.#socket.off("drain", done).off("close", done);
        if (this.#failure === undefined) resolve();
        else reject(this.#failure);
      };
      this.#socket.on("drain", done).on("close", done);
    });
  }

  /** Closes it; what waits for an answer fails. */
  close(): void {
    this.#fail(new KafkaFailure(`the connection to Kafka at ${this.name} was closed`));
  }

  #write(api: Api, body: readonly Uint8Array[]): number {
    const correlation = this.#correlation;
    this.#correlation = (correlation + 1) & 0x7fffffff;
    const head = new WireWriter().int16(api.key).int16(api.version).int32(correlation).text(this.#clientId);
    if (api.flexible) head.noTags();
    const headBytes = head.taken();
    const length = body.reduce((sum, part) => sum + part.length, headBytes.length);
    this.#socket.cork();
    this.#socket.write(new WireWriter().int32(length).taken());
    this.#socket.write(headBytes);
    for (const part of body) this.#socket.write(part);
    this.#socket.uncork();
    return correlation;
  }

  #receive(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#received += chunk.length;
    while (this.#received >= 4 && this.#failure === undefined) {
      if (this.#wanted === 0) this.#wanted = 4 + this.#joined(4).readInt32BE(0);
      if (this.#received < this.#wanted) return;
      const bytes = this.#joined(this.#wanted);
      const rest = bytes.subarray(this.#wanted);
      this.#chunks = rest.length === 0 ? [] : [rest];
      this.#received = rest.length;
      this.#answer(new WireReader(bytes.subarray(4, this.#wanted)));
      this.#wanted = 0;
    }
  }

  /** What was received, in one piece if that is needed to see `count` bytes. */
  #joined(count: number): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= count && (this.#chunks.length === 1 || count === 4))
      return first;
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }

  #answer(answer: WireReader): void {
    const [pending] = this.#pending;
    if (pending?.correlation !== answer.int32()) {
      this.#fail(new KafkaFailure(`${this.name} answers what was not asked: is it a Kafka broker?`));
      return;
    }
    this.#pending.shift();
    clearTimeout(pending.timeout);
    if (pending.api.flexible) answer.tags();
    pending.resolve(answer);
  }

  #fail(failure: KafkaFailure): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.#socket.destroy();
    for (const { timeout, reject } of this.#pending.splice(0)) {
      clearTimeout(timeout);
      reject(failure);
    }
  }
}
