// contract.ts — shared by every service, whatever it is written in
import { z } from "zod";
import { functionType, jsonType, kafkaEgress } from "statefun";

export const AddItem = jsonType(
  "shop/AddItem",
  z.object({ sku: z.string(), quantity: z.number().int().positive() }),
);
export const CheckOut = jsonType("shop/CheckOut", z.object({ orderId: z.string() }));
export const Abandon = jsonType("shop/Abandon", z.object({}));
export const Charge = jsonType(
  "shop/Charge",
  z.object({ orderId: z.string(), items: z.record(z.string(), z.number()) }),
);
export const Items = jsonType("shop/Items", z.record(z.string(), z.number().int()));

export const Cart = functionType("shop/cart", [AddItem, CheckOut, Abandon]);
export const Billing = functionType("shop/billing", [Charge]); // implemented in Java; nothing else is needed to call it
export const Orders = kafkaEgress("shop/orders");
