// The program of the design, tested as its users would test it.
import { expect, test } from "@jest/globals";
import { invoke } from "statefun/testing";
import { cart } from "../../types/shop/cart.js";
import { Abandon, AddItem, Billing, Cart, Charge, CheckOut, Orders } from "../../types/shop/contract.js";

const abandonment = "shop/cart:abandonment";

test("checking out charges for what the cart holds, and empties it", async () => {
  const result = await invoke(cart, {
    id: "alice",
    storage: { items: { tea: 1 } },
    messages: [AddItem({ sku: "tea", quantity: 1 }), CheckOut({ orderId: "o-1" })], // one batch, in order
  });

  const charge = Charge({ orderId: "o-1", items: { tea: 2 } });
  expect(result.storage).toEqual({ checkouts: 1 });
  expect(result.sent).toEqual([{ to: Billing.address("o-1"), message: charge }]);
  expect(result.records).toEqual([
    { egress: Orders, record: { topic: "orders", key: "o-1", value: charge } },
  ]);
});

test("each item puts off the hour at which a cart counts as abandoned", async () => {
  const result = await invoke(cart, {
    id: "alice",
    messages: [AddItem({ sku: "tea", quantity: 1 }), AddItem({ sku: "milk", quantity: 2 })],
  });

  expect(result.storage).toEqual({ items: { tea: 1, milk: 2 } });
  expect(result.delayed).toEqual([
    {
      to: Cart.address("alice"),
      message: Abandon({}),
      after: { milliseconds: 7_200_000 },
      cancellationToken: abandonment,
    },
  ]);
});

test("an abandoned cart is emptied", async () => {
  const result = await invoke(cart, {
    storage: { items: { tea: 1 }, checkouts: 3 },
    messages: [Abandon({})],
  });

  expect(result.storage).toEqual({ checkouts: 3 });
  expect(result.sent).toEqual([]);
});
