import { jsonType, kafkaEgress, statefulFunction, types, valueSpec } from "statefun";
import { z } from "zod";
import { Billing, Charge } from "./contract.js";

export const Receipt = jsonType("shop/Receipt", z.object({ orderId: z.string(), pieces: z.number() }));

export const Receipts = kafkaEgress("shop/receipts");

/**
 * Stands in for a billing service, so that the example is whole. Each order is an address of its own, which remembers
 * that it has been charged: asking twice costs the customer nothing.
 */
export const billing = statefulFunction(Billing, {
  storage: { charged: valueSpec(types.boolean, { expireAfterWrite: { days: 90 } }) },
  on: {
    [Charge.typename](context, { orderId, items }) {
      if (context.storage.charged.get() === true) return;
      const pieces = Object.values(items).reduce((sum, quantity) => sum + quantity, 0);
      context.send(Receipts, { topic: "receipts", key: orderId, value: Receipt({ orderId, pieces }) });
      context.storage.charged.set(true);
    },
  },
});
