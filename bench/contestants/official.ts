import {
  kafkaEgressMessage,
  messageBuilder,
  StateFun,
  type Context,
  type Message,
} from "apache-flink-statefun";
import { FunctionSpec, type JsStatefulFunction, type Type } from "apache-flink-statefun/dist/core.js";
import { handle } from "apache-flink-statefun/dist/handler.js";
import type { Contestant } from "../measure.js";
import {
  addItemTypename,
  cartTypename,
  emptyCart,
  eventsTopic,
  eventsTypename,
  eventText,
  functionNames,
  namespace,
  totalsTypename,
  type AddItem,
  type Cart,
  type FunctionName,
} from "../work/contract.js";

/** The official SDK leaves `context.storage` untyped; these are the states that the functions below declare. */
interface CountStorage {
  count: number | null;
}
interface CartStorage {
  cart: Cart | null;
}

const CartType = StateFun.jsonType<Cart>(cartTypename);
const AddItemType = StateFun.jsonType<AddItem>(addItemTypename);

// The official SDK awaits whatever promise a function returns; these return one although they await nothing, as many
// authors write them and as ours do in this bench.

async function counter(context: Context, message: Message): Promise<void> {
  const storage = context.storage as CountStorage;
  storage.count = (storage.count ?? 0) + (message.asInt() ?? 0);
}

async function relay(context: Context, message: Message): Promise<void> {
  const storage = context.storage as CountStorage;
  const count = (storage.count ?? 0) + (message.asInt() ?? 0);
  storage.count = count;
  const id = context.self.id;
  context.send(messageBuilder({ typename: totalsTypename, id, value: count }));
  context.send(
    kafkaEgressMessage({ typename: eventsTypename, topic: eventsTopic, key: id, value: eventText(count) }),
  );
}

async function cart(context: Context, message: Message): Promise<void> {
  const storage = context.storage as CartStorage;
  const held = storage.cart ?? emptyCart;
  const added = message.as(AddItemType);
  if (added !== null) storage.cart = { ...held, n: held.n + 1, last: added.sku };
}

const functions: Record<
  FunctionName,
  { readonly fn: JsStatefulFunction; readonly state: string; readonly type: Type<unknown> }
> = {
  counter: { fn: counter, state: "count", type: StateFun.intType() },
  relay: { fn: relay, state: "count", type: StateFun.intType() },
  cart: { fn: cart, state: "cart", type: CartType },
  "cart-zod": { fn: cart, state: "cart", type: CartType },
};

/**
 * The official SDK on the path that its HTTP handler takes once it has read the body: `handle(bytes, functions)`, a
 * function of its package that it does not export at the top. The table of functions is what `StateFun.bind` makes of
 * the same options.
 */
export function official(): Contestant {
  const bound: Record<string, FunctionSpec> = {};
  for (const name of functionNames) {
    const { fn, state, type } = functions[name];
    const spec = FunctionSpec.fromOpts({
      typename: `${namespace}/${name}`,
      fn,
      specs: [{ name: state, type }],
    });
    bound[spec.typename] = spec;
  }
  return { name: "apache-flink-statefun", answer: (request) => handle(request, bound) };
}
