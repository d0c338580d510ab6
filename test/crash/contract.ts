import { functionType, jsonType, kafkaEgress, types } from "statefun";

/** What becomes of a record behind the relay: it goes on at once, after a delay, or its delayed message is revoked. */
export type Way = "at once" | "later" | "revoked";

/** One record as it comes in. */
export interface Input {
  /** Names the record for good. */
  readonly number: number;
  readonly amount: number;
  readonly way: Way;
  /** For a record that goes on later. */
  readonly delayMillis: number;
}

/** A record on its way from its account to the relay. */
export interface Step extends Input {
  /** The how manyth record of its account it is, from 1. */
  readonly sequence: number;
}

/** A record on its way to its total. */
export interface Entry {
  readonly number: number;
  readonly amount: number;
}

/** A record as it leaves, as JSON. */
export interface Outcome extends Entry {
  /** The how manyth entry of its total it is, from 1. */
  readonly sequence: number;
}

export const inputType = jsonType<Input, "crash/Input">("crash/Input");
export const stepType = jsonType<Step, "crash/Step">("crash/Step");
export const entryType = jsonType<Entry, "crash/Entry">("crash/Entry");
/** Asks a relay to cancel the delayed message for a record, of which this is the number. */
export const revokeType = jsonType<number, "crash/Revoke">("crash/Revoke");

/** First hop: an address an account. */
export const Account = functionType("crash/account", [inputType]);
/** Second hop: an address an account, too. */
export const Relay = functionType("crash/relay", [stepType, revokeType]);
/** Third hop: few addresses, each of which many relays send to. */
export const Total = functionType("crash/total", [entryType]);

export const Outcomes = kafkaEgress("crash/outcomes");

export const accountStates = { received: types.int, sum: types.int };
export const relayStates = { received: types.int, sum: types.int, gaps: types.int, revoked: types.int };
export const totalStates = { received: types.int, sum: types.int };

export const inputTopic = "inputs";
export const outcomeTopic = "outcomes";

const accounts = 60;
const totals = 7;

/** The id of the account that a record belongs to. */
export function accountOf(number: number): string {
  return `account-${String(number % accounts)}`;
}

/** The id of the total behind an account: accounts that share one send to it at the same time. */
export function totalOf(account: string): string {
  return `total-${String(Number(account.slice(account.lastIndexOf("-") + 1)) % totals)}`;
}
