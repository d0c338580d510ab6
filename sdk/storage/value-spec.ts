import type { Duration } from "../duration.js";
import { durationMillis } from "../duration.js";
import { StateFunError } from "../errors.js";
import { describeValue } from "../values/codec.js";
import type { AnyType, Type } from "../values/type.js";
import { codecOf } from "../values/type.js";

/** When the cluster forgets a state value: so long after it was written, or after the function was last called. */
export interface Expiration {
  /** What starts the time anew: a write, or any call of the function at the address. */
  readonly mode: "after-write" | "after-call";
  /** Whole milliseconds, at least one. */
  readonly millis: number;
}

/** What is declared of a state value: its type, and when it expires. */
export interface ValueSpec<T = unknown> {
  /** The type of the value. */
  readonly type: Type<string, T>;
  /** When it expires; `undefined` for never. */
  readonly expiration: Expiration | undefined;
}

/** One of the two expirations; a value cannot have both. */
export type ExpirationOptions =
  | {
      /** Forgotten this long after it was created or last set. */
      readonly expireAfterWrite: Duration;
      readonly expireAfterCall?: never;
    }
  | {
      /** Forgotten this long after the function was last called at its address, whether it used the value or not. */
      readonly expireAfterCall: Duration;
      readonly expireAfterWrite?: never;
    };

/** Any value spec at all, for constraints. */
// A spec takes and returns its value, so only `any` stands above all of them.
export type AnyValueSpec = ValueSpec<any>;

/** State values by name; a bare type is a value that never expires. */
export type StorageSpecs = Readonly<Record<string, AnyValueSpec | AnyType>>;

/** The value that a spec or a bare type declares. */
export type SpecValue<S> = S extends ValueSpec<infer T> ? T : S extends Type<string, infer T> ? T : never;

/**
 * Declares a state value.
 *
 * Expiry is the cluster's: it shows as a missing value in a later batch, at the granularity of milliseconds. A running
 * cluster keeps the expiration that it saw first; adding one to a stored value or taking it away fails the job after
 * a restart, so choose before the first deployment.
 *
 * @throws StateFunError `invalid-argument` if `type` is not a type, both expirations are given, or one is below 1 ms
 *
 * Source: PersistedValueSpec in request-reply.proto; ExpirationUtil.java of the cluster.
 */
export function valueSpec<T>(type: Type<string, T>, options?: ExpirationOptions): ValueSpec<T> {
  if (codecOf(type) === undefined) {
    throw new StateFunError(
      "invalid-argument",
      `a value spec needs a type, not ${describeValue(type)}: pass types.int, jsonType(…) and the like`,
    );
  }
  return Object.freeze({ type, expiration: options === undefined ? undefined : expirationOf(options) });
}

function expirationOf(options: ExpirationOptions): Expiration | undefined {
  const { expireAfterWrite, expireAfterCall } = options as Partial<Record<string, Duration>>;
  if (expireAfterWrite !== undefined && expireAfterCall !== undefined) {
    throw new StateFunError(
      "invalid-argument",
      "a value spec has expireAfterWrite and expireAfterCall: a state value expires in one way only",
    );
  }
  for (const option in options) {
    if (option === "expireAfterWrite" || option === "expireAfterCall") continue;
    throw new StateFunError(
      "invalid-argument",
      `a value spec has no option ${JSON.stringify(option)}: the two are expireAfterWrite and expireAfterCall`,
    );
  }
  if (expireAfterWrite !== undefined) return expiration("after-write", expireAfterWrite);
  return expireAfterCall === undefined ? undefined : expiration("after-call", expireAfterCall);
}

function expiration(mode: Expiration["mode"], duration: Duration): Expiration {
  const millis = durationMillis(duration, "expiration of a state value");
  if (millis >= 1) return Object.freeze({ mode, millis });
  throw new StateFunError(
    "invalid-argument",
    "the expiration of a state value is below 1 ms, which fails the job: leave it out for a value that never expires",
  );
}

/** Names that the cluster keeps for itself beside the states of each function; using one kills the job. */
const reservedNames: ReadonlySet<string> = new Set(["batch", "request-state"]);

/**
 * Checks the name of a state value: letters, digits and underscores, not beginning with a digit.
 *
 * @throws StateFunError `invalid-argument` for any other name, and for the two that the cluster keeps for itself
 *
 * Source: the name rules of the Java and Go SDKs; RequestReplyFunction.java for the reserved names.
 */
export function checkStateName(name: string, typename: string): void {
  if (reservedNames.has(name)) {
    throw new StateFunError(
      "invalid-argument",
      `${typename} has a state value named ${JSON.stringify(name)}, a name that the cluster uses itself; the job would fail`,
      { typename, stateName: name },
    );
  }
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new StateFunError(
      "invalid-argument",
      `${typename} has a state value named ${JSON.stringify(name)}: use letters, digits and underscores, beginning with no digit`,
      { typename, stateName: name },
    );
  }
}
