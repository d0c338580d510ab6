import { totalOf } from "./contract.js";
import type { Outcome } from "./contract.js";
import type { Arrival } from "./inputs.js";

/** State values by their names, of an address `<namespace>/<name>/<id>`. */
export type States = ReadonlyMap<string, Readonly<Record<string, number>>>;

/** What must have become of all records once nothing moves any more, however they were ordered and whatever crashed. */
export interface Expected {
  readonly states: States;
  /** The key and the amount of each record that leaves, by its number. */
  readonly outcomes: ReadonlyMap<number, { readonly key: string; readonly amount: number }>;
}

/** A record of the egress topic. */
export interface FoundOutcome {
  readonly key: string;
  readonly outcome: Outcome;
}

/** What has become of them. */
export interface Found {
  readonly states: States;
  /** What a reader of committed records sees, in the order of the partitions. */
  readonly outcomes: readonly FoundOutcome[];
  /** Delayed messages that are still there. */
  readonly delayed: number;
}

/** Computes from the inputs alone what must come out. */
export function expectedOf(arrivals: readonly Arrival[]): Expected {
  const states = new Map<string, Record<string, number>>();
  const outcomes = new Map<number, { key: string; amount: number }>();
  const add = (address: string, name: string, amount: number): void => {
    const held = states.get(address) ?? {};
    held[name] = (held[name] ?? 0) + amount;
    states.set(address, held);
  };
  for (const { account, input } of arrivals) {
    const { number, amount, way } = input;
    for (const type of ["account", "relay"]) {
      add(`crash/${type}/${account}`, "received", 1);
      add(`crash/${type}/${account}`, "sum", amount);
    }
    if (way === "revoked") {
      add(`crash/relay/${account}`, "revoked", 1);
      continue;
    }
    const key = totalOf(account);
    add(`crash/total/${key}`, "received", 1);
    add(`crash/total/${key}`, "sum", amount);
    outcomes.set(number, { key, amount });
  }
  return { states, outcomes };
}
