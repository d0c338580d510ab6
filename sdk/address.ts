import { quoted } from "./quoted.js";
import type { TypedValue } from "./values/typed-value.js";

declare const accepts: unique symbol;

/**
 * Something a message can be sent to: an address or an egress. `M` is what it accepts; it exists for the compiler
 * only and costs nothing at run time.
 */
export interface Target<M> {
  /** The typename of the function or egress. */
  readonly typename: string;
  /** Never present: carries `M` for the compiler. */
  readonly [accepts]?: (message: M) => void;
}

/**
 * The logical address of one function instance: a function's typename and an id. Plain data, comparable with
 * `toEqual`. `M` is the union of messages it accepts; an address of unknown origin accepts anything.
 */
// `any` is the one type that both accepts every message and can be narrowed to a typed address later.
export interface Address<M extends TypedValue = any> extends Target<M> {
  /** Which instance; may be the empty string, never `undefined`. */
  readonly id: string;
}

/** Whether two addresses name the same function instance. */
export function sameAddress(a: Address, b: Address): boolean {
  return a.id === b.id && a.typename === b.typename;
}

/** An address as people read it: `shop/cart "alice"`; quoted because an id can hold anything. */
export function printAddress(address: Address): string {
  return `${address.typename} ${quoted(address.id)}`;
}
