import { describe, expect, jest, test } from "@jest/globals";
import { z } from "zod";
import {
  functionType,
  jsonType,
  kafkaEgress,
  statefulFunction,
  StateFunError,
  types,
  valueSpec,
} from "statefun";
import type { AnyStatefulFunction } from "statefun";
import { invoke } from "statefun/testing";

const Greet = jsonType("test/Greet", z.object({ name: z.string() }));
const Greeter = functionType("test/greeter", [Greet]);
const Other = functionType("test/other", [types.int]);
const Out = kafkaEgress("test/out");

const greeter = statefulFunction(Greeter, {
  storage: { visits: types.int, last: valueSpec(types.string, { expireAfterWrite: { days: 1 } }) },
  on: {
    [Greet.typename](context, { name }) {
      const visits = context.storage.visits.update((n = 0) => n + 1);
      context.storage.last.set(name);
      context.send(Other.address(name), types.int(visits));
    },
  },
});

describe("invoke", () => {
  test("runs one batch, in order, over the storage it is given", async () => {
    const result = await invoke(greeter, {
      storage: { visits: 6 },
      messages: [Greet({ name: "Ada" }), Greet({ name: "Bob" })],
    });

    expect(result).toEqual({
      storage: { visits: 8, last: "Bob" },
      sent: [
        { to: Other.address("Ada"), message: types.int(7) },
        { to: Other.address("Bob"), message: types.int(8) },
      ],
      delayed: [],
      cancelled: [],
      records: [],
    });
  });

  test("returns values that equal those a type makes, strictly", async () => {
    const { sent } = await invoke(greeter, { messages: [Greet({ name: "Ada" })] });

    expect(sent[0]?.message).toStrictEqual(types.int(1));
    expect(sent[0]?.to).toStrictEqual(Other.address("Ada"));
  });

  test("of no messages does nothing", async () => {
    expect(await invoke(greeter, { storage: { visits: 6 }, messages: [] })).toEqual({
      storage: { visits: 6 },
      sent: [],
      delayed: [],
      cancelled: [],
      records: [],
    });
  });

  test("calls the address test unless it is told an id", async () => {
    const selves: string[] = [];
    const asked = statefulFunction(Greeter, {
      on: { [Greet.typename]: ({ self }) => void selves.push(self.id) },
    });

    await invoke(asked, { messages: [Greet({ name: "Ada" })] });
    await invoke(asked, { id: "", messages: [Greet({ name: "Ada" })] });
    await invoke(asked, { id: "é", messages: [Greet({ name: "Ada" })] });

    expect(selves).toEqual(["test", "", "é"]);
  });

  test("leaves removed state values out, and those that were never set", async () => {
    const forgetful = statefulFunction(Greeter, {
      storage: { visits: types.int, last: types.string, never: types.long },
      on: {
        [Greet.typename]: ({ storage }) => {
          storage.visits.remove();
        },
      },
    });

    const { storage } = await invoke(forgetful, {
      storage: { visits: 6, last: "Ada" },
      messages: [Greet({ name: "Ada" })],
    });

    expect(storage).toStrictEqual({ last: "Ada" });
  });

  test("knows state values whose names every object has", async () => {
    const names = ["constructor", "toString", "__proto__", "valueOf"] as const;
    const odd = statefulFunction(Greeter, {
      storage: Object.fromEntries(names.map((name) => [name, types.int])),
      on: {
        [Greet.typename]({ storage }) {
          for (const name of names) storage[name]?.update((n = 0) => n + 1);
        },
      },
    });
    const sevens = Object.fromEntries(names.map((name) => [name, 7]));

    const fromNothing = await invoke(odd, { messages: [Greet({ name: "Ada" })] });
    const fromSevens = await invoke(odd, { storage: sevens, messages: [Greet({ name: "Ada" })] });

    expect(Object.entries(fromNothing.storage)).toEqual(names.map((name) => [name, 1]));
    expect(Object.entries(fromSevens.storage)).toEqual(names.map((name) => [name, 8]));
  });
});

