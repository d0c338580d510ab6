import { functionType, jsonType, kafkaEgress } from "statefun";
import { z } from "zod";

/** A person says hello; the key of the Kafka record is the person's name. */
export const Hello = jsonType("example/Hello", z.object({ name: z.string() }));

/** A person who has been here before is greeted as such. */
export const Greet = jsonType(
  "example/Greet",
  z.object({ name: z.string(), visits: z.number().int().positive() }),
);

export const Person = functionType("example/person", [Hello]);
export const Greeter = functionType("example/greeter", [Greet]);

export const Greetings = kafkaEgress("example/greetings");
