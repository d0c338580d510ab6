import { describe, expect, test } from "@jest/globals";
import { jsonType, types } from "statefun";
import type { Message } from "statefun";
import { codecOf } from "../../../sdk/values/type.js";

const Greet = jsonType<{ name: string }, "example/Greet">("example/Greet");

const received: Message = {
  typename: "example/Greet",
  hasValue: true,
  bytes: new TextEncoder().encode('{"name":"Ada"}'),
};

describe("a type", () => {
  test("is a frozen function that is named after its typename", () => {
    expect(typeof Greet).toBe("function");
    expect(Greet.name).toBe("example/Greet");
    expect(Greet.typename).toBe("example/Greet");
    expect(Object.isFrozen(Greet)).toBe(true);
  });

  test("is recognised, and nothing else is", () => {
    expect(codecOf(Greet)?.typename).toBe("example/Greet");
    for (const other of [
      Greet({ name: "Ada" }),
      "example/Greet",
      (): void => undefined,
      null,
      undefined,
      {},
    ]) {
      expect(codecOf(other)).toBeUndefined();
    }
  });
});

describe("is", () => {
  test.each([
    ["example/Greet", true],
    ["example/greet", false],
    ["example/Greet ", false],
    ["example/Greeting", false],
    ["", false],
  ])("compares typenames letter by letter: %j is %p", (typename, same) => {
    expect(Greet.is({ ...received, typename })).toBe(same);
    expect(Greet.is({ typename })).toBe(same);
  });
});

describe("from", () => {
  test("opens a message of its type", () => {
    expect(Greet.from(received)).toEqual({ name: "Ada" });
    expect(
      types.int.from({ typename: types.int.typename, hasValue: true, bytes: types.int.serialize(7) }),
    ).toBe(7);
  });

  test("tells no bytes from no value", () => {
    const empty = new Uint8Array(0);

    expect(types.int.from({ typename: types.int.typename, hasValue: true, bytes: empty })).toBe(0);
    expect(() => types.int.from({ typename: types.int.typename, hasValue: false, bytes: empty })).toThrow(
      "[serialization] io.statefun.types/int: the message has no value",
    );
  });

  test("refuses a message of another type, and says what to ask first", () => {
    expect(() => types.int.from(received)).toThrow(
      '[serialization] io.statefun.types/int: the message is of type "example/Greet"; ask is() before from()',
    );
  });

  test("refuses bytes that hold no value of the type", () => {
    const bytes = Uint8Array.of(0x7b);

    expect(() => Greet.from({ ...received, bytes })).toThrow(
      "[serialization] example/Greet: the bytes (1) are not JSON",
    );
  });
});
