import { functionType, jsonType, statefulFunction, types } from "statefun";
import { z } from "zod";
import { EgressRecord, Playground } from "./playground.js";
import { serve } from "./serve.js";

const Hello = jsonType("interop/Hello", z.object({ name: z.string() }));
const Greet = jsonType("interop/Greet", z.object({ name: z.string(), visits: z.number() }));
const Person = functionType("interop/person", [Hello]);
const Greeter = functionType("interop/greeter", [Greet]);

const person = statefulFunction(Person, {
  storage: { visits: types.int },
  on: {
    [Hello.typename](context, { name }) {
      const visits = context.storage.visits.update((n = 0) => n + 1);
      context.send(Greeter.address(name), Greet({ name, visits }));
    },
  },
});

const greeter = statefulFunction(Greeter, {
  on: {
    [Greet.typename](context, { name, visits }) {
      const payload = `Hello ${name}, visit ${String(visits)}`;
      context.send(Playground, EgressRecord({ topic: "greetings", payload }));
    },
  },
});

await serve(person, greeter);
