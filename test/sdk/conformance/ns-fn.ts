import type {
  AnyStatefulFunction,
  AnyType,
  Context,
  Message,
  MessageOf,
  Storage,
  StorageSpecs,
  TypedValue,
  Value,
} from "statefun";
import { functionType, statefulFunction, types } from "statefun";

/** The function type of the golden requests. */
export const Fn = functionType("ns/fn", [types.string]);

/** The function type that golden answers send to. */
export const T = functionType("ns/t", [types.int]);

type FnContext<S extends StorageSpecs> = Context<MessageOf<typeof types.string>, Storage<S>>;

/** A handler of `ns/fn`: what it does with the text it receives. */
export type FnHandler<S extends StorageSpecs> = (
  context: FnContext<S>,
  text: string,
) => void | PromiseLike<void>;

/** Implements `ns/fn`. */
export function fn<S extends StorageSpecs>(storage: S, handle: FnHandler<S>): AnyStatefulFunction {
  return statefulFunction(Fn, {
    storage,
    on: { [types.string.typename]: (context, text) => handle(context, text) as void | Promise<void> },
  });
}

/** Implements `ns/fn` without accepting anything: every message goes to `otherwise`. */
export function fnOtherwise<S extends StorageSpecs>(
  storage: S,
  otherwise: (context: Context<never, Storage<S>>, message: Message) => void | Promise<void>,
): AnyStatefulFunction {
  return statefulFunction(functionType("ns/fn", []), { storage, on: {}, otherwise });
}

/** Implements `ns/fn` for one type whatever it is, with a state `held` of the same type. */
export function fnOf(
  type: AnyType,
  handle: (context: Context<TypedValue, { readonly held: Value<unknown> }>, value: unknown) => void,
): AnyStatefulFunction {
  return statefulFunction(functionType("ns/fn", [type]), {
    storage: { held: type },
    on: { [type.typename]: handle },
  });
}

type SyncHandler<C, M> = (context: C, message: M) => void;
type AnyHandler<C, M> = (context: C, message: M) => void | Promise<void>;

/** A way to write a handler. */
export type Way = <C, M>(handle: SyncHandler<C, M>) => AnyHandler<C, M>;

function synchronous<C, M>(handle: SyncHandler<C, M>): AnyHandler<C, M> {
  return handle;
}

function asynchronous<C, M>(handle: SyncHandler<C, M>): AnyHandler<C, M> {
  return async (context, message) => {
    await Promise.resolve();
    handle(context, message);
    await Promise.resolve();
  };
}

/** The two ways: a handler is done when it returns, or is waited for. */
export const ways: readonly (readonly [name: string, way: Way])[] = [
  ["a synchronous handler", synchronous],
  ["an asynchronous handler", asynchronous],
];
