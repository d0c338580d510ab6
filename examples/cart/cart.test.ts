import { describe, expect, test } from "@jest/globals";
import { invoke } from "statefun/testing";
import { cart } from "./cart.js";
import { Abandon, AddItem, Billing, Cart, Charge, CheckOut, Orders } from "./contract.js";

const abandonment = "shop/cart:abandonment";

test("checking out charges for what the cart holds, and empties it", async () => {
  const result = await invoke(cart, {
    id: "alice",
    storage: { items: { tea: 1 } },
    messages: [AddItem({ sku: "tea", quantity: 1 }), CheckOut({ orderId: "o-1" })], // one batch, in order
  });

  expect(result.storage).toEqual({ checkouts: 1 });
  expect(result.sent).toEqual([
    { to: Billing.address("o-1"), message: Charge({ orderId: "o-1", items: { tea: 2 } }) },
  ]);
});

test("an order goes to Kafka under its own id", async () => {
  const result = await invoke(cart, {
    storage: { items: { tea: 2, cups: 6 } },
    messages: [CheckOut({ orderId: "o-1" })],
  });

  expect(result.records).toEqual([
    {
      egress: Orders,
      record: {
        topic: "orders",
        key: "o-1",
        value: Charge({ orderId: "o-1", items: { tea: 2, cups: 6 } }),
      },
    },
  ]);
});

test("a cart is filled by one batch and ordered by another", async () => {
  const filled = await invoke(cart, {
    messages: [
      AddItem({ sku: "tea", quantity: 1 }),
      AddItem({ sku: "cups", quantity: 6 }),
      AddItem({ sku: "tea", quantity: 2 }),
    ],
  });
  const ordered = await invoke(cart, {
    storage: filled.storage,
    messages: [CheckOut({ orderId: "o-1" })],
  });

  expect(filled.storage).toEqual({ items: { tea: 3, cups: 6 } });
  expect(filled.records).toEqual([]);
  expect(ordered.storage).toEqual({ checkouts: 1 });
  expect(ordered.sent.map(({ message }) => message)).toEqual([
    Charge({ orderId: "o-1", items: { tea: 3, cups: 6 } }),
  ]);
});

test("what is added after checking out belongs to the next order", async () => {
  const result = await invoke(cart, {
    storage: { items: { tea: 1 }, checkouts: 4 },
    messages: [
      CheckOut({ orderId: "o-5" }),
      AddItem({ sku: "cups", quantity: 6 }),
      CheckOut({ orderId: "o-6" }),
    ],
  });

  expect(result.storage).toEqual({ checkouts: 6 });
  expect(result.sent.map(({ message }) => message)).toEqual([
    Charge({ orderId: "o-5", items: { tea: 1 } }),
    Charge({ orderId: "o-6", items: { cups: 6 } }),
  ]);
});

describe("a cart that is left alone", () => {
  test("reminds itself after two hours", async () => {
    const result = await invoke(cart, { id: "alice", messages: [AddItem({ sku: "tea", quantity: 1 })] });

    expect(result.delayed).toEqual([
      {
        to: Cart.address("alice"),
        message: Abandon({}),
        after: { milliseconds: 2 * 60 * 60 * 1000 },
        cancellationToken: abandonment,
      },
    ]);
  });

  test("is emptied then, without an order", async () => {
    const result = await invoke(cart, {
      id: "alice",
      storage: { items: { tea: 1 }, checkouts: 2 },
      messages: [Abandon({})],
      caller: Cart.address("alice"),
    });

    expect(result.storage).toEqual({ checkouts: 2 });
    expect([result.sent, result.records]).toEqual([[], []]);
  });

  test("gets its two hours anew with each item", async () => {
    const result = await invoke(cart, {
      storage: { items: { tea: 1 } }, // put there by an earlier batch, whose delayed message is pending
      messages: [AddItem({ sku: "tea", quantity: 1 }), AddItem({ sku: "cups", quantity: 6 })],
    });

    expect(result.cancelled).toEqual([abandonment, abandonment]);
    expect(result.delayed).toHaveLength(1);
  });

  test("does not remind itself once it has been ordered", async () => {
    const result = await invoke(cart, {
      messages: [AddItem({ sku: "tea", quantity: 1 }), CheckOut({ orderId: "o-1" })],
    });

    expect(result.delayed).toEqual([]);
    expect(result.cancelled).toContain(abandonment);
  });
});

describe("a cart that nobody has touched for thirty days", () => {
  test("is forgotten by the cluster; how often it was ordered is not", () => {
    const { items, checkouts } = cart.storage;

    expect(items?.expiration).toEqual({ mode: "after-write", millis: 30 * 24 * 60 * 60 * 1000 });
    expect(checkouts?.expiration).toBeUndefined();
  });

  test("is an empty one", async () => {
    const result = await invoke(cart, {
      storage: { checkouts: 7 }, // what has expired is missing
      messages: [AddItem({ sku: "tea", quantity: 1 })],
    });

    expect(result.storage).toEqual({ items: { tea: 1 }, checkouts: 7 });
  });
});

test.each([0, -1, 1.5])("nobody adds %d pieces", async (quantity) => {
  const bytes = new TextEncoder().encode(JSON.stringify({ sku: "tea", quantity }));

  const outcome = invoke(cart, {
    id: "alice",
    messages: [{ typename: AddItem.typename, hasValue: true, bytes }],
  });

  await expect(outcome).rejects.toMatchObject({ code: "serialization", typename: "shop/cart", id: "alice" });
});
