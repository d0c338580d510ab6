import { describe, expect, test } from "@jest/globals";
import { jsonType, StateFunError, types, valueSpec } from "statefun";
import type { ExpirationOptions } from "statefun";
import { checkStateName } from "../../../sdk/storage/value-spec.js";

const Items = jsonType("shop/Items");

describe("a value spec", () => {
  test.each<[string, ExpirationOptions | undefined, unknown]>([
    ["never expires unless told to", undefined, undefined],
    [
      "expires after it was written",
      { expireAfterWrite: { days: 30 } },
      { mode: "after-write", millis: 2_592_000_000 },
    ],
    [
      "expires after the function was called",
      { expireAfterCall: { minutes: 5 } },
      { mode: "after-call", millis: 300_000 },
    ],
    [
      "expires after one millisecond at least",
      { expireAfterCall: { milliseconds: 1.9 } },
      { mode: "after-call", millis: 1 },
    ],
  ])("%s", (_, options, expiration) => {
    const spec = valueSpec(Items, options);

    expect(spec).toEqual({ type: Items, expiration });
    expect(Object.isFrozen(spec)).toBe(true);
  });

  test("takes undefined for the expiration it does not have", () => {
    const options = {
      expireAfterWrite: undefined,
      expireAfterCall: { days: 1 },
    } as unknown as ExpirationOptions;

    expect(valueSpec(Items, options).expiration).toEqual({ mode: "after-call", millis: 86_400_000 });
    expect(valueSpec(Items, {} as ExpirationOptions).expiration).toBeUndefined();
  });

  test.each<[string, unknown, string]>([
    [
      "both expirations",
      { expireAfterWrite: { days: 1 }, expireAfterCall: { days: 1 } },
      "a value spec has expireAfterWrite and expireAfterCall: a state value expires in one way only",
    ],
    [
      "an expiration that does not exist",
      { expireAfterInvoke: { days: 1 } },
      'a value spec has no option "expireAfterInvoke": the two are expireAfterWrite and expireAfterCall',
    ],
    [
      "an expiration beside a wrong one",
      { expireAfterCall: { days: 1 }, ttl: 7 },
      'a value spec has no option "ttl"',
    ],
    [
      "zero",
      { expireAfterWrite: { days: 0 } },
      "the expiration of a state value is below 1 ms, which fails the job",
    ],
    ["less than a millisecond", { expireAfterCall: { milliseconds: 0.9 } }, "is below 1 ms"],
    ["a negative duration", { expireAfterCall: { days: -1 } }, "the expiration of a state value is negative"],
    ["no unit", { expireAfterWrite: {} }, "the expiration of a state value names no unit"],
    ["a bare number", { expireAfterWrite: 86_400 }, "the expiration of a state value is number"],
  ])("is refused with %s", (_, options, says) => {
    const define = (): unknown => valueSpec(Items, options as ExpirationOptions);

    expect(define).toThrow(StateFunError);
    expect(define).toThrow(`[invalid-argument] `);
    expect(define).toThrow(says);
  });

  test.each<[string, unknown, string]>([
    ["a typename", "shop/Items", '"shop/Items"'],
    ["a typed value", types.int(7), "an object (Object)"],
    ["nothing, as a cyclic import leaves it", undefined, "undefined"],
  ])("is refused with %s instead of a type", (_, type, printed) => {
    const define = (): unknown => valueSpec(type as typeof types.int);

    expect(define).toThrow(
      `[invalid-argument] a value spec needs a type, not ${printed}: pass types.int, jsonType(…) and the like`,
    );
  });
});

describe("the name of a state value", () => {
  test.each([
    "a",
    "A",
    "_",
    "seen",
    "seenCount",
    "a1",
    "_1",
    "class",
    "constructor",
    "toString",
    "__proto__",
    "then",
  ])("may be %s", (name) => {
    expect(() => {
      checkStateName(name, "shop/cart");
    }).not.toThrow();
  });

  test.each(["", "1a", "a-b", "a.b", "a b", "a/b", "é", "a\n"])("may not be %j", (name) => {
    const check = (): void => {
      checkStateName(name, "shop/cart");
    };

    expect(check).toThrow(
      `[invalid-argument] shop/cart has a state value named ${JSON.stringify(name)}: use letters, digits and underscores, beginning with no digit`,
    );
  });

  test.each(["batch", "request-state"])("may not be %s, which the cluster uses itself", (name) => {
    expect.assertions(2);

    try {
      checkStateName(name, "shop/cart");
    } catch (error) {
      expect(error).toMatchObject({ code: "invalid-argument", typename: "shop/cart", stateName: name });
      expect((error as StateFunError).message).toContain(
        "a name that the cluster uses itself; the job would fail",
      );
    }
  });
});
