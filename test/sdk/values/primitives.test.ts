import { describe, expect, test } from "@jest/globals";
import { StateFunError, types } from "statefun";
import type { AnyType } from "statefun";

// Bytes, bounds and lenient decoding are held by the conformance cases K31 to K38; here is what a type says of itself.

test("the types that need no definition have the typenames of StateFun, and bytes one of this package", () => {
  const typenames = Object.fromEntries(Object.entries(types).map(([name, type]) => [name, type.typename]));

  expect(typenames).toEqual({
    boolean: "io.statefun.types/bool",
    int: "io.statefun.types/int",
    long: "io.statefun.types/long",
    float: "io.statefun.types/float",
    double: "io.statefun.types/double",
    string: "io.statefun.types/string",
    bytes: "statefun.types/bytes",
  });
  expect(Object.isFrozen(types)).toBe(true);
});

describe("a value that does not fit is refused in words that help", () => {
  test.each<[keyof typeof types, unknown, string]>([
    ["boolean", 1, "io.statefun.types/bool: 1 is not a boolean"],
    ["boolean", "true", 'io.statefun.types/bool: "true" is not a boolean'],
    [
      "int",
      2 ** 31,
      "io.statefun.types/int: 2147483648 is not a whole number from -2147483648 to 2147483647; use long beyond that, double for fractions",
    ],
    ["int", 1.5, "1.5 is not a whole number"],
    ["int", 7n, "7n is not a whole number"],
    ["int", undefined, "undefined is not a whole number"],
    ["long", 7, "io.statefun.types/long: 7 is a number, and a long is a bigint: write 7n"],
    ["long", 1e300, "1e+300 is a number, and a long is a bigint: write BigInt(…)"],
    ["long", 2n ** 63n, "9223372036854775808n is not a bigint from -2^63 to 2^63 - 1"],
    ["long", "7", '"7" is not a bigint from'],
    ["float", "7", 'io.statefun.types/float: "7" is not a number'],
    ["float", 1e39, "1e+39 is beyond the range of a binary32; use double"],
    ["double", 7n, "io.statefun.types/double: 7n is not a number"],
    ["double", null, "null is not a number"],
    ["string", 7, "io.statefun.types/string: 7 is not a string"],
    ["string", new String("boxed"), "an object (String) is not a string"],
    ["string", "\udfff", "the text holds half of a surrogate pair, which UTF-8 cannot carry"],
    ["bytes", [1, 2], "statefun.types/bytes: an array is not a Uint8Array"],
    ["bytes", new Uint16Array(1), "an object (Uint16Array) is not a Uint8Array"],
    ["bytes", new ArrayBuffer(1), "an object (ArrayBuffer) is not a Uint8Array"],
  ])("%s, %p", (name, value, says) => {
    const type: AnyType = types[name];

    for (const use of [type, (given: unknown) => type.serialize(given)]) {
      const attempt = (): unknown => use(value);
      expect(attempt).toThrow(StateFunError);
      expect(attempt).toThrow("[serialization]");
      expect(attempt).toThrow(says);
    }
  });
});

test("the values of objects never show in a refusal", () => {
  const attempt = (): unknown => types.int({ password: "hunter2" } as unknown as number);

  expect(attempt).toThrow("an object (Object) is not a whole number");
});

test("a float is rounded to binary32 when it is made", () => {
  expect(types.float(0.1).value).toBe(Math.fround(0.1));
  expect(types.double(0.1).value).toBe(0.1);
});
