import {
  functionType,
  jsonType,
  kafkaEgress,
  requestReplyHandler,
  statefulFunction,
  types,
  type RequestReplyHandler,
} from "statefun";
import type { Contestant } from "../measure.js";
import { checkedCart } from "../work/cart-schema.js";
import {
  addItemTypename,
  cartTypename,
  emptyCart,
  eventsTopic,
  eventsTypename,
  eventText,
  totalsTypename,
  type AddItem,
  type Cart,
} from "../work/contract.js";

const Totals = functionType(totalsTypename, [types.int]);
const Events = kafkaEgress(eventsTypename);
const AddItemType = jsonType<AddItem, typeof addItemTypename>(addItemTypename);
const CartType = jsonType<Cart, typeof cartTypename>(cartTypename);

const CheckedCartType = jsonType(cartTypename, checkedCart);

const counter = statefulFunction(functionType("com.example.shop/counter", [types.int]), {
  storage: { count: types.int },
  on: {
    async [types.int.typename](context, increment) {
      context.storage.count.update((count = 0) => count + increment);
    },
  },
});

const relay = statefulFunction(functionType("com.example.shop/relay", [types.int]), {
  storage: { count: types.int },
  on: {
    async [types.int.typename](context, increment) {
      const count = (context.storage.count.get() ?? 0) + increment;
      context.storage.count.set(count);
      const { id } = context.self;
      context.send(Totals.address(id), types.int(count));
      context.send(Events, { topic: eventsTopic, key: id, value: eventText(count) });
    },
  },
});

const cart = statefulFunction(functionType("com.example.shop/cart", [AddItemType]), {
  storage: { cart: CartType },
  on: {
    async [AddItemType.typename](context, { sku: last }) {
      context.storage.cart.update((held = emptyCart) => ({ ...held, n: held.n + 1, last }));
    },
  },
});

const cartZod = statefulFunction(functionType("com.example.shop/cart-zod", [AddItemType]), {
  storage: { cart: CheckedCartType },
  on: {
    async [AddItemType.typename](context, { sku: last }) {
      context.storage.cart.update((held = emptyCart) => ({ ...held, n: held.n + 1, last }));
    },
  },
});

const functions: RequestReplyHandler = requestReplyHandler([counter, relay, cart, cartZod]);

/** Our request-reply handler, through the public API, with handlers that are `async` although they await nothing. */
export function ours(): Contestant {
  return { name: "statefun", answer: (request) => functions.handle(request) };
}
