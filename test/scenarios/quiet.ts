import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type net from "node:net";
import type { Clock } from "../../dev/runtime/clock.js";

/** Turns of the event loop without any activity after which nothing moves: a hop over a socket takes two. */
const quietTurns = 4;

/**
 * How long to wait at most, in real milliseconds, for what is under way: something that never comes to rest then shows
 * as a failure of the replay and not as a test that hangs.
 */
const longestUnrestMillis = 30_000;

/** A machine that is busy may take that long for a few turns; it is unrest only if there were many. */
const leastUnrestTurns = 1000;

/** Knows whether anything still moves: a request, a commit, bytes between two sockets of this process. */
export class Quiet {
  readonly #moving: (() => string | undefined)[] = [];
  #activity = 0;

  /** To be told of everything that happens. */
  readonly touch = (): void => {
    this.#activity++;
  };

  /** Adds something to be asked; it answers with what moves. */
  watch(moving: () => string | undefined): void {
    this.#moving.push(moving);
  }

  /**
   * Resolves once nothing moves.
   *
   * @throws Error naming what never came to rest
   */
  reached = async (): Promise<void> => {
    const since = performance.now();
    let turns = 0;
    let allTurns = 0;
    let seen = this.#activity;
    while (turns < quietTurns) {
      await new Promise((resolve) => setImmediate(resolve));
      const what = this.#moving.map((moving) => moving()).find((found) => found !== undefined);
      turns = what === undefined && seen === this.#activity ? turns + 1 : 0;
      seen = this.#activity;
      allTurns++;
      if (performance.now() - since > longestUnrestMillis && allTurns > leastUnrestTurns) {
        throw new Error(`It never came to rest: ${what ?? "something happens in every turn of the loop"}.`);
      }
    }
  };

  /** A clock whose calls are seen. */
  watched(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      schedule: (atMillis, callback) => {
        this.touch();
        return clock.schedule(atMillis, () => {
          this.touch();
          callback();
        });
      },
    };
  }
}

/** The client sockets of this process that lead to one port of it. */
export class ClientSockets {
  readonly #open = new Set<net.Socket>();
  readonly #channel = "net.client.socket";
  readonly #onSocket = (message: unknown): void => {
    const { socket } = message as { readonly socket: net.Socket };
    this.#open.add(socket);
    socket.once("close", () => this.#open.delete(socket));
  };

  constructor() {
    subscribe(this.#channel, this.#onSocket);
  }

  stop(): void {
    unsubscribe(this.#channel, this.#onSocket);
  }

  /**
   * What is still on its way between these sockets and their other ends at `port`, in words. Ends of Unix sockets, whose
   * port is 0, cannot be told apart: those are at rest when nothing happens for some turns.
   */
  moving(port: number, others: ReadonlySet<net.Socket>): string | undefined {
    if (port === 0) return undefined;
    const ends = new Map([...others].map((other) => [other.remotePort, other]));
    for (const socket of this.#open) {
      if (socket.connecting) return "a connection is being opened";
      if (socket.remotePort !== port) continue;
      const other = ends.get(socket.localPort);
      if (other === undefined) return "a connection is open at one end only";
      if (socket.bytesWritten !== other.bytesRead) return "a request is on its way";
      if (other.bytesWritten !== socket.bytesRead) return "an answer is on its way";
      ends.delete(socket.localPort);
    }
    return ends.size === 0 ? undefined : "a connection is closed at one end only";
  }
}
