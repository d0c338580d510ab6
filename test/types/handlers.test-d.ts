// Handlers: one for each accepted type and for no other, their parameters inferred.
import {
  statefulFunction,
  types,
  type Address,
  type Context,
  type Headers,
  type Message,
  type MessageOf,
  type Value,
} from "statefun";
import { exactly, fits } from "./exactly.js";
import { Abandon, AddItem, Billing, Cart, Charge, CheckOut } from "./shop/contract.js";

type CartMessage = MessageOf<typeof AddItem | typeof CheckOut | typeof Abandon>;

const ignore = (): void => undefined;
declare const message: Message;

// The parameters of a handler are those of its type, and of the function it belongs to.
statefulFunction(Cart, {
  storage: { checkouts: types.int },
  on: {
    [AddItem.typename](context, item) {
      exactly<{ sku: string; quantity: number }>()(item);
      exactly<Address<CartMessage>>()(context.self);
      exactly<Address | undefined>()(context.caller);
      exactly<Headers>()(context.headers);
      exactly<AbortSignal>()(context.signal);
      exactly<number | undefined>()(context.storage.checkouts.get());
      // @ts-expect-error an item has no orderId
      fits<unknown>(item.orderId);
    },
    [CheckOut.typename](_context, { orderId }) {
      exactly<string>()(orderId);
    },
    [Abandon.typename]: ignore,
  },
});

// A handler may be synchronous or return a promise; anything else is a mistake.
statefulFunction(Cart, {
  on: {
    [AddItem.typename]: async () => {
      await Promise.resolve();
    },
    [CheckOut.typename]: () => Promise.resolve(),
    // @ts-expect-error a handler returns nothing, or a promise of nothing
    [Abandon.typename]: () => 7,
  },
});

// A handler for each accepted type.
statefulFunction(Billing, { on: { [Charge.typename]: ignore } });
statefulFunction(Cart, {
  // @ts-expect-error the handler of shop/Abandon is missing
  on: { [AddItem.typename]: ignore, [CheckOut.typename]: ignore },
});

// A handler for no other type.
statefulFunction(Billing, {
  on: {
    [Charge.typename]: ignore,
    // @ts-expect-error billing does not accept shop/AddItem
    [AddItem.typename]: ignore,
  },
});

// A handler takes what its own type holds, not what another one does.
statefulFunction(Billing, {
  on: {
    [Charge.typename](_context, { orderId, items }) {
      exactly<string>()(orderId);
      exactly<Record<string, number>>()(items);
    },
  },
});
statefulFunction(Billing, {
  on: {
    // @ts-expect-error a charge is not a number
    [Charge.typename](_context, charge: number) {
      fits<number>(charge);
    },
  },
});

// A function of one's own takes any handler's context as a Context, or just what it needs of it.
function audit(context: Context): void {
  context.send(context.self, message);
}
function remember(cell: Value<number>): void {
  cell.update((n = 0) => n + 1);
}
statefulFunction(Billing, {
  storage: { seen: types.int, last: types.string },
  on: {
    [Charge.typename](context) {
      audit(context);
      remember(context.storage.seen);
      // @ts-expect-error the last one is a text
      remember(context.storage.last);
    },
  },
  otherwise: audit,
});

// Everything else goes to otherwise, undecoded.
statefulFunction(Billing, {
  on: { [Charge.typename]: ignore },
  otherwise(context, message) {
    exactly<Message>()(message);
    exactly<Address<MessageOf<typeof Charge>>>()(context.self);
    // @ts-expect-error what otherwise gets is not decoded: open it with from()
    fits<unknown>(message.value);
  },
});
statefulFunction(Billing, {
  on: { [Charge.typename]: ignore },
  // @ts-expect-error otherwise takes a message, not a decoded value
  otherwise(_context, message: { orderId: string }) {
    fits<string>(message.orderId);
  },
});

// Without storage there are no state values.
statefulFunction(Billing, {
  on: {
    [Charge.typename](context) {
      // @ts-expect-error billing declares no storage
      fits<unknown>(context.storage.total);
    },
  },
});

// A function needs its handlers.
// @ts-expect-error the handlers are missing
statefulFunction(Billing, {});

// What comes back knows its typename, what it accepts and what it keeps.
const billing = statefulFunction(Billing, { on: { [Charge.typename]: ignore } });
exactly<"shop/billing">()(billing.typename);
exactly<readonly [typeof Charge]>()(billing.accepts);
exactly<typeof Billing>()(billing.type);
