import { io } from "statefun/proto";
import {
  addItemTypename,
  cartTypename,
  intTypename,
  namespace,
  type AddItem,
  type Cart,
  type CartItem,
  type Work,
} from "./contract.js";

const { ToFunction } = io.statefun.sdk.reqreply;
const { IntWrapper } = io.statefun.sdk.types;

/** Requests for one kind of work go to this many addresses in turn: no contestant gains by remembering the last id. */
export const addressCount = 8;

/** Enough items for a cart of about 8 kB of JSON. */
const itemCount = 170;

export function idAt(address: number): string {
  return `customer-${(4711 + address).toString()}`;
}

/** The count that the state of `counter` and `relay` holds when the request arrives. */
export function countAt(address: number): number {
  return 1000 + address;
}

/** What every message of `counter` and `relay` asks to be added. */
const increment = 1;

/** The cart that the state of `cart` holds when the request arrives. */
export function cartAt(address: number): Cart {
  const items = Array.from({ length: itemCount }, (_, index): CartItem => {
    const number = (index * 37 + address).toString().padStart(5, "0");
    return { sku: `sku-${number}`, quantity: (index % 5) + 1, price: index + 0.95 };
  });
  return { owner: idAt(address), n: 0, last: "none", items };
}

/** The message that `cart` gets as its invocation number `index`. */
export function addItemAt(index: number): AddItem {
  return { sku: `sku-${(index % 1000).toString().padStart(5, "0")}`, quantity: (index % 3) + 1 };
}

/**
 * The requests of one kind of work, one for each address: a target, the state it holds, and a batch of messages as an
 * ingress sends them (no caller).
 */
export function requestsFor(work: Work): Uint8Array[] {
  return Array.from({ length: addressCount }, (_, address) =>
    ToFunction.encode({
      invocation: {
        target: { namespace, type: work.name, id: idAt(address) },
        state: [stateAt(work, address)],
        invocations: Array.from({ length: work.batch }, (_, index) => ({
          argument: argumentAt(work, index),
        })),
      },
    }).finish(),
  );
}

type PersistedValue = io.statefun.sdk.reqreply.ToFunction.PersistedValue.$Properties;
type TypedValue = io.statefun.sdk.reqreply.TypedValue.$Properties;

function stateAt(work: Work, address: number): PersistedValue {
  return isCart(work)
    ? { stateName: "cart", stateValue: json(cartTypename, cartAt(address)) }
    : { stateName: "count", stateValue: int(countAt(address)) };
}

function argumentAt(work: Work, index: number): TypedValue {
  return isCart(work) ? json(addItemTypename, addItemAt(index)) : int(increment);
}

export function isCart(work: Work): boolean {
  return work.name === "cart" || work.name === "cart-zod";
}

function int(value: number): TypedValue {
  return { typename: intTypename, hasValue: true, value: IntWrapper.encode({ value }).finish() };
}

function json(typename: string, value: unknown): TypedValue {
  return { typename, hasValue: true, value: Buffer.from(JSON.stringify(value)) };
}
