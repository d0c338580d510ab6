import { egress, functionType, jsonType, statefulFunction, types, type AnyStatefulFunction } from "statefun";

/** Puts some of one thing into a cart. */
export const AddItem = jsonType<AddedItem, "soak/AddItem">("soak/AddItem");
/** Bills what is in a cart, and empties it. */
export const CheckOut = jsonType<CheckedOut, "soak/CheckOut">("soak/CheckOut");
/** What a cart holds, by name of the thing. */
export const Items = jsonType<Held, "soak/Items">("soak/Items");

export interface AddedItem {
  readonly sku: string;
  readonly quantity: number;
}

export interface CheckedOut {
  readonly orderId: string;
}

export type Held = Readonly<Record<string, number>>;

export const Cart = functionType("soak/cart", [AddItem, CheckOut, types.string]);
const Billing = functionType("soak/billing", [Items]);
const Orders = egress("soak/orders", [Items]);

/** How much each batch leaves behind where the functions are told to leak. */
const leakedBytes = 16 * 1024;
const leaked: string[] = [];

/** The functions that the soak serves. A cart fails, hangs and answers at length where a string tells it to. */
export function soakFunctions(leaks: boolean): readonly AnyStatefulFunction[] {
  const cart = statefulFunction(Cart, {
    storage: { items: Items, checkouts: types.int },
    on: {
      [AddItem.typename](context, { sku, quantity }) {
        if (leaks) leaked.push(Buffer.alloc(leakedBytes, "x").toString("latin1"));
        context.storage.items.update((held = {}) => ({ ...held, [sku]: (held[sku] ?? 0) + quantity }));
        context.cancelDelayedMessage(`${context.self.id}:abandoned`);
        context.sendAfter({ hours: 2 }, context.self, types.string("abandoned"), {
          cancellationToken: `${context.self.id}:abandoned`,
        });
      },
      async [CheckOut.typename](context) {
        await new Promise((resolve) => setImmediate(resolve));
        const items = context.storage.items.get() ?? {};
        context.send(Billing.address(context.self.id), Items(items));
        context.send(Orders, Items(items));
        context.storage.checkouts.update((n = 0) => n + 1);
        context.storage.items.remove();
        context.cancelDelayedMessage(`${context.self.id}:abandoned`);
      },
      [types.string.typename](context, message) {
        const [what, number = "0"] = message.split(" ");
        if (what === "throw") throw new Error("a handler that throws");
        if (what === "reject") return Promise.reject(new Error("a handler that rejects"));
        if (what === "hang") return new Promise<void>(() => undefined);
        if (what === "wait") return new Promise<void>((resolve) => setTimeout(resolve, Number(number)));
        if (what === "reply") context.send(context.self, types.string("x".repeat(Number(number))));
        return undefined;
      },
    },
  });
  return [cart];
}
