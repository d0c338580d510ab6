import { customType, functionType, requestReplyHandler, statefulFunction, types, valueSpec } from "statefun";
import { startDevRuntime } from "statefun-dev";
import { allPlans, cancellable, forgottenAfter, minutesAWeek } from "./plan.js";
import type { Outcome } from "./plan.js";

// Lives through the week in a process of its own, where programs are as fast as users' are, and prints what came of it.

/** What the program prints. */
export interface Week {
  readonly outcomes: readonly Outcome[];
  /** Delayed messages that are left. */
  readonly left: number;
}

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

const plans = allPlans();
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

const outcomes = plans.map((_, id) => {
  const { reminded = 0, recent = 0 } = runtime.storage(person, id.toString());
  return { reminded, recent };
});
const left = runtime.view.delayedMessages({ limit: 1 }).items.length;
await runtime.close();
process.stdout.write(JSON.stringify({ outcomes, left } satisfies Week));
