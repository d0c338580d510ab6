import { functionType, jsonType, kafkaEgress } from "statefun";
import { z } from "zod";

/** A customer puts something into the cart; the key of the Kafka record is the customer. */
export const AddItem = jsonType(
  "shop/AddItem",
  z.object({ sku: z.string(), quantity: z.number().int().positive() }),
);

/** The customer orders what the cart holds. */
export const CheckOut = jsonType("shop/CheckOut", z.object({ orderId: z.string() }));

/** Nobody has touched the cart for a while: the cart sends it to itself. */
export const Abandon = jsonType("shop/Abandon", z.object({}));

/** An order, and what is in it: how many pieces of each sku. */
export const Charge = jsonType(
  "shop/Charge",
  z.object({ orderId: z.string(), items: z.record(z.string(), z.number()) }),
);

/** What a cart holds: how many pieces of each sku. */
export const Items = jsonType("shop/Items", z.record(z.string(), z.number().int()));

/** One cart a customer: the id is the customer. */
export const Cart = functionType("shop/cart", [AddItem, CheckOut, Abandon]);

/** One address an order: the id is the order's. It may be written in any language; the cart needs only this line. */
export const Billing = functionType("shop/billing", [Charge]);

export const Orders = kafkaEgress("shop/orders");
