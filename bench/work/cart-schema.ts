import { z } from "zod";

/** A cart as `cart-zod` checks it: when it is first read, and at each write. */
export const checkedCart = z.object({
  owner: z.string(),
  n: z.number().int(),
  last: z.string(),
  items: z.array(z.object({ sku: z.string(), quantity: z.number().int().positive(), price: z.number() })),
});
export type CartSchema = typeof checkedCart;
