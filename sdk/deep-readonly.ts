type Primitive = string | number | bigint | boolean | symbol | null | undefined;

/**
 * `T` with every property, element and entry read-only, however deep. Functions, dates and byte arrays stay as they
 * are; `any` and `unknown` too.
 */
export type DeepReadonly<T> = 0 extends 1 & T
  ? T
  : T extends Primitive | ((...args: never[]) => unknown) | Date | Uint8Array
    ? T
    : T extends ReadonlyMap<infer K, infer V>
      ? ReadonlyMap<DeepReadonly<K>, DeepReadonly<V>>
      : T extends ReadonlySet<infer V>
        ? ReadonlySet<DeepReadonly<V>>
        : T extends readonly (infer E)[]
          ? DeepReadonlyArray<T, E>
          : T extends object
            ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
            : T;

/** Tuples are mapped; arrays are written out, because a mapped array has no end where `T` holds itself, as JSON does. */
type DeepReadonlyArray<T extends readonly unknown[], E> = number extends T["length"]
  ? readonly DeepReadonly<E>[]
  : { readonly [K in keyof T]: DeepReadonly<T[K]> };
