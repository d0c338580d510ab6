import { expect, test } from "@jest/globals";
import {
  functionType,
  jsonType,
  kafkaEgress,
  requestReplyHandler,
  statefulFunction,
  types,
  valueSpec,
} from "statefun";
import { startDevRuntime } from "statefun-dev";
import { z } from "zod";

const Item = jsonType("shop/Item", z.object({ sku: z.string() }));
const Empty = jsonType("shop/Empty", z.object({}));
const Bill = jsonType("shop/Bill", z.object({ skus: z.array(z.string()) }));
const Skus = jsonType("shop/Skus", z.array(z.string()));
const Cart = functionType("shop/cart", [Item, Empty]);
const Billing = functionType("shop/billing", [Bill]);
const Orders = kafkaEgress("shop/orders");

const cart = statefulFunction(Cart, {
  storage: { skus: valueSpec(Skus, { expireAfterWrite: { hours: 3 } }), items: types.int },
  on: {
    [Item.typename](context, { sku }) {
      context.storage.skus.update((held = []) => [...held, sku]);
      context.storage.items.update((n = 0) => n + 1);
      context.sendAfter({ hours: 2 }, context.self, Empty({}));
    },
    [Empty.typename](context) {
      context.send(Billing.address(context.self.id), Bill({ skus: [...(context.storage.skus.get() ?? [])] }));
    },
  },
});
const billing = statefulFunction(Billing, {
  on: {
    [Bill.typename](context, bill) {
      context.send(Orders, { topic: "orders", key: context.self.id, value: Bill(bill) });
    },
  },
});
const functions = () => requestReplyHandler([cart, billing], { onError: () => undefined });

test("a delayed message changes another function two hours later, and its record is there to read", async () => {
  const runtime = await startDevRuntime(functions());

  runtime.send(Cart.address("alice"), Item({ sku: "tea" }));
  await runtime.advance({ hours: 1, minutes: 59 });
  expect(runtime.records(Orders)).toEqual([]);
  await runtime.advance({ minutes: 1 });

  expect(runtime.records(Orders, Bill)).toEqual([
    { topic: "orders", key: "alice", value: Bill({ skus: ["tea"] }) },
  ]);
  expect(runtime.storage(cart, "alice")).toEqual({ skus: ["tea"], items: 1 });
  await runtime.advance({ hours: 1 });
  expect(runtime.storage(cart, "alice")).toEqual({ items: 1 });
  await runtime.close();
});
