import { functionType, kafkaEgress, requestReplyHandler, statefulFunction, types } from "statefun";

/** Where the records of the bench go in. */
export const personTypename = "bench/person";
/** Where its greetings come out. */
export const greetingsId = "bench/greetings";
export const greetingsTopic = "greetings";

const Person = functionType(personTypename, [types.string]);
const Greeter = functionType("bench/greeter", [types.string]);
const Greetings = kafkaEgress(greetingsId);

/** Counts the visits of an address, and tells the greeter about each. */
const person = statefulFunction(Person, {
  storage: { visits: types.int },
  on: {
    [types.string.typename](context, text) {
      const visits = context.storage.visits.update((n = 0) => n + 1);
      context.send(Greeter.address(context.self.id), types.string(`${visits.toString()} ${text}`));
    },
  },
});

/** Hands each visit to Kafka. */
const greeter = statefulFunction(Greeter, {
  on: {
    [types.string.typename](context, text) {
      context.send(Greetings, { topic: greetingsTopic, key: context.self.id, value: text });
    },
  },
});

/** Two hops and a Kafka egress record a message. The value of the record is the visit's number and the message. */
export const greeterFunctions = requestReplyHandler([person, greeter]);
