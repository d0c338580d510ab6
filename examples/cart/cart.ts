import { statefulFunction, types, valueSpec } from "statefun";
import { Abandon, AddItem, Billing, Cart, Charge, CheckOut, Items, Orders } from "./contract.js";

// Tokens are kept per id of the sending function, whatever its typename: hence the prefix.
const abandonment = "shop/cart:abandonment";

/** Collects what a customer wants, orders it on request, and forgets it when nothing happens for two hours. */
export const cart = statefulFunction(Cart, {
  storage: {
    items: valueSpec(Items, { expireAfterWrite: { days: 30 } }),
    checkouts: types.int, // a bare type is a value spec that never expires
  },
  on: {
    [AddItem.typename](context, { sku, quantity }) {
      const { items } = context.storage;
      items.update((held = {}) => ({ ...held, [sku]: (held[sku] ?? 0) + quantity }));
      context.cancelDelayedMessage(abandonment);
      context.sendAfter({ hours: 2 }, context.self, Abandon({}), { cancellationToken: abandonment });
    },
    [CheckOut.typename](context, { orderId }) {
      const items = context.storage.items.get() ?? {};
      context.send(Billing.address(orderId), Charge({ orderId, items }));
      context.send(Orders, { topic: "orders", key: orderId, value: Charge({ orderId, items }) });
      context.storage.checkouts.update((n = 0) => n + 1);
      context.storage.items.remove();
      context.cancelDelayedMessage(abandonment);
    },
    [Abandon.typename](context) {
      context.storage.items.remove();
    },
  },
});
