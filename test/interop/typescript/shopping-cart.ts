import { functionType, jsonType, statefulFunction, types } from "statefun";
import { z } from "zod";
import { EgressRecord, Playground } from "./playground.js";
import { serve } from "./serve.js";

const quantity = z.number().int().positive();
const Restock = jsonType("shop/Restock", z.object({ quantity }));
const Reserve = jsonType("shop/Reserve", z.object({ quantity }));
const Reserved = jsonType("shop/Reserved", z.object({ item: z.string(), quantity, granted: z.boolean() }));
const AddToCart = jsonType("shop/AddToCart", z.object({ item: z.string(), quantity }));
const CheckOut = jsonType("shop/CheckOut", z.object({}));
const Basket = jsonType("shop/Basket", z.record(z.string(), z.number()));

const Stock = functionType("shop/stock", [Restock, Reserve]);
const Cart = functionType("shop/cart", [AddToCart, Reserved, CheckOut]);

/** What there is of one item: whoever reserves some of it is told whether there was enough. */
const stock = statefulFunction(Stock, {
  storage: { held: types.int },
  on: {
    [Restock.typename]({ storage }, { quantity: added }) {
      storage.held.update((held = 0) => held + added);
    },
    [Reserve.typename](context, { quantity: wanted }) {
      const held = context.storage.held.get() ?? 0;
      const granted = held >= wanted;
      if (granted) context.storage.held.set(held - wanted);
      if (context.caller === undefined) return;
      context.send(context.caller, Reserved({ item: context.self.id, quantity: wanted, granted }));
    },
  },
});

/** What one customer holds: reserved from the stock item by item, and handed out at the check-out. */
const cart = statefulFunction(Cart, {
  storage: { basket: Basket },
  on: {
    [AddToCart.typename](context, { item, quantity: wanted }) {
      context.send(Stock.address(item), Reserve({ quantity: wanted }));
    },
    [Reserved.typename](context, { item, quantity: wanted, granted }) {
      const { id } = context.self;
      const what = granted ? "holds" : "cannot have";
      if (granted) {
        context.storage.basket.update((basket = {}) => ({ ...basket, [item]: (basket[item] ?? 0) + wanted }));
      }
      const payload = `${id} ${what} ${String(wanted)} ${item}`;
      context.send(Playground, EgressRecord({ topic: "reservations", payload }));
    },
    [CheckOut.typename](context) {
      const bought = Object.entries(context.storage.basket.get() ?? {}).map(
        ([item, count]) => `${String(count)} ${item}`,
      );
      const payload = `${context.self.id} bought ${bought.join(" and ")}`;
      context.send(Playground, EgressRecord({ topic: "receipts", payload }));
      context.storage.basket.remove();
    },
  },
});

await serve(stock, cart);
