import { setTimeout as delay } from "node:timers/promises";
import type { States } from "./model.js";

/** What a runtime tells of itself. */
export interface Standing {
  /** Messages that wait or are in flight, and delayed messages that are due soon. */
  readonly moving: number;
  /** Delayed messages that are due much later. */
  readonly delayed: number;
}

/** The longest delay of a record that is to arrive is seconds; the shortest of one to be revoked is an hour. */
const soonMillis = 60_000;
const pageItems = 1_000;

/** On a machine that does much else, an answer takes seconds. */
const answerLimitMillis = 60_000;

/** More often than a client holds connections to one server. */
const mostAsked = 5;
const askAgainMillis = 200;

interface AddressItem {
  readonly address: { readonly typename: string; readonly id: string };
  readonly waiting: number;
}

interface DelayedItem {
  readonly dueAtMillis: number;
}

interface Detail {
  readonly states: readonly { readonly name: string; readonly value?: { readonly value?: unknown } }[];
}

/** Reads a runtime through its JSON API. */
export class RuntimeApi {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** How much there is left to do. */
  async standing(): Promise<Standing> {
    const addresses = await this.#items<AddressItem>("/api/v1/addresses");
    const delayed = await this.#items<DelayedItem>("/api/v1/delayed-messages");
    const outbox = await this.#items<unknown>("/api/v1/egress/outbox", { egress: "crash/outcomes" });
    const soon = delayed.filter(({ dueAtMillis }) => dueAtMillis < Date.now() + soonMillis).length;
    const waiting = addresses.reduce((sum, { waiting }) => sum + waiting, 0);
    return { moving: waiting + outbox.length + soon, delayed: delayed.length - soon };
  }

  /** The state of every address. */
  async states(): Promise<States> {
    const states = new Map<string, Record<string, number>>();
    for (const { address } of await this.#items<AddressItem>("/api/v1/addresses")) {
      const detail = (await this.#json("/api/v1/address", { ...address })) as Detail;
      states.set(
        `${address.typename}/${address.id}`,
        Object.fromEntries(
          detail.states.flatMap(({ name, value }) =>
            value === undefined ? [] : [[name, Number(value.value)]],
          ),
        ),
      );
    }
    return states;
  }

  async #items<T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<readonly T[]> {
    const items: T[] = [];
    let cursor: string | undefined;
    do {
      const asked = { ...query, limit: String(pageItems), ...(cursor !== undefined && { cursor }) };
      const page = (await this.#json(path, asked)) as {
        readonly items: readonly T[];
        readonly next?: string;
      };
      items.push(...page.items);
      cursor = page.next;
    } while (cursor !== undefined);
    return items;
  }

  async #json(path: string, query: Readonly<Record<string, string>>): Promise<unknown> {
    const response = await answer(`${this.#url}${path}?${new URLSearchParams(query).toString()}`);
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answers ${String(response.status)}: ${text}`);
    return JSON.parse(text) as unknown;
  }
}

/** Asks again if there is no answer: a connection of before may have died with the runtime that was killed. */
async function answer(url: string): Promise<Response> {
  for (let asked = 1; ; asked++) {
    try {
      return await fetch(url, { signal: AbortSignal.timeout(answerLimitMillis) });
    } catch (error) {
      const { message, cause } = error as Error; // of `fetch`: the message is always the same
      const why = cause instanceof Error ? cause.message : message;
      if (asked === mostAsked) throw new Error(`${url} has no answer: ${why}`, { cause: error });
      await delay(askAgainMillis);
    }
  }
}
