import { batchHead, type RawClient, type RawResponse } from "../../raw-client.js";
import { batch } from "../../requests.js";
import type { Random } from "../../../support/random.js";
import type { DrainedProcess } from "./drained-process.js";

/** A request with an answer. */
export interface Answered {
  readonly id: string;
  readonly status: number;
  /** Whether the answer says `connection: close`. */
  readonly closes: boolean;
  /** Whether it was sent when the server was known to drain. */
  readonly isLate: boolean;
}

/** What became of all requests. */
export interface Load {
  readonly answered: readonly Answered[];
  /** The requests that got no whole answer. */
  readonly unanswered: readonly string[];
  /** How connections ended whose last answer said so: an error code, or `undefined` where that was orderly. */
  readonly ends: readonly (string | undefined)[];
}

/** Clients that send one batch after another, each on a connection of its own, until the server ends it. */
export class LoadClients {
  readonly #answered: Answered[] = [];
  readonly #unanswered: string[] = [];
  readonly #ends: (string | undefined)[] = [];
  readonly #clients: readonly RawClient[];
  readonly #random: Random;
  #isDraining = false;
  #answeredEnough: () => void = () => undefined;

  private constructor(clients: readonly RawClient[], random: Random) {
    this.#clients = clients;
    this.#random = random;
  }

  static async connect(server: DrainedProcess, count: number, random: Random): Promise<LoadClients> {
    const clients = await Promise.all(Array.from({ length: count }, () => server.connect()));
    return new LoadClients(clients, random);
  }

  /** From now on the server is known to drain. */
  drains(): void {
    this.#isDraining = true;
  }

  /** Resolves once so many requests have been answered. */
  answered(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#answeredEnough = () => {
        if (this.#answered.length >= count) resolve();
      };
    });
  }

  /** Sends until the server has ended every connection. */
  async run(): Promise<Load> {
    await Promise.all(this.#clients.map((client, index) => this.#keepSending(client, index)));
    return { answered: this.#answered, unanswered: this.#unanswered, ends: this.#ends };
  }

  async #keepSending(client: RawClient, index: number): Promise<void> {
    for (let number = 0; ; number++) {
      const id = `${String(index)}.${String(number)}`;
      const isLate = this.#isDraining;
      const response = await this.#ask(client, id);
      if (response === undefined) {
        this.#unanswered.push(id);
        await client.hangUp();
        return;
      }
      const closes = response.headers.some(([name, value]) => name === "connection" && value === "close");
      this.#answered.push({ id, status: response.status, closes, isLate });
      this.#answeredEnough();
      if (closes) {
        this.#ends.push(await client.closed());
        return;
      }
      // Some clients think between their batches, so that connections are idle at any moment.
      if (index % 4 === 0) await pause(this.#random.below(400));
    }
  }

  /** The answer, or `undefined` if there is none. */
  async #ask(client: RawClient, id: string): Promise<RawResponse | undefined> {
    const body = batch(`hold ${String(this.#random.below(300))}`);
    void client.send(batchHead({ "content-length": body.length, "x-request": id }), body);
    try {
      return await client.response();
    } catch {
      return undefined;
    }
  }
}

function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}