describe("the messages given to invoke", () => {
  test("may come from a caller, all of them or each its own, and have headers", async () => {
    const seen: unknown[] = [];
    const asked = statefulFunction(Greeter, {
      on: { [Greet.typename]: ({ caller, headers }) => void seen.push([caller, headers]) },
    });
    const message = Greet({ name: "Ada" });
    const headers = [
      { key: "k", value: Uint8Array.of(1) },
      { key: "k", value: undefined },
    ];

    await invoke(asked, { messages: [message] });
    await invoke(asked, {
      messages: [message, { message, caller: Other.address("9") }, { message, caller: undefined, headers }],
      caller: Greeter.address("8"),
    });

    expect(seen).toEqual([
      [undefined, []],
      [Greeter.address("8"), []],
      [Other.address("9"), []],
      [undefined, headers],
    ]);
  });

  test("may be of types that go to otherwise, and put together by hand", async () => {
    const seen: unknown[] = [];
    const open = statefulFunction(functionType("test/open", []), {
      on: {},
      otherwise(_context, { typename, hasValue, bytes }) {
        seen.push([typename, hasValue, [...bytes]]);
      },
    });

    await invoke(open, {
      messages: [
        types.int(7),
        { typename: "a/b", hasValue: true, bytes: Uint8Array.of(1) },
        { typename: "a/b", hasValue: false, bytes: new Uint8Array(0) },
      ],
    });

    expect(seen).toEqual([
      ["io.statefun.types/int", true, [0x0d, 7, 0, 0, 0]],
      ["a/b", true, [1]],
      ["a/b", false, []],
    ]);
  });
});

describe("the effects that invoke returns", () => {
  test("are sent messages with their headers, delayed ones that are pending, and what was cancelled", async () => {
    const busy = statefulFunction(Greeter, {
      on: {
        [Greet.typename](context) {
          const to = Other.address("1");
          context.send(to, types.int(1), { headers: [{ key: "k", value: undefined }] });
          context.sendAfter({ hours: 1, milliseconds: 0.9 }, to, types.int(2));
          context.sendAfter({ hours: 2 }, to, types.int(3), { cancellationToken: "a" });
          context.cancelDelayedMessage("a");
          context.sendAfter({ hours: 3 }, to, types.int(4), { cancellationToken: "a" });
          context.cancelDelayedMessage("of an earlier batch");
        },
      },
    });

    const { sent, delayed, cancelled } = await invoke(busy, { messages: [Greet({ name: "Ada" })] });

    const to = Other.address("1");
    expect(sent).toEqual([{ to, message: types.int(1), headers: [{ key: "k", value: undefined }] }]);
    expect(delayed).toEqual([
      { to, message: types.int(2), after: { milliseconds: 3_600_000 } },
      { to, message: types.int(4), after: { milliseconds: 10_800_000 }, cancellationToken: "a" },
    ]);
    expect(cancelled).toEqual(["a", "of an earlier batch"]);
  });

  test("are records as they were sent, each with what its value was made of", async () => {
    const writer = statefulFunction(Greeter, {
      on: {
        [Greet.typename](context, value) {
          context.send(Out, {
            topic: "t",
            key: "k",
            value: Greet(value),
            headers: [{ key: "h", value: undefined }],
          });
          context.send(Out, { topic: "t", value: "text" });
          context.send(Out, { topic: "t", value: Uint8Array.of(1) });
        },
      },
    });

    const { records } = await invoke(writer, { messages: [Greet({ name: "Ada" })] });

    expect(records).toEqual([
      {
        egress: Out,
        record: {
          topic: "t",
          key: "k",
          value: Greet({ name: "Ada" }),
          headers: [{ key: "h", value: undefined }],
        },
      },
      { egress: Out, record: { topic: "t", value: "text" } },
      { egress: Out, record: { topic: "t", value: Uint8Array.of(1) } },
    ]);
  });

  test("are received messages as they came where they were sent on", async () => {
    const open = statefulFunction(functionType("test/open", []), {
      on: {},
      otherwise(context, message) {
        context.send(Other.address("1"), message);
      },
    });
    const message = { typename: "a/b", hasValue: true, bytes: Uint8Array.of(1) };

    const { sent } = await invoke(open, { messages: [message] });

    expect(sent).toEqual([{ to: Other.address("1"), message }]);
  });
});

