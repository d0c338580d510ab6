import type { Context } from "./context.js";
import { StateFunError } from "./errors.js";
import type { AcceptedMessage, FunctionType } from "./function-type.js";
import type { Storage, StorageLayout } from "./storage/storage.js";
import { storageLayout } from "./storage/storage.js";
import type { StorageSpecs, ValueSpec } from "./storage/value-spec.js";
import { parseTypename } from "./typename.js";
import type { Codec } from "./values/codec.js";
import { describeValue } from "./values/codec.js";
import type { Message } from "./values/message.js";
import type { AnyType, ValueOf } from "./values/type.js";
import { codecOf } from "./values/type.js";
import { rememberName } from "./wire/text.js";

/**
 * A handler for each accepted type, keyed by its typename: `[AddItem.typename](context, item) { … }`.
 *
 * A handler may return a promise, or anything with a `then`; the next invocation of the batch waits for it.
 */
export type Handlers<A extends readonly AnyType[], Cells> = {
  readonly [N in A[number]["typename"]]: (
    this: void,
    context: Context<AcceptedMessage<A>, Cells>,
    value: ValueOf<Extract<A[number], { readonly typename: N }>>,
  ) => void | Promise<void>;
};

/** The handler of messages that the function does not declare. */
export type Otherwise<A extends readonly AnyType[], Cells> = (
  this: void,
  context: Context<AcceptedMessage<A>, Cells>,
  message: Message,
) => void | Promise<void>;

/** How a function type is implemented. */
export interface Implementation<A extends readonly AnyType[], S extends StorageSpecs> {
  /** The state values of each address; none if left out. */
  readonly storage?: S;
  /** A handler for every accepted type, and for no other. */
  readonly on: Handlers<A, Storage<S>>;
  /** Handles every other message; without it such a message fails its batch with `unhandled-message`. */
  readonly otherwise?: Otherwise<A, Storage<S>>;
}

/** A function that can be served, whatever its types: what it is called, what it accepts, and what it keeps. */
export interface AnyStatefulFunction {
  /** The typename of the function type that it implements. */
  readonly typename: string;
  /** The types of the messages it accepts. */
  readonly accepts: readonly AnyType[];
  /** Whether it handles messages of any other type, too: it has an `otherwise`. */
  readonly acceptsOthers: boolean;
  /** The value specs of its state values, by name. */
  readonly storage: Readonly<Record<string, ValueSpec>>;
}

/** An implemented function type, ready to be served by `requestReplyHandler`. */
export interface StatefulFunction<
  N extends string,
  A extends readonly AnyType[],
  S extends StorageSpecs,
> extends AnyStatefulFunction {
  /** The function type that it implements. */
  readonly type: FunctionType<N, A>;
  readonly typename: N;
  readonly accepts: A;
  /** Never present: the storage as it was declared, for the compiler. */
  readonly [declaredStorage]?: S;
}

declare const declaredStorage: unique symbol;

/** The storage of a function that declares none. Not a record of strings: that would have state values of any name. */
export type NoStorage = Readonly<Record<symbol, never>>;

/** A handler that has lost its types: what the batch calls. */
export type AnyHandler = (this: void, context: Context, value: unknown) => unknown;

/** The handler of one accepted type. */
export interface TypeHandler {
  readonly codec: Codec<unknown>;
  readonly handle: AnyHandler;
}

/** A function prepared for serving. */
export interface PreparedFunction {
  readonly typename: string;
  readonly namespace: string;
  readonly name: string;
  readonly layout: StorageLayout;
  readonly handlers: ReadonlyMap<string, TypeHandler>;
  readonly otherwise: AnyHandler | undefined;
  /** The handler that ran last. */
  lastHandler: TypeHandler | undefined;
}

const preparedKey: unique symbol = Symbol("prepared");

/**
 * Implements a function type: its storage, and a handler for each type that it accepts.
 *
 * @throws StateFunError `invalid-argument` if `type` is not a function type, a handler is missing, is for a type that is
 * not accepted, or is not a function, or a state value has a bad name or declaration
 */
export function statefulFunction<
  const N extends string,
  const A extends readonly AnyType[],
  S extends StorageSpecs = NoStorage,
>(type: FunctionType<N, A>, implementation: Implementation<A, S>): StatefulFunction<N, A, S> {
  const prepared = prepare(
    type,
    implementation as unknown as Implementation<readonly AnyType[], StorageSpecs>,
  );
  const made: StatefulFunction<N, A, S> = {
    type,
    typename: type.typename,
    accepts: type.accepts,
    acceptsOthers: prepared.otherwise !== undefined,
    storage: prepared.layout.specs,
  };
  Object.defineProperty(made, preparedKey, { value: prepared });
  return Object.freeze(made);
}

/** The prepared form of a function, or `undefined` if `made` is not one. */
export function preparedFunction(made: unknown): PreparedFunction | undefined {
  if (typeof made !== "object" || made === null) return undefined;
  return (made as { readonly [preparedKey]?: PreparedFunction })[preparedKey];
}

/** Whether `value` is what {@link statefulFunction} returned: for tools that look for functions in modules. */
export function isStatefulFunction(value: unknown): value is AnyStatefulFunction {
  return preparedFunction(value) !== undefined;
}

function prepare(
  type: Pick<FunctionType, "typename" | "accepts">,
  implementation: Implementation<readonly AnyType[], StorageSpecs>,
): PreparedFunction {
  if (!Array.isArray((type as Partial<typeof type> | undefined)?.accepts)) {
    throw new StateFunError(
      "invalid-argument",
      `statefulFunction was given ${describeValue(type)}, which is not a function type: pass what functionType(…) returned`,
    );
  }
  const { typename } = type;
  const on = (implementation as Partial<typeof implementation> | undefined)?.on as
    Readonly<Record<string, unknown>> | undefined;
  if (on === undefined) {
    throw invalid(typename, "has no handlers: give it on: { [Type.typename](context, value) { … } }");
  }
  const handlers = new Map<string, TypeHandler>();
  for (const accepted of type.accepts) {
    const codec = codecOf(accepted);
    if (codec !== undefined)
      handlers.set(codec.typename, { codec, handle: handlerOf(typename, on, codec.typename) });
  }
  for (const key of Object.keys(on)) {
    if (handlers.has(key)) continue;
    throw invalid(typename, `has a handler for ${JSON.stringify(key)}, which it does not accept`);
  }
  const otherwise: unknown = implementation.otherwise;
  if (otherwise !== undefined && typeof otherwise !== "function") {
    throw invalid(typename, `has ${describeValue(otherwise)} as otherwise, not a function`);
  }
  const { namespace, name } = parseTypename(typename);
  rememberName(namespace);
  rememberName(name);
  return {
    typename,
    namespace,
    name,
    layout: storageLayout(typename, implementation.storage ?? {}),
    handlers,
    otherwise: otherwise as AnyHandler | undefined,
    lastHandler: undefined,
  };
}

function handlerOf(typename: string, on: Readonly<Record<string, unknown>>, accepted: string): AnyHandler {
  const handler = Object.hasOwn(on, accepted) ? on[accepted] : undefined;
  if (typeof handler === "function") return handler as AnyHandler;
  throw invalid(
    typename,
    `accepts ${accepted} and has no handler for it: add [Type.typename](context, value) { … }`,
  );
}

function invalid(typename: string, problem: string): StateFunError {
  return new StateFunError("invalid-argument", `${typename} ${problem}`, { typename });
}
