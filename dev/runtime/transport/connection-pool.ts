import type { Clock, ScheduledCall } from "../clock.js";
import { Fifo } from "../fifo.js";
import { HttpConnection, type ConnectionOwner, type Exchange, type Route } from "./http-connection.js";
import type { ResponseLimits } from "./response-parser.js";
import { Limited, type TimeLimit } from "./time-limit.js";

/** How connections are kept. */
export interface PoolSettings {
  readonly clock: Clock;
  readonly responseLimits: ResponseLimits;
  /** The most connections, idle ones included. */
  readonly maxConnections: number;
  /** The most idle connections. */
  readonly maxIdle: number;
  /** Until when a connection made at this instant may be used. */
  readonly endOfLife: (nowMillis: number) => number;
  /** Until when a connection that becomes idle at this instant may be used, unless its life ends before. */
  readonly endOfIdleness: (nowMillis: number) => number;
  /** How long an exchange may wait for a connection. */
  readonly wait?: TimeLimit;
}

/** An exchange that waits until a connection is free. */
class Waiting extends Limited {
  readonly exchange: Exchange;
  /** Nobody waits any more: it is left out when its turn comes. */
  isOver = false;
  readonly #pool: ConnectionPool;

  constructor(exchange: Exchange, pool: ConnectionPool) {
    super();
    this.exchange = exchange;
    this.#pool = pool;
  }

  /** It has a connection, or does not want one any more. */
  end(): void {
    this.isOver = true;
    this.limit?.stop(this);
    this.exchange.waiting = undefined;
  }

  override timeIsOver(): void {
    this.#pool.waitedInVain(this);
  }
}

/** The connections to one place: kept alive, the last used one first, and never more than allowed. */
export class ConnectionPool implements ConnectionOwner {
  readonly clock: Clock;
  readonly responseLimits: ResponseLimits;
  readonly #route: Route;
  readonly #settings: PoolSettings;
  readonly #open = new Set<HttpConnection>();
  readonly #idle: HttpConnection[] = [];
  readonly #waiting = new Fifo<Waiting>();
  #sweep: ScheduledCall | undefined;

  constructor(route: Route, settings: PoolSettings) {
    this.clock = settings.clock;
    this.responseLimits = settings.responseLimits;
    this.#route = route;
    this.#settings = settings;
  }

  /** Sends a request over a connection that is idle, else over a new one, else as soon as there may be one. */
  send(exchange: Exchange): void {
    const now = this.clock.now();
    for (let last = this.#idle.pop(); last !== undefined; last = this.#idle.pop()) {
      if (last.usableUntilMillis > now) {
        last.send(exchange);
        return;
      }
      last.destroy();
    }
    if (this.#open.size < this.#settings.maxConnections) {
      this.#connect(exchange, now);
      return;
    }
    const waiting = new Waiting(exchange, this);
    exchange.waiting = waiting;
    this.#waiting.push(waiting);
    this.#settings.wait?.start(waiting, now);
  }

  /** Nobody waits for this exchange any more: what carries it is closed. */
  withdraw(exchange: Exchange): void {
    exchange.connection?.destroy();
    exchange.waiting?.end();
  }

  /** The exchange that has waited longest, which does not wait any more. */
  #next(): Exchange | undefined {
    for (let first = this.#waiting.shift(); first !== undefined; first = this.#waiting.shift()) {
      if (first.isOver) continue;
      first.end();
      return first.exchange;
    }
    return undefined;
  }

  /** Closes all connections, and forgets what they carry. */
  async close(): Promise<void> {
    while (this.#next() !== undefined); // nobody hears of them any more
    const open = [...this.#open];
    for (const connection of open) connection.destroy();
    this.#stopSweeping();
    await Promise.all(open.map((connection) => connection.closed()));
  }

  idle(connection: HttpConnection): void {
    const now = this.clock.now();
    const { endOfIdleness, maxIdle } = this.#settings;
    connection.idleUntilMillis = endOfIdleness(now);
    if (connection.usableUntilMillis <= now) {
      connection.destroy();
      return;
    }
    const next = this.#next();
    if (next !== undefined) {
      connection.send(next);
    } else if (this.#idle.length >= maxIdle) {
      connection.destroy();
    } else {
      this.#idle.push(connection);
      this.#sweepAt(connection.usableUntilMillis);
    }
  }

  gone(connection: HttpConnection): void {
    this.#open.delete(connection);
    const index = this.#idle.indexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
    if (this.#open.size >= this.#settings.maxConnections) return;
    const next = this.#next();
    if (next !== undefined) this.#connect(next, this.clock.now());
  }

  /** No connection became free in time. */
  waitedInVain(waiting: Waiting): void {
    const { exchange } = waiting;
    waiting.end();
    // Who came first waits in vain first: where no connection becomes free, nothing else would take them out.
    while (this.#waiting.first?.isOver === true) this.#waiting.shift();
    const millis = String(this.#settings.wait?.millis);
    const why = `none of the ${String(this.#settings.maxConnections)} connections became free in ${millis} ms`;
    exchange.failed({ stage: "connect", why, cause: undefined }, false);
  }

  #connect(exchange: Exchange, nowMillis: number): void {
    const connection = new HttpConnection(this.#route, exchange, this);
    connection.lifeUntilMillis = this.#settings.endOfLife(nowMillis);
    this.#open.add(connection);
  }

  #sweepAt(atMillis: number): void {
    if (atMillis === Infinity) return;
    this.#sweep ??= this.clock.schedule(atMillis, () => {
      this.#sweep = undefined;
      const now = this.clock.now();
      const over = this.#idle.filter(({ usableUntilMillis }) => usableUntilMillis <= now);
      for (const connection of over) connection.destroy();
      if (this.#idle.length > 0) this.#sweepAt(Math.min(...this.#idle.map((idle) => idle.usableUntilMillis)));
    });
  }

  #stopSweeping(): void {
    this.#sweep?.cancel();
    this.#sweep = undefined;
  }
}
