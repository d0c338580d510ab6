import { expect, test } from "@jest/globals";
import { invoke } from "statefun/testing";
import { Greet, Greeter, Greetings, Hello, Person } from "./contract.js";
import { greeter, person } from "./greeter.js";

test("a first visit is counted and passed on", async () => {
  const result = await invoke(person, { id: "Ada", messages: [Hello({ name: "Ada" })] });

  expect(result.storage).toEqual({ visits: 1 });
  expect(result.sent).toEqual([{ to: Greeter.address("Ada"), message: Greet({ name: "Ada", visits: 1 }) }]);
});

test("every message of a batch counts as a visit", async () => {
  const result = await invoke(person, {
    id: "Ada",
    storage: { visits: 6 },
    messages: [Hello({ name: "Ada" }), Hello({ name: "Ada" })],
  });

  expect(result.storage).toEqual({ visits: 8 });
  expect(result.sent.map(({ message }) => message)).toEqual([
    Greet({ name: "Ada", visits: 7 }),
    Greet({ name: "Ada", visits: 8 }),
  ]);
});

test.each([
  [1, "Welcome, Ada!"],
  [2, "Welcome back, Ada! This is visit 2."],
])("visit %i is greeted with %j", async (visits, value) => {
  const result = await invoke(greeter, {
    id: "Ada",
    messages: [Greet({ name: "Ada", visits })],
    caller: Person.address("Ada"),
  });

  expect(result.records).toEqual([{ egress: Greetings, record: { topic: "greetings", key: "Ada", value } }]);
});

test("a message that is no greeting is refused before the handler runs", async () => {
  const nameless = { typename: Hello.typename, hasValue: true, bytes: new TextEncoder().encode("{}") };

  const outcome = invoke(person, { id: "Ada", messages: [nameless] });

  await expect(outcome).rejects.toMatchObject({
    code: "serialization",
    typename: "example/person",
    id: "Ada",
  });
});
