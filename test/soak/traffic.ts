import { gunzipSync, gzipSync } from "node:zlib";
import { batchHead, chunk, head, RawClient, type RawResponse } from "../server-adapters/raw-client.js";
import { setTimeout as delay } from "node:timers/promises";
import { Random } from "../support/random.js";
import { cartBatch, telling } from "./batches.js";
import { limits } from "./limits.js";

/** What the traffic has done so far. */
export interface Tally {
  /** How often each kind of client was there, by what it does. */
  readonly kinds: Record<string, number>;
  /** How many messages of batches were answered, each as it should be. */
  batches: number;
  /** What went otherwise than it should. */
  readonly misses: string[];
  /** How often each code must have been reported; hang-ups may be. */
  readonly due: Record<string, number>;
}

/** The one way of hanging up that is always reported. */
export const hangsUpInMidBody = "hangs up in mid-body";

/** One client, with a connection that it keeps for as long as it can. */
class SoakClient {
  readonly #port: number;
  readonly #random: Random;
  readonly #tally: Tally;
  #connection: Promise<RawClient> | undefined;

  constructor(port: number, random: Random, tally: Tally) {
    this.#port = port;
    this.#random = random;
    this.#tally = tally;
  }

  async act(what: string, act: Act): Promise<void> {
    this.#tally.kinds[what] = (this.#tally.kinds[what] ?? 0) + 1;
    try {
      await act(this, this.#random);
      if ((await this.#connection)?.isClosed === true) await this.leave();
    } catch (error) {
      this.miss(`${what}: ${String(error)}`);
      await this.leave();
    }
  }

  miss(what: string): void {
    this.#tally.misses.push(what);
  }

  connection(): Promise<RawClient> {
    return (this.#connection ??= RawClient.connect({ port: this.#port }));
  }

  async leave(): Promise<void> {
    await (await this.#connection)?.hangUp();
    this.#connection = undefined;
  }

  /** Waits until the server has closed the connection. */
  async seeClosed(): Promise<void> {
    await (await this.#connection)?.closed();
    this.#connection = undefined;
  }

  async send(...parts: readonly (string | Uint8Array)[]): Promise<void> {
    await (await this.connection()).send(...parts);
  }

  /** Sends a batch and reads its answer. */
  async ask(body: Uint8Array, headers: Readonly<Record<string, string>> = {}): Promise<RawResponse> {
    void this.send(batchHead({ "content-length": body.length, ...headers }), body);
    return (await this.connection()).response();
  }

  /** Sends a cart's batch in some way, and checks all of its answer. */
  async askCart(send: (body: Uint8Array) => Promise<RawResponse>): Promise<void> {
    const { body, check } = cartBatch(this.#random);
    const response = await send(body);
    const isZipped = response.headers.some(([name]) => name === "content-encoding");
    const problem =
      response.status === 200
        ? check(isZipped ? gunzipSync(response.body) : response.body)
        : `status ${String(response.status)}`;
    if (problem === undefined) this.#tally.batches += 1;
    else this.miss(`a batch: ${problem}`);
  }

  /** Sends what must fail. The connection may be closed after that, so it is left. */
  async fail(
    body: Uint8Array,
    due: number,
    code: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    this.expect(await this.ask(body, headers), due, code);
    await this.leave();
  }

  /** The answer must be that of a failure, which must have been reported. */
  expect({ status }: RawResponse, due: number, code: string): void {
    if (status !== due) this.miss(`${code} was answered with ${String(status)}`);
    this.#tally.due[code] = (this.#tally.due[code] ?? 0) + 1;
  }
}

type Act = (client: SoakClient, random: Random) => Promise<void>;

const gzip = { "content-encoding": "gzip" };
const bomb = gzipSync(Buffer.alloc(16 * 1024 * 1024));
/** So many batches go over a connection at most before its client does something else. */
const mostInARow = 10;

/** What a cluster does. */
const batches: Act = async (client, random) => {
  for (let i = random.below(mostInARow); i >= 0; i--) await client.askCart((body) => client.ask(body));
};

/** What clients do, in equal shares but for the first, which is as much as all others. */
const kinds: Readonly<Record<string, Act>> = {
  "sends batches": batches,
  "sends gzip": (client) => client.askCart((body) => client.ask(gzipSync(body), gzip)),
  "asks for gzip": (client) => client.askCart((body) => client.ask(body, { "accept-encoding": "gzip" })),
  "sends chunks": (client, random) =>
    client.askCart(async (body) => {
      void client.send(batchHead({ "transfer-encoding": "chunked" }));
      const size = 1 + random.below(body.length);
      for (let at = 0; at < body.length; at += size) void client.send(chunk(body.subarray(at, at + size)));
      void client.send(chunk(new Uint8Array(0)));
      return (await client.connection()).response();
    }),
  "sends slowly": (client) =>
    client.askCart(async (body) => {
      await client.send(batchHead({ "content-length": body.length }));
      const size = Math.ceil(body.length / 10);
      for (let at = 0; at < body.length; at += size) {
        await client.send(body.subarray(at, at + size));
        await delay(10);
      }
      return (await client.connection()).response();
    }),
  "connects anew": async (client) => {
    await client.leave();
    await client.askCart((body) => client.ask(body));
  },
  "has a handler throw": (client) => client.fail(telling("throw"), 500, "function-failed"),
  "has a handler reject": (client) => client.fail(telling("reject"), 500, "function-failed"),
  "has a handler hang": (client) => client.fail(telling("hang"), 504, "batch-timeout"),
  "sends no batch": (client) => client.fail(Buffer.from("no batch"), 400, "malformed-request"),
  "sends broken gzip": (client) => client.fail(Buffer.from("no gzip"), 400, "malformed-request", gzip),
  "sends a bomb": (client) => client.fail(bomb, 413, "request-too-large", gzip),
  "sends too much": (client) =>
    client.fail(Buffer.alloc(limits.maxRequestBytes + 1), 413, "request-too-large"),
  "sends text": (client) =>
    client.fail(Buffer.from("text"), 415, "unsupported-media-type", { "content-type": "text/plain" }),
  "sends GET": async (client) => {
    void client.send(head("GET /"));
    client.expect(await (await client.connection()).response(), 405, "method-not-allowed");
  },
  "asks for its health": async (client) => {
    void client.send(head("GET /healthz"));
    const { status } = await (await client.connection()).response();
    if (status !== 200) client.miss(`health was answered with ${String(status)}`);
  },
  "speaks no HTTP": async (client) => {
    await client.send("what is this\r\n\r\n");
    await client.seeClosed();
  },
  "reads a large reply": async (client) => {
    const { status } = await client.ask(telling("reply 2000000"));
    if (status !== 200) client.miss(`a large reply had status ${String(status)}`);
  },
  "hangs up in mid-head": async (client) => {
    await client.send("POST /stat");
    await client.leave();
  },
  [hangsUpInMidBody]: async (client) => {
    await client.send(batchHead({ "content-length": 1000 }), "half");
    await client.leave();
  },
  "hangs up in mid-batch": async (client) => {
    const body = telling("wait 20");
    await client.send(batchHead({ "content-length": body.length }), body);
    await client.leave();
  },
  "hangs up in mid-reply": async (client) => {
    const body = telling("reply 4000000");
    await client.send(batchHead({ "content-length": body.length }), body);
    await (await client.connection()).begun();
    await client.leave();
  },
};

const names = Object.keys(kinds);

/** Clients that do things at random, each one after the other, until they are told to stop. */
export class Traffic {
  readonly tally: Tally = { kinds: {}, batches: 0, misses: [], due: {} };
  readonly #clients: readonly (readonly [client: SoakClient, random: Random])[];
  #running: Promise<unknown>;
  #isOn = true;

  constructor(port: number, clients: number, seed: number) {
    this.#clients = Array.from({ length: clients }, (_, index) => {
      const random = new Random(seed + index);
      return [new SoakClient(port, random, this.tally), random] as const;
    });
    this.#running = this.#run();
  }

  /** Lets every client finish what it does; connections stay open. */
  async pause(): Promise<void> {
    this.#isOn = false;
    await this.#running;
  }

  /** Goes on. */
  resume(): void {
    this.#isOn = true;
    this.#running = this.#run();
  }

  /** Lets every client finish what it does, and leave. */
  async stop(): Promise<void> {
    await this.pause();
    for (const [client] of this.#clients) await client.leave();
  }

  async #run(): Promise<void> {
    await Promise.all(
      this.#clients.map(async ([client, random]) => {
        while (this.#isOn) {
          const name =
            random.below(2) === 0 ? "sends batches" : (names[random.below(names.length)] as string);
          await client.act(name, kinds[name] as Act);
        }
      }),
    );
  }
}
