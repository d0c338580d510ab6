import type { Clock } from "../clock.js";
import { ConnectionPool } from "./connection-pool.js";
import type { RequestTarget } from "./endpoint-url.js";
import { routeTo, type HttpContext } from "./http-context.js";
import { okhttpTls } from "./tls-material.js";

/** As the cluster's client has it: connections without a limit, of which so many stay open when idle, for so long. */
const maxIdle = 1024;
const maxIdleMillis = 60_000;

/** As the cluster's client has it: all of the header. */
const maxHeadBytes = 256 * 1024;

/** There is no limit of the transport's own; a protobuf message cannot be longer than this. */
const maxBodyBytes = 2 ** 31 - 1;

/** The connections of all okhttp transports of a runtime: those to one place are shared by all function types. */
export class OkhttpConnections {
  readonly #context: { readonly clock: Clock } & Pick<HttpContext, "addressMap">;
  readonly #pools = new Map<string, ConnectionPool>();
  #users = 0;

  constructor(context: { readonly clock: Clock } & Pick<HttpContext, "addressMap">) {
    this.#context = context;
  }

  /** Counts a transport that uses them. */
  enter(): void {
    this.#users++;
  }

  /** A transport is closed; behind the last one all connections close. */
  async leave(): Promise<void> {
    if (--this.#users > 0) return;
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.all(pools.map((pool) => pool.close()));
  }

  /** The connections to a target. */
  pool(target: RequestTarget): ConnectionPool {
    const { to, isTls } = target;
    const key = "path" in to ? to.path : `${isTls ? "https" : "http"}://${to.host}:${String(to.port)}`;
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      const tls = isTls && "host" in to ? okhttpTls(to.host) : undefined;
      pool = new ConnectionPool(routeTo(target, tls, this.#context), {
        clock: this.#context.clock,
        responseLimits: { maxHeadBytes, maxBodyBytes },
        maxConnections: Infinity,
        maxIdle,
        endOfLife: () => Infinity,
        endOfIdleness: (now) => now + maxIdleMillis,
      });
      this.#pools.set(key, pool);
    }
    return pool;
  }
}
