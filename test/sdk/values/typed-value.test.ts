import { inspect } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { jsonType, types } from "statefun";
import { originOf, typedValue } from "../../../sdk/values/typed-value.js";

const Greet = jsonType<{ name: string }, "example/Greet">("example/Greet");

describe("a typed value", () => {
  test("is a plain, frozen object of typename and value", () => {
    const greet = Greet({ name: "Ada" });

    expect(greet).toStrictEqual({ typename: "example/Greet", value: { name: "Ada" } });
    expect(Object.isFrozen(greet)).toBe(true);
    expect(Object.getPrototypeOf(greet)).toBe(Object.prototype);
    expect(Reflect.ownKeys(greet)).toEqual(["typename", "value"]);
  });

  test("equals another one of the same value, and no other", () => {
    expect(Greet({ name: "Ada" })).toEqual(Greet({ name: "Ada" }));
    expect(Greet({ name: "Ada" })).not.toEqual(Greet({ name: "Bob" }));
    expect(types.int(7)).not.toEqual(types.float(7));
    expect(types.long(7n)).toStrictEqual({ typename: "io.statefun.types/long", value: 7n });
  });

  test("prints and spreads as what it is", () => {
    const greet = Greet({ name: "Ada" });

    expect(JSON.stringify(greet)).toBe('{"typename":"example/Greet","value":{"name":"Ada"}}');
    expect(inspect(greet)).toBe("{ typename: 'example/Greet', value: { name: 'Ada' } }");
    expect({ ...greet }).toStrictEqual({ typename: "example/Greet", value: { name: "Ada" } });
    expect(structuredClone(greet)).toEqual(greet);
  });

  test("holds what the schema returned", () => {
    const Page = jsonType("example/Page", {
      "~standard": { version: 1, vendor: "test", validate: () => ({ value: { size: 20 } }) },
    });

    expect(Page({ size: 7 })).toEqual({ typename: "example/Page", value: { size: 20 } });
  });

  test("knows its type, which copies of it do not", () => {
    const type = {};
    const made = typedValue(type, "a/b", 7);

    expect(originOf(made)).toBe(type);
    expect(originOf({ ...made })).toBeUndefined();
    expect(originOf(structuredClone(made))).toBeUndefined();
    expect(originOf(Object.create(made) as object)).toBeUndefined();
  });
});
