import { describe, expect, test } from "@jest/globals";
import { functionType, jsonType, statefulFunction, StateFunError, types, valueSpec } from "statefun";
import { preparedFunction } from "../../sdk/stateful-function.js";

const AddItem = jsonType("shop/AddItem");
const Cart = functionType("shop/cart", [AddItem, types.int]);

const ignore = (): void => undefined;
const on = { [AddItem.typename]: ignore, [types.int.typename]: ignore };

/** `statefulFunction` as JavaScript sees it. */
const define = statefulFunction as (type: unknown, implementation: unknown) => unknown;

describe("a stateful function", () => {
  test("says what it is called, what it accepts and what it keeps", () => {
    const cart = statefulFunction(Cart, {
      storage: { items: types.int, total: valueSpec(types.long, { expireAfterCall: { days: 1 } }) },
      on,
    });

    expect(cart.type).toBe(Cart);
    expect(cart.typename).toBe("shop/cart");
    expect(cart.accepts).toEqual([AddItem, types.int]);
    expect(cart.storage).toEqual({
      items: { type: types.int, expiration: undefined },
      total: { type: types.long, expiration: { mode: "after-call", millis: 86_400_000 } },
    });
  });

  test("is frozen, with what it keeps", () => {
    const cart = statefulFunction(Cart, { storage: { items: types.int }, on });

    expect(Object.isFrozen(cart)).toBe(true);
    expect(Object.isFrozen(cart.storage)).toBe(true);
  });

  test("without storage keeps nothing", () => {
    expect(statefulFunction(Cart, { on }).storage).toEqual({});
  });

  test("that accepts nothing needs no handler", () => {
    const silent = statefulFunction(functionType("shop/silent", []), { on: {}, otherwise: ignore });

    expect(silent.accepts).toEqual([]);
  });

  test("does not notice what becomes of the objects it was made of", () => {
    const handlers: Record<string, () => void> = { ...on };
    const storage: Record<string, typeof types.int> = { items: types.int };
    const cart = define(Cart, { storage, on: handlers });

    handlers[AddItem.typename] = (): never => {
      throw new Error("replaced");
    };
    storage.more = types.int;

    expect(Object.keys((cart as { storage: object }).storage)).toEqual(["items"]);
    expect(preparedFunction(cart)?.handlers.get(AddItem.typename)?.handle).toBe(ignore);
  });

  test("is recognised, and nothing else is", () => {
    const cart = statefulFunction(Cart, { on });

    expect(preparedFunction(cart)).toMatchObject({ typename: "shop/cart", namespace: "shop", name: "cart" });
    for (const other of [Cart, { ...cart }, ignore, "shop/cart", null, undefined]) {
      expect(preparedFunction(other)).toBeUndefined();
    }
  });
});

describe("an implementation that cannot be right is refused when it is defined", () => {
  const inherited: unknown = Object.create(on);
  const nothing: unknown = undefined;

  test.each([
    [
      "a handler is missing",
      { on: { [AddItem.typename]: ignore } },
      "shop/cart accepts io.statefun.types/int and has no handler for it: add [Type.typename](context, value) { … }",
    ],
    [
      "a handler is undefined",
      { on: { ...on, [AddItem.typename]: undefined } },
      "shop/cart accepts shop/AddItem and has no handler for it",
    ],
    [
      "a handler is not a function",
      { on: { ...on, [AddItem.typename]: "handle" } },
      "shop/cart accepts shop/AddItem and has no handler for it",
    ],
    [
      "the handlers are inherited",
      { on: inherited },
      "shop/cart accepts shop/AddItem and has no handler for it",
    ],
    [
      "a handler is for a type that is not accepted",
      { on: { ...on, "shop/CheckOut": ignore } },
      'shop/cart has a handler for "shop/CheckOut", which it does not accept',
    ],
    [
      "otherwise is not a function",
      { on, otherwise: "ignore" },
      'shop/cart has "ignore" as otherwise, not a function',
    ],
    ["the handlers are left out", {}, "shop/cart has no handlers"],
    [
      "the handlers are a function",
      { on: ignore },
      "shop/cart accepts shop/AddItem and has no handler for it",
    ],
    ["there is no implementation", nothing, "shop/cart has no handlers"],
    [
      "a state value is declared by its initial value",
      { storage: { items: 0 }, on },
      "the state value items of shop/cart is declared as neither a type nor a value spec",
    ],
  ])("%s", (_, implementation, problem) => {
    const make = (): unknown => define(Cart, implementation);

    expect(make).toThrow(StateFunError);
    expect(make).toThrow(`[invalid-argument] ${problem}`);
  });

  test.each([
    ["a typename", "shop/cart"],
    ["nothing, as a cyclic import leaves it", nothing],
    ["an address", Cart.address("alice")],
  ])("the function type is %s", (_, type) => {
    const make = (): unknown => define(type, { on });

    expect(make).toThrow(StateFunError);
    expect(make).toThrow("[invalid-argument] statefulFunction was given");
    expect(make).toThrow("which is not a function type: pass what functionType(…) returned");
  });

  test("its error names the function", () => {
    expect.assertions(1);

    try {
      define(Cart, { on: {} });
    } catch (error) {
      expect(error).toMatchObject({ code: "invalid-argument", typename: "shop/cart" });
    }
  });
});
