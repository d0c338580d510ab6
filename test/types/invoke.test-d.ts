// invoke: takes what the function declares, and returns what it did.
import {
  statefulFunction,
  types,
  type Address,
  type KafkaRecord,
  type Message,
  type TypedValue,
} from "statefun";
import { invoke, type DelayedMessage, type SentMessage, type WrittenRecord } from "statefun/testing";
import { exactly, fits } from "./exactly.js";
import { cart } from "./shop/cart.js";
import { AddItem, Billing, Cart, Charge, CheckOut } from "./shop/contract.js";

const tea = AddItem({ sku: "tea", quantity: 1 });
declare const message: Message;

const result = await invoke(cart, {
  id: "alice",
  storage: { items: { tea: 1 }, checkouts: 1 },
  messages: [tea, CheckOut({ orderId: "o-1" })],
  caller: Billing.address("o-0"),
});

// The storage afterwards, by the names and types that the function declares; each may be missing.
exactly<Record<string, number> | undefined>()(result.storage.items);
exactly<number | undefined>()(result.storage.checkouts);
// @ts-expect-error there is no state value `item`
fits<unknown>(result.storage.item);

// The effects.
exactly<readonly SentMessage[]>()(result.sent);
exactly<readonly DelayedMessage[]>()(result.delayed);
exactly<readonly string[]>()(result.cancelled);
exactly<readonly WrittenRecord[]>()(result.records);
for (const { to, message: sent } of result.sent) {
  exactly<Address>()(to);
  exactly<TypedValue | Message>()(sent);
}
for (const { record } of result.records) fits<KafkaRecord | object>(record);

// What goes in: known state values, messages with or without company.
await invoke(cart, { messages: [] });
await invoke(cart, { messages: [message, { message: tea, caller: Cart.address("bob"), headers: [] }] });
// @ts-expect-error a batch has messages
await invoke(cart, {});
// @ts-expect-error there is no state value `item`
await invoke(cart, { storage: { item: {} }, messages: [] });
// @ts-expect-error checkouts are a number
await invoke(cart, { storage: { checkouts: "1" }, messages: [] });
// @ts-expect-error a value is not a message
await invoke(cart, { messages: [{ sku: "tea", quantity: 1 }] });
// @ts-expect-error a caller is an address
await invoke(cart, { messages: [tea], caller: "shop/billing" });
// @ts-expect-error a function type is not implemented
await invoke(Cart, { messages: [tea] });

// A function without storage has none afterwards.
const billing = statefulFunction(Billing, { on: { [Charge.typename]: () => undefined } });
const { storage } = await invoke(billing, { messages: [types.int(7)] });
// @ts-expect-error billing declares no storage
fits<unknown>(storage.total);
