import { describe, expect, jest, test } from "@jest/globals";
import { customType, StateFunError } from "statefun";
import type { Serializer, Type } from "statefun";

const text: Serializer<string> = {
  serialize: (value) => new TextEncoder().encode(value),
  deserialize: (bytes) => new TextDecoder().decode(bytes),
};
const Text = customType("shop/Text", text);

/** A type whose serializer does this; the rest is `text`'s. */
function custom(part: Partial<Record<keyof Serializer<string>, unknown>>): Type<string, string> {
  return customType("shop/Odd", { ...text, ...part } as Serializer<string>);
}

describe("a custom type", () => {
  test("becomes the bytes of its serializer, and comes back", () => {
    expect(Text.serialize("é")).toEqual(Uint8Array.of(0xc3, 0xa9));
    expect(Text.deserialize(Uint8Array.of(0xc3, 0xa9))).toBe("é");
    expect(Text("é")).toEqual({ typename: "shop/Text", value: "é" });
  });

  test("does not run its serializer before the value is written", () => {
    const serialize = jest.fn(() => new Uint8Array(0));

    custom({ serialize })("é");

    expect(serialize).not.toHaveBeenCalled();
  });

  test("gives deserialize a view of just the value's bytes, whatever stands around them", () => {
    const seen: number[] = [];
    const type = custom({
      deserialize: (bytes: Uint8Array) => {
        seen.push(...bytes);
        return "";
      },
    });

    type.deserialize(Uint8Array.of(9, 1, 2, 9).subarray(1, 3));

    expect(seen).toEqual([1, 2]);
  });

  test("keeps the this of its serializer", () => {
    class Prefixed {
      readonly prefix = "> ";
      serialize(value: string): Uint8Array {
        return new TextEncoder().encode(this.prefix + value);
      }
      deserialize(bytes: Uint8Array): string {
        return new TextDecoder().decode(bytes).slice(this.prefix.length);
      }
    }
    const type = customType("shop/Prefixed", new Prefixed());

    expect(type.deserialize(type.serialize("é"))).toBe("é");
  });

  test("takes Node buffers as bytes", () => {
    expect(custom({ serialize: () => Buffer.from("é") }).serialize("x")).toEqual(Uint8Array.of(0xc3, 0xa9));
  });

  test.each([undefined, null])("takes no %p: remove() is for that", (value) => {
    expect(() => Text(value as unknown as string)).toThrow(
      `[serialization] shop/Text: ${String(value)} is not a value; call remove() to delete a state value`,
    );
  });
});

describe("a serializer that fails", () => {
  const boom = new Error("boom");
  const fail = (): never => {
    throw boom;
  };

  test.each<[string, () => unknown, string]>([
    ["serialize that throws", () => custom({ serialize: fail }).serialize("x"), "serialize threw"],
    [
      "deserialize that throws",
      () => custom({ deserialize: fail }).deserialize(new Uint8Array(0)),
      "deserialize threw",
    ],
  ])("is serialization: %s, with the author's error as its cause", (_, use, says) => {
    let thrown: unknown;
    try {
      use();
    } catch (error) {
      thrown = error;
    }

    expect(thrown).toBeInstanceOf(StateFunError);
    expect(thrown).toMatchObject({
      code: "serialization",
      typename: "shop/Odd",
      cause: boom,
      message: `[serialization] shop/Odd: ${says}`,
    });
  });

  test.each<[string, unknown, string]>([
    ["text", "é", '"é"'],
    ["nothing", undefined, "undefined"],
    ["an array", [1, 2], "an array"],
    ["a promise of bytes", Promise.resolve(new Uint8Array(0)), "an object (Promise)"],
    ["an array buffer", new ArrayBuffer(1), "an object (ArrayBuffer)"],
  ])("is serialization: serialize that returns %s", (_, returned, printed) => {
    expect(() => custom({ serialize: () => returned }).serialize("x")).toThrow(
      `[serialization] shop/Odd: serialize returned ${printed}, not a Uint8Array`,
    );
  });

  test.each(["serialize", "deserialize"])("is refused when the type is defined: no %s", (part) => {
    for (const missing of [undefined, "text"]) {
      expect(() => custom({ [part]: missing })).toThrow(
        `[invalid-argument] the custom type shop/Odd needs a function ${part}`,
      );
    }
  });

  test("is refused when the type is defined: none at all", () => {
    expect(() => customType("shop/Odd", undefined as unknown as Serializer<string>)).toThrow(
      "[invalid-argument] the custom type shop/Odd needs a function serialize",
    );
  });
});
