/** Whether two types are one and the same; `any` is the same as nothing but itself. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only for a value whose type is exactly `T`: `exactly<bigint>()(amount)`. */
export declare function exactly<T>(): <const V>(value: V, ...proof: Same<T, V> extends true ? [] : [T]) => T;

/** Compiles for a value that can stand where a `T` is wanted. */
export declare function fits<T>(value: T): T;
