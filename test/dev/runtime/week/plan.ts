import { Random } from "../../../support/random.js";

export const minutesAWeek = 7 * 24 * 60;
/** A few people have most of the million reminders; those of the many are so rare that most are forgotten between. */
const remindersOf = [...Array<number>(20).fill(49_000), ...Array<number>(1000).fill(20)];
/** Every fifth of them is cancelled, before or after it is due. */
export const cancellable = 5;
/** A reminder is forgotten when nothing has come for so many minutes. */
export const forgottenAfter = 90;

const seed = 20_261_124;

/** Which reminders one person gets, and which of them are cancelled when. */
export interface Plan {
  readonly dueMinutes: readonly number[];
  /** By the index of the reminder: the minute in which it is cancelled. */
  readonly cancelMinutes: ReadonlyMap<number, number>;
}

/** What the state of a person must be in the end. */
export interface Outcome {
  readonly reminded: number;
  /** How many reminders came while the one before was not forgotten. */
  readonly recent: number;
}

/** The plans of all people: the same at each call. */
export function allPlans(): readonly Plan[] {
  const random = new Random(seed);
  return remindersOf.map((reminders) => planFor(random, reminders));
}

/** What follows from a plan. */
export function outcomeOf({ dueMinutes, cancelMinutes }: Plan): Outcome {
  const delivered = dueMinutes
    .filter((due, index) => due <= (cancelMinutes.get(index) ?? Infinity))
    .sort((a, b) => a - b);
  const recent = delivered.filter((due, at) => due - (delivered[at - 1] ?? -Infinity) < forgottenAfter);
  return { reminded: delivered.length, recent: recent.length };
}

function planFor(random: Random, reminders: number): Plan {
  const dueMinutes = Array.from({ length: reminders }, () => 1 + random.below(minutesAWeek));
  const cancelMinutes = new Map<number, number>();
  for (let index = 0; index < reminders; index += cancellable) {
    cancelMinutes.set(index, random.below(minutesAWeek));
  }
  return { dueMinutes, cancelMinutes };
}
