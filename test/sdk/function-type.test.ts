import { describe, expect, test } from "@jest/globals";
import { functionType, jsonType, StateFunError, types } from "statefun";

const AddItem = jsonType("shop/AddItem");
const Cart = functionType("shop/cart", [AddItem, types.int]);

describe("a function type", () => {
  test("is its typename and what it accepts, frozen", () => {
    expect(Cart.typename).toBe("shop/cart");
    expect(Cart.accepts).toEqual([AddItem, types.int]);
    expect(Object.isFrozen(Cart)).toBe(true);
    expect(Object.isFrozen(Cart.accepts)).toBe(true);
  });

  test("keeps what it accepts, whatever becomes of the list it was given", () => {
    const accepts = [AddItem];
    const type = functionType("shop/cart", accepts);

    accepts.pop();

    expect(type.accepts).toEqual([AddItem]);
  });

  test("may accept nothing", () => {
    expect(functionType("shop/silent", []).accepts).toEqual([]);
  });

  test.each(["alice", "", " ", "ålice", "🛒", "a/b", "x".repeat(10_000)])(
    "has an address for the id %j",
    (id) => {
      expect(Cart.address(id)).toStrictEqual({ typename: "shop/cart", id });
    },
  );

  test.each([
    [undefined, "is undefined"],
    [null, "is null"],
    [7, "is 7"],
    [{}, "is an object (Object)"],
  ])("has none for %p, and says so", (id, problem) => {
    const make = (): unknown => Cart.address(id as string);

    expect(make).toThrow(StateFunError);
    expect(make).toThrow(`[invalid-argument] the id of an address of shop/cart ${problem}: give it text`);
  });

  test("recognises its own addresses, and only those", () => {
    const own = { typename: "shop/cart", id: "alice" };

    expect(Cart.from(own)).toBe(own);
    expect(Cart.from(Cart.address("bob"))).toEqual(Cart.address("bob"));
    expect(Cart.from({ typename: "shop/Cart", id: "alice" })).toBeUndefined();
    expect(Cart.from({ typename: "shop/billing", id: "alice" })).toBeUndefined();
    expect(Cart.from(undefined)).toBeUndefined();
  });
});

describe("a definition that cannot be right is refused", () => {
  test("a type that is accepted twice", () => {
    const define = (): unknown => functionType("shop/cart", [AddItem, types.int, jsonType("shop/AddItem")]);

    expect(define).toThrow("[invalid-argument] shop/cart accepts shop/AddItem twice");
  });

  test.each([
    ["a typename", "shop/AddItem", '"shop/AddItem"'],
    ["a typed value", AddItem({ sku: "tea" }), "an object (Object)"],
    ["nothing, as a cyclic import leaves it", undefined, "undefined"],
    ["a function that is no type", (): void => undefined, "a function"],
  ])("%s where a type is wanted", (_, given: unknown, printed) => {
    const define = (): unknown => functionType("shop/cart", [AddItem, given as typeof AddItem]);

    expect(define).toThrow(
      `[invalid-argument] shop/cart accepts ${printed}, which is not a type: pass types.int, jsonType(…) and the like`,
    );
  });

  test("its error names the function", () => {
    expect.assertions(1);

    try {
      functionType("shop/cart", [AddItem, AddItem]);
    } catch (error) {
      expect(error).toMatchObject({ code: "invalid-argument", typename: "shop/cart" });
    }
  });
});
