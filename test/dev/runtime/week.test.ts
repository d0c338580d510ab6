import { expect, test } from "@jest/globals";
import { customType, functionType, requestReplyHandler, statefulFunction, types, valueSpec } from "statefun";
import { startDevRuntime } from "statefun-dev";
import { Random } from "../../support/random.js";

const minutesAWeek = 7 * 24 * 60;
/** A few people have most of the million reminders; those of the many are so rare that most are forgotten between. */
const remindersOf = [...Array<number>(20).fill(49_000), ...Array<number>(1000).fill(20)];
/** Every fifth of them is cancelled, before or after it is due. */
const cancellable = 5;
/** A reminder is forgotten when nothing has come for so many minutes. */
const forgottenAfter = 90;

/** Which reminders one person gets, and which of them are cancelled when. */
interface Plan {
  readonly dueMinutes: readonly number[];
  /** By the index of the reminder: the minute in which it is cancelled. */
  readonly cancelMinutes: ReadonlyMap<number, number>;
}

/** It takes about 15 s on two cores of its own, and must not fail on a machine that does other things, too. */
const patienceMillis = 300_000;

/** Numbers in four bytes each: JSON would be most of the time. */
const Numbers = customType("week/Numbers", {
  serialize: (numbers: readonly number[]) => new Uint8Array(Uint32Array.from(numbers).buffer),
  deserialize: (bytes): readonly number[] => [...new Uint32Array(new Uint8Array(bytes).buffer)],
});
const Remind = functionType("week/person", [Numbers, types.int, types.string]);

const person = statefulFunction(Remind, {
  storage: {
    reminded: types.int,
    /** How many reminders came while the one before was not forgotten. */
    recent: types.int,
    last: valueSpec(types.int, { expireAfterWrite: { minutes: forgottenAfter } }),
  },
  on: {
    /** The minutes in which reminders are due; those that may be cancelled have their index as token. */
    [Numbers.typename](context, dueMinutes) {
      dueMinutes.forEach((minutes, index) => {
        const options = { cancellationToken: index.toString() };
        const message = types.int(index);
        if (index % cancellable === 0) context.sendAfter({ minutes }, context.self, message, options);
        else context.sendAfter({ minutes }, context.self, message);
      });
    },
    /** A reminder. */
    [types.int.typename](context, index) {
      const { reminded, recent, last } = context.storage;
      reminded.update((n = 0) => n + 1);
      if (last.get() !== undefined) recent.update((n = 0) => n + 1);
      last.set(index);
    },
    /** Tokens to be cancelled, with a blank between. */
    [types.string.typename](context, tokens) {
      for (const token of tokens.split(" ")) context.cancelDelayedMessage(token);
    },
  },
});

function planFor(random: Random, reminders: number): Plan {
  const dueMinutes = Array.from({ length: reminders }, () => 1 + random.below(minutesAWeek));
  const cancelMinutes = new Map<number, number>();
  for (let index = 0; index < reminders; index += cancellable) {
    cancelMinutes.set(index, random.below(minutesAWeek));
  }
  return { dueMinutes, cancelMinutes };
}

/** What the state of a person must be in the end. */
function outcomeOf({ dueMinutes, cancelMinutes }: Plan): { reminded: number; recent: number } {
  const delivered = dueMinutes
    .filter((due, index) => due <= (cancelMinutes.get(index) ?? Infinity))
    .sort((a, b) => a - b);
  const recent = delivered.filter((due, at) => due - (delivered[at - 1] ?? -Infinity) < forgottenAfter);
  return { reminded: delivered.length, recent: recent.length };
}

test(
  "a week with a million delayed messages, cancellations and expirations comes out exactly",
  async () => {
    const seed = 20_261_124;
    const random = new Random(seed);
    const plans = remindersOf.map((reminders) => planFor(random, reminders));
    const runtime = await startDevRuntime(requestReplyHandler([person]));
    plans.forEach(({ dueMinutes }, id) => {
      runtime.send(Remind.address(id.toString()), Numbers(dueMinutes));
    });
    await runtime.idle();

    const cancellations = Array.from({ length: minutesAWeek }, () => new Map<number, string[]>());
    plans.forEach(({ cancelMinutes }, id) => {
      for (const [index, minute] of cancelMinutes) {
        const tokens = cancellations[minute];
        tokens?.set(id, [...(tokens.get(id) ?? []), index.toString()]);
      }
    });
    for (const ofMinute of cancellations) {
      for (const [id, tokens] of ofMinute) {
        runtime.send(Remind.address(id.toString()), types.string(tokens.join(" ")));
      }
      await runtime.advance({ minutes: 1 });
    }

    const outcomes = plans.map((_, id) => runtime.storage(person, id.toString()));
    expect(outcomes.map(({ reminded = 0, recent = 0 }) => ({ reminded, recent }))).toEqual(
      plans.map(outcomeOf),
    );
    expect(runtime.view.delayedMessages({ limit: 1 }).items).toEqual([]);
    await runtime.close();
  },
  patienceMillis,
);
