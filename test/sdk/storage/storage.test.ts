import { inspect } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { functionType, statefulFunction, types, valueSpec } from "statefun";
import type { StorageSpecs } from "statefun";
import { decode } from "../../support/decode.js";
import { recordingHandler } from "../../support/recording-handler.js";
import { toFunction } from "../../support/to-function.js";
import { wireValue } from "../../support/wire-value.js";
import { fn } from "../conformance/ns-fn.js";

type Untyped = Record<string, { get(): unknown; set(value: unknown): void; remove(): void }>;

/** Runs one handler over the storage of a function that declares these states, none of which holds a value. */
async function over<T>(specs: StorageSpecs, use: (storage: Untyped) => T): Promise<T> {
  let result: { readonly made: T } | undefined;
  const handler = recordingHandler([
    fn(specs, ({ storage }) => {
      result = { made: use(storage) };
    }),
  ]);
  const states = Object.fromEntries(Object.keys(specs).map((name) => [name, undefined]));
  await handler.answer(toFunction({ states, invocations: [wireValue.string("hi")] }));
  if (result === undefined) throw new Error("the handler did not run");
  return result.made;
}

describe("the storage object", () => {
  test("refuses names that are not declared, to read and to assign, and names those that are", async () => {
    const problem = "[invalid-argument] ns/fn declares no state value sen; it declares seen, last";

    await over({ seen: types.int, last: types.string }, (storage) => {
      expect(() => storage.sen).toThrow(problem);
      expect(() => (storage.sen = storage.seen as Untyped[string])).toThrow(problem);
      expect(() => (storage.seen = storage.last as Untyped[string])).toThrow(
        "[invalid-argument] storage.seen cannot be assigned: write storage.seen.set(value), or storage.seen.remove()",
      );
    });
  });

  test("may be logged, awaited, compared, spread and turned into text", async () => {
    const uses = await over({ seen: types.int }, (storage) => [
      inspect(storage),
      JSON.stringify(storage),
      String(storage as unknown),
      typeof (storage as { then?: unknown }).then,
      Object.keys({ ...storage }),
      storage === storage.valueOf(),
      "seen" in storage,
      "other" in storage,
      inspect({ deep: [storage] }),
    ]);

    expect(uses).toEqual([
      "Storage { seen }",
      "{}",
      "[object Object]",
      "undefined",
      [],
      true,
      true,
      false,
      "{ deep: [ Storage { seen } ] }",
    ]);
  });

  test("may be awaited in a handler", async () => {
    const seen: unknown[] = [];
    const handler = recordingHandler([
      fn({ seen: types.int }, async ({ storage }) => {
        const awaited: typeof storage = await Promise.resolve(storage);
        seen.push(awaited.seen.get());
      }),
    ]);

    await handler.answer(
      toFunction({ states: { seen: wireValue.int(7) }, invocations: [wireValue.string("hi")] }),
    );

    expect(seen).toEqual([7]);
  });

  test("has its cells for the destructuring", async () => {
    const value = await over({ seen: types.int }, ({ seen, ...rest }) => {
      seen?.set(7);
      return [seen?.get(), Object.keys(rest)];
    });

    expect(value).toEqual([7, []]);
  });
});

describe("a state value whose name every object has", () => {
  const names = [
    "constructor",
    "toString",
    "valueOf",
    "hasOwnProperty",
    "then",
    "toJSON",
    "__proto__",
    "__defineGetter__",
  ];

  test.each(names)("%s is asked for, read, written and removed like any other", async (name) => {
    const specs: StorageSpecs = { [name]: types.int, seen: types.int };
    const handler = recordingHandler([
      fn(specs, ({ storage }) => {
        const cell = (storage as unknown as Untyped)[name];
        cell?.set(((cell.get() as number | undefined) ?? 0) + 1);
      }),
    ]);
    const asked = decode(await handler.answer(toFunction({ invocations: [wireValue.string("hi")] })));
    const states = Object.fromEntries([
      [name, wireValue.int(6)],
      ["seen", undefined],
    ]);

    const answer = decode(
      await handler.answer(toFunction({ states, invocations: [wireValue.string("hi")] })),
    );

    expect(asked.missing.map((spec) => spec.name)).toEqual([name, "seen"]);
    expect(answer.mutations).toEqual([{ type: "MODIFY", name, value: wireValue.int(7) }]);
  });

  test("is listed by the function, and not mistaken where it is not declared", async () => {
    const specs = Object.fromEntries(names.map((name) => [name, types.int]));
    const served = statefulFunction(functionType("ns/fn", []), { storage: specs, on: {} });
    const undeclared = await over({ seen: types.int }, (storage) => [
      typeof storage.toString,
      typeof storage.constructor,
      storage.toJSON,
    ]);

    expect(Object.keys(served.storage)).toEqual(names);
    expect(Object.getPrototypeOf(served.storage)).toBe(Object.prototype);
    expect(undeclared).toEqual(["function", "function", undefined]);
  });
});

describe("a declaration that is none is refused", () => {
  test.each<[string, unknown]>([
    ["an initial value", 0],
    ["a typed value", types.int(0)],
    ["null", null],
    ["undefined, as a cyclic import leaves it", undefined],
    ["a factory that was not called", valueSpec],
    ["an expiration beside a type, without valueSpec", { type: types.int, expireAfterWrite: { days: 30 } }],
    ["a type in an object", { type: types.int }],
    ["a spec without a type", { type: "int", expiration: undefined }],
  ])("with %s", (_, spec) => {
    const define = (): unknown =>
      statefulFunction(functionType("shop/cart", []), { storage: { items: spec } as StorageSpecs, on: {} });

    expect(define).toThrow(
      "[invalid-argument] the state value items of shop/cart is declared as neither a type nor a value spec: write types.int or valueSpec(types.int, …)",
    );
  });

  test("with a bad name", () => {
    expect.assertions(1);

    try {
      statefulFunction(functionType("shop/cart", []), { storage: { "my-items": types.int }, on: {} });
    } catch (error) {
      expect(error).toMatchObject({ code: "invalid-argument", typename: "shop/cart", stateName: "my-items" });
    }
  });
});

test("two functions with the same state names keep apart what they hold", async () => {
  const define = (name: "a" | "b") =>
    statefulFunction(functionType(`ns/${name}`, [types.string]), {
      storage: { seen: types.int },
      on: { [types.string.typename]: ({ storage }) => void storage.seen.update((n = 0) => n + 1) },
    });
  const handler = recordingHandler([define("a"), define("b")]);
  const request = (type: string, seen: number): Uint8Array =>
    toFunction({
      target: { namespace: "ns", type, id: "1" },
      states: { seen: wireValue.int(seen) },
      invocations: [wireValue.string("hi")],
    });

  const answers = [await handler.answer(request("a", 1)), await handler.answer(request("b", 100))];

  expect(answers.map((answer) => decode(answer).mutations[0]?.value)).toEqual([
    wireValue.int(2),
    wireValue.int(101),
  ]);
});
