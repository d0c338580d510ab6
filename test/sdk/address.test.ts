import { describe, expect, test } from "@jest/globals";
import { functionType, sameAddress, types } from "statefun";
import { printAddress } from "../../sdk/address.js";

const Cart = functionType("shop/cart", [types.string]);
const Billing = functionType("shop/billing", [types.string]);

describe("an address", () => {
  test("is plain data, comparable with toStrictEqual", () => {
    const address = Cart.address("alice");

    expect(address).toStrictEqual({ typename: "shop/cart", id: "alice" });
    expect(JSON.stringify(address)).toBe('{"typename":"shop/cart","id":"alice"}');
  });
});

describe("two addresses", () => {
  test("are the same if typename and id are", () => {
    expect(sameAddress(Cart.address("alice"), Cart.address("alice"))).toBe(true);
    expect(sameAddress(Cart.address("alice"), { typename: "shop/cart", id: "alice" })).toBe(true);
  });

  test.each([
    ["another id", Cart.address("bob")],
    ["an id in other letter case", Cart.address("Alice")],
    ["another function", Billing.address("alice")],
    ["the empty id", Cart.address("")],
  ])("are not, with %s", (_, other) => {
    expect(sameAddress(Cart.address("alice"), other)).toBe(false);
  });
});

describe("an address in a message for people", () => {
  test.each([
    ["alice", 'shop/cart "alice"'],
    ["", 'shop/cart ""'],
    ['a "b" c', String.raw`shop/cart "a \"b\" c"`],
    ["two\nlines", String.raw`shop/cart "two\nlines"`],
  ])("quotes the id %j", (id, printed) => {
    expect(printAddress(Cart.address(id))).toBe(printed);
  });
});
