// Typed values and received messages: what a type makes, recognises and opens.
import {
  jsonType,
  statefulFunction,
  types,
  type AnyType,
  type Message,
  type MessageOf,
  type Type,
  type TypedValue,
  type ValueOf,
} from "statefun";
import { exactly, fits } from "./exactly.js";
import { AddItem, Billing, Charge } from "./shop/contract.js";

// A type is a function that makes typed values.
const tea = AddItem({ sku: "tea", quantity: 1 });
exactly<TypedValue<"shop/AddItem", { sku: string; quantity: number }>>()(tea);
exactly<"shop/AddItem">()(tea.typename);
exactly<number>()(tea.value.quantity);
exactly<typeof tea>()(fits<MessageOf<typeof AddItem>>(tea));
exactly<{ sku: string; quantity: number }>()(fits<ValueOf<typeof AddItem>>({ sku: "tea", quantity: 1 }));
fits<AnyType>(AddItem);
// @ts-expect-error a typed value is frozen
tea.value = { sku: "tea", quantity: 2 };
// @ts-expect-error a quantity is a number
AddItem({ sku: "tea", quantity: "1" });
// @ts-expect-error the quantity is missing
AddItem({ sku: "tea" });
// @ts-expect-error an item has no colour
AddItem({ sku: "tea", quantity: 1, colour: "green" });
// @ts-expect-error a typed value is not a type
fits<AnyType>(tea);

// What a state value holds goes into a message as it is.
const Basket = jsonType<{ skus: string[] }, "shop/Basket">("shop/Basket");
declare const held: { readonly skus: readonly string[] };
exactly<TypedValue<"shop/Basket", { skus: string[] }>>()(Basket(held));

// Types with different values are different types, even under one typename.
fits<Type<"shop/Basket", { skus: string[] }>>(Basket);
// @ts-expect-error a basket holds texts
fits<Type<"shop/Basket", { skus: number[] }>>(Basket);
// @ts-expect-error the typename is part of the type
fits<Type<"shop/Other", { skus: string[] }>>(Basket);

// A received message is opened by the type it is of.
statefulFunction(Billing, {
  on: { [Charge.typename]: () => undefined },
  otherwise(context, message) {
    exactly<string>()(message.typename);
    exactly<boolean>()(message.hasValue);
    exactly<Uint8Array>()(message.bytes);
    exactly<boolean>()(AddItem.is(message));
    exactly<{ sku: string; quantity: number }>()(AddItem.from(message));
    exactly<bigint>()(types.long.from(message));
    context.send(Billing.address("o-1"), message);
    context.send(Billing.address("o-1"), message, { headers: context.headers });
    context.sendAfter({ seconds: 1 }, context.self, message);
    // @ts-expect-error a message is not to be changed
    message.typename = "shop/Other";
    // @ts-expect-error only bytes that arrived can be opened
    AddItem.from("shop/AddItem");
    // @ts-expect-error a typed value has no bytes to open: it is open
    AddItem.from(tea);
  },
});

// A message can be put together by hand, all three parts of it.
fits<Message>({ typename: "shop/Other", hasValue: true, bytes: new Uint8Array(0) });
// @ts-expect-error whether there is a value is part of it
fits<Message>({ typename: "shop/Other", bytes: new Uint8Array(0) });