describe("invoke fails", () => {
  const print = jest.spyOn(console, "error");

  test("with what the batch failed with, and prints nothing", async () => {
    const boom = new Error("boom");
    const failing = statefulFunction(Greeter, {
      on: {
        [Greet.typename]() {
          throw boom;
        },
      },
    });

    const outcome = invoke(failing, { messages: [Greet({ name: "Ada" })] });

    await expect(outcome).rejects.toBeInstanceOf(StateFunError);
    await expect(outcome).rejects.toMatchObject({
      code: "function-failed",
      cause: boom,
      typename: "test/greeter",
      id: "test",
    });
    expect(print).not.toHaveBeenCalled();
  });

  test("for a schema that does not survive its own bytes", async () => {
    const When = jsonType("test/When", z.object({ at: z.date() }));
    const dated = statefulFunction(functionType("test/dated", [When]), {
      on: { [When.typename]: () => undefined },
    });

    const outcome = invoke(dated, { messages: [When({ at: new Date(0) })] });

    await expect(outcome).rejects.toMatchObject({ code: "serialization" });
    await expect(outcome).rejects.toThrow("test/When: the value does not fit the schema: /at: ");
  });

  test("for a state value that does not survive its own bytes", async () => {
    const When = jsonType("test/When", z.object({ at: z.date() }));
    const dated = statefulFunction(Greeter, {
      storage: { when: When },
      on: {
        [Greet.typename]({ storage }) {
          storage.when.set({ at: new Date(0) });
        },
      },
    });

    const outcome = invoke(dated, { messages: [Greet({ name: "Ada" })] });

    await expect(outcome).rejects.toThrow("test/When: the value does not fit the schema: /at: ");
  });

  test.each<[string, unknown, string]>([
    [
      "an unknown state value",
      { storage: { visit: 1 }, messages: [] },
      "test/greeter declares no state value visit",
    ],
    [
      "a state value that does not fit",
      { storage: { visits: 1.5 }, messages: [] },
      "[serialization] io.statefun.types/int: 1.5 is not a whole number",
    ],
    [
      "a value as a message",
      { messages: [{ name: "Ada" }] },
      "invoke was given an object (Object) as a message",
    ],
    ["nothing as a message", { messages: [undefined] }, "invoke was given undefined as a message"],
    [
      "nothing as a message with company",
      { messages: [{ message: undefined }] },
      "invoke was given undefined as a message: pass Greet({…}), types.int(7) or { typename, hasValue, bytes }",
    ],
    [
      "a caller without a slash",
      { messages: [types.int(7)], caller: { typename: "x", id: "1" } },
      '"x" is not a typename of an address',
    ],
  ])("for %s", async (_, given, says) => {
    const outcome = invoke(greeter, given as Parameters<typeof invoke>[1]);

    await expect(outcome).rejects.toBeInstanceOf(StateFunError);
    await expect(outcome).rejects.toThrow(says);
  });

  test.each<[string, unknown]>([
    ["a function type", Greeter],
    ["nothing, as a cyclic import leaves it", undefined],
  ])("for %s instead of a function", async (_, given) => {
    const outcome = invoke(given as typeof greeter, { messages: [] });

    await expect(outcome).rejects.toThrow("which is not a function: pass what statefulFunction(…) returned");
  });
});

test("a function is invoked any number of times without memory of the times before", async () => {
  const served: AnyStatefulFunction = greeter;
  const once = await invoke(greeter, { messages: [Greet({ name: "Ada" })] });

  const again = await invoke(greeter, { messages: [Greet({ name: "Ada" })] });

  expect(again).toEqual(once);
  expect(served.typename).toBe("test/greeter");
});
