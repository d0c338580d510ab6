// What a function needs, and nothing of Node: compiled and run outside this repository by scripts/pack-and-use.ts.
import { functionType, jsonType, kafkaEgress, requestReplyHandler, statefulFunction, types } from "statefun";
import { invoke } from "statefun/testing";
import * as wire from "statefun/wire";

const Greet = jsonType<{ readonly name: string }, "consumer/Greet">("consumer/Greet");
const Greeter = functionType("consumer/greeter", [Greet, types.int]);
const Greetings = kafkaEgress("consumer/greetings");

const greeter = statefulFunction(Greeter, {
  storage: { seen: types.int },
  on: {
    [Greet.typename](context, { name }) {
      const seen = context.storage.seen.update((held = 0) => held + 1);
      context.send(Greetings, { topic: "greetings", key: name, value: types.string(`Hello ${name}`) });
      context.send(Greeter.address(name), types.int(seen));
    },
    [types.int.typename]() {
      // a greeter counts, and answers nobody
    },
  },
});

/** Runs one batch through the real handler. */
export async function greetOnce(): Promise<unknown> {
  const { storage } = await invoke(greeter, { id: "Bob", messages: [Greet({ name: "Bob" })] });
  return storage;
}

/** The handler that the other consumer serves. */
export const functions = requestReplyHandler([greeter]);

/** How many names `statefun/wire` exports. */
export const wireNames = Object.keys(wire).length;
