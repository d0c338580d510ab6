/** What `statefun dev` runs where both packages are installed: counts whom it greets. */
import { egress, functionType, statefulFunction, types } from "statefun";

const Greetings = egress("consumer/greetings", [types.string]);

function greeting(name: string, seen: number): string {
  return `Hello ${name}, for the ${String(seen)}. time`;
}

export const greeter = statefulFunction(functionType("consumer/person", [types.string]), {
  storage: { seen: types.int },
  on: {
    [types.string.typename](context, name) {
      const seen = context.storage.seen.update((before = 0) => before + 1);
      context.send(Greetings, types.string(greeting(name, seen)));
    },
  },
});
