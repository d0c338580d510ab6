import type { Random } from "../support/random.js";
import { accountOf } from "./contract.js";
import type { Input, Way } from "./contract.js";

/** A record, and how it comes in. */
export interface Arrival {
  readonly account: string;
  readonly door: "http" | "kafka";
  readonly input: Input;
}

const mostAmount = 1_000;

/** Long enough that a crash often falls between the sending and the delivery. */
const mostDelayMillis = 3_000;

/** Of ten records, so many go each way. */
const ways: readonly Way[] = [...Array<Way>(6).fill("at once"), ...Array<Way>(3).fill("later"), "revoked"];

/** What a run sends: the same for the same seed. */
export function arrivals(records: number, random: Random): readonly Arrival[] {
  return Array.from({ length: records }, (_, number) => ({
    account: accountOf(random.below(records)),
    door: random.below(2) === 0 ? "http" : "kafka",
    input: {
      number,
      amount: 1 + random.below(mostAmount),
      way: ways[random.below(ways.length)] as Way,
      delayMillis: random.below(mostDelayMillis),
    },
  }));
}
