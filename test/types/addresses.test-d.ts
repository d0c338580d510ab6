// Typed addresses: an address, and `send` to it, take what its function accepts and nothing else.
import {
  functionType,
  kafkaEgress,
  sameAddress,
  types,
  type Address,
  type Context,
  type Destination,
  type FunctionType,
  type KafkaRecord,
  type Message,
  type MessageOf,
  type Target,
  type Typename,
} from "statefun";
import { exactly, fits } from "./exactly.js";
import type { CheckOut } from "./shop/contract.js";
import { Abandon, AddItem, Billing, Cart, Charge } from "./shop/contract.js";

declare const context: Context<MessageOf<typeof AddItem>>;
declare const message: Message;

const tea = AddItem({ sku: "tea", quantity: 1 });
const charge = Charge({ orderId: "o-1", items: { tea: 1 } });

// A function type is its typename and what it accepts, both literal.
exactly<"shop/cart">()(Cart.typename);
exactly<readonly [typeof AddItem, typeof CheckOut, typeof Abandon]>()(Cart.accepts);
fits<Typename>(Cart.typename);
// @ts-expect-error a typename has a slash
fits<Typename>("cart");
// @ts-expect-error what a function accepts are types, not their typenames
functionType("shop/cart", ["shop/AddItem"]);
// @ts-expect-error a function type says what it accepts
functionType("shop/cart");

// Its addresses carry what it accepts.
exactly<Address<MessageOf<typeof Charge>>>()(Billing.address("o-1"));
fits<string>(Billing.address("o-1").id);
fits<string>(Billing.address("o-1").typename);
// @ts-expect-error an id is text
Billing.address(1);
// @ts-expect-error an address is not to be changed
Billing.address("o-1").id = "o-2";

// send: the message has to be one of those.
context.send(Billing.address("o-1"), charge);
context.send(Cart.address("alice"), tea);
context.send(Cart.address("alice"), Abandon({}));
context.send(context.self, tea);
// @ts-expect-error billing does not accept shop/AddItem
context.send(Billing.address("o-1"), tea);
// @ts-expect-error this function does not accept shop/Charge
context.send(context.self, charge);
// @ts-expect-error the value of a message is not a message
context.send(Billing.address("o-1"), { orderId: "o-1", items: {} });
// @ts-expect-error an id alone is no address
context.send("o-1", charge);
// @ts-expect-error a function type is no address: it says not which instance
context.send(Billing, charge);
// @ts-expect-error a type is no address
context.send(Charge, charge);

// sendAfter: the same, behind a delay.
context.sendAfter({ hours: 2 }, Billing.address("o-1"), charge);
context.sendAfter({ hours: 2 }, context.self, tea, { cancellationToken: "shop/cart:tea" });
// @ts-expect-error billing does not accept shop/AddItem
context.sendAfter({ hours: 2 }, Billing.address("o-1"), tea);
// @ts-expect-error a token is text
context.sendAfter({ hours: 2 }, context.self, tea, { cancellationToken: 7 });
// @ts-expect-error a delay is a duration
context.sendAfter(7_200_000, context.self, tea);
// @ts-expect-error only delayed messages have a token
context.send(context.self, tea, { cancellationToken: "shop/cart:tea" });

// An egress takes records at once only: the protocol knows no delayed ones.
const Orders = kafkaEgress("shop/orders");
context.send(Orders, { topic: "orders", value: charge });
// @ts-expect-error an egress has no id, so nothing can be delayed on the way to it
context.sendAfter({ hours: 2 }, Orders, { topic: "orders", value: charge });

// cancelDelayedMessage takes a token.
context.cancelDelayedMessage("shop/cart:tea");
// @ts-expect-error a token is text
context.cancelDelayedMessage(undefined);

// A received message may be sent anywhere, now or later: whoever gets it decides.
context.send(Billing.address("o-1"), message);
context.sendAfter({ seconds: 1 }, Billing.address("o-1"), message);
context.send(Orders, { topic: "orders", value: message });

// The caller is an address that accepts anything, until a function type recognises it.
exactly<Address | undefined>()(context.caller);
if (context.caller !== undefined) context.send(context.caller, tea);
// @ts-expect-error there may be no caller
context.send(context.caller, tea);
const customer = Billing.from(context.caller);
exactly<Address<MessageOf<typeof Charge>> | undefined>()(customer);
if (customer !== undefined) {
  context.send(customer, charge);
  // @ts-expect-error billing does not accept shop/AddItem
  context.send(customer, tea);
}

// What takes any destination, and what compares addresses.
fits<Destination<MessageOf<typeof Charge>>>(Billing.address("o-1"));
fits<Destination<KafkaRecord>>(Orders);
// @ts-expect-error a function type is no destination
fits<Destination<MessageOf<typeof Charge>>>(Billing);
exactly<boolean>()(sameAddress(context.self, Billing.address("o-1")));
// @ts-expect-error there may be no caller
sameAddress(context.self, context.caller);

// An address of a wider function is none of a narrower one, whose messages it could not all take.
fits<Target<MessageOf<typeof AddItem>>>(Cart.address("alice"));
// @ts-expect-error billing does not accept shop/AddItem
fits<Address<MessageOf<typeof AddItem>>>(Billing.address("o-1"));

// A function type of any kind can be named.
fits<FunctionType>(Billing);
fits<FunctionType>(functionType("shop/clock", [types.int]));
// @ts-expect-error an address is not a function type
fits<FunctionType>(Billing.address("o-1"));
