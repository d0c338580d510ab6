import { statefulFunction, types } from "statefun";
import { Greet, Greeter, Greetings, Hello, Person } from "./contract.js";

/** Counts a person's visits, one address a person, and asks the greeter for a greeting. */
export const person = statefulFunction(Person, {
  storage: { visits: types.int },
  on: {
    [Hello.typename](context, { name }) {
      const visits = context.storage.visits.update((n = 0) => n + 1);
      context.send(Greeter.address(name), Greet({ name, visits }));
    },
  },
});

/** Words a greeting and hands it to Kafka. */
export const greeter = statefulFunction(Greeter, {
  on: {
    [Greet.typename](context, { name, visits }) {
      const greeting = visits === 1 ? `Welcome, ${name}!` : `Welcome back, ${name}! This is visit ${visits}.`;
      context.send(Greetings, { topic: "greetings", key: name, value: greeting });
    },
  },
});
