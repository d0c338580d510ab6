import { StateFunError } from "./errors.js";
import type { Headers } from "./headers.js";
import { checkedHeaders, noHeaders } from "./headers.js";
import type { ObservedBatch, ObservedInvocation, Observer } from "./observer.js";
import { isThenable, observed } from "./observer.js";
import type { FailureSite } from "./request-reply-handler.js";
import { describeValue } from "./values/codec.js";

/** Told of what an observer itself threw. */
export type ObserverFailed = (error: StateFunError) => void;

type Run<R> = () => R;
type Wrap<I, R> = (info: I, run: Run<R>, failed: ObserverFailed) => R;

/**
 * The observers of a handler as one. A method that no observer has is `undefined`, so that whoever would call it does
 * nothing for it; each observer's own failures stay its own.
 */
export interface Observers {
  readonly batch: Wrap<ObservedBatch, Uint8Array | Promise<Uint8Array>> | undefined;
  readonly invocation: Wrap<ObservedInvocation, void | Promise<void>> | undefined;
  readonly outgoingHeaders:
    ((invocation: ObservedInvocation, headers: Headers, failed: ObserverFailed) => Headers) | undefined;
  readonly failure:
    ((error: StateFunError, site: FailureSite, failed: (error: unknown) => void) => void) | undefined;
}

const methods = ["batch", "invocation", "outgoingHeaders", "failure"] as const;

/**
 * Puts observers together, the first outermost; `undefined` if there is none.
 *
 * @throws StateFunError `invalid-argument` if one of them is no observer
 */
export function observersOf(given: Observer | readonly Observer[] | undefined): Observers | undefined {
  if (given === undefined) return undefined;
  const isList = Array.isArray(given);
  const list = (isList ? given : [given]) as readonly Observer[];
  list.forEach((observer, i) => {
    checkObserver(observer, isList ? `observe[${String(i)}]` : "observe");
  });
  if (list.length === 0) return undefined;
  return {
    batch: nested(
      "the observer of batches",
      list.flatMap((observer) =>
        observer.batch === undefined ? [] : [(info, run) => observer.batch?.(info, run)],
      ),
    ),
    invocation: nested(
      "the observer of invocations",
      list.flatMap((observer) =>
        observer.invocation === undefined ? [] : [(info, run) => observer.invocation?.(info, run)],
      ),
    ),
    outgoingHeaders: chained(list.filter((observer) => observer.outgoingHeaders !== undefined)),
    failure: each(list.filter((observer) => observer.failure !== undefined)),
  };
}

function checkObserver(observer: unknown, what: string): void {
  if (typeof observer !== "object" || observer === null) {
    throw new StateFunError(
      "invalid-argument",
      `${what} is ${describeValue(observer)}, not an object: write { batch(info, run) { … }, invocation(info, run) { … } }`,
    );
  }
  for (const name of methods) {
    const method = (observer as Readonly<Record<string, unknown>>)[name];
    if (method === undefined || typeof method === "function") continue;
    throw new StateFunError(
      "invalid-argument",
      `${what}.${name} is ${describeValue(method)}, not a function: leave it out or write ${name}(…) { … }`,
    );
  }
}

/** Wraps one in the other. Each is run as if it were alone around what lies inside it. */
function nested<I, R>(
  where: string,
  wraps: readonly ((info: I, run: Run<R>) => unknown)[],
): Wrap<I, R> | undefined {
  return wraps.reduceRight<Wrap<I, R> | undefined>((inner, wrap) => {
    return (info, run, failed) =>
      observed(
        (watched) => wrap(info, watched),
        inner === undefined ? run : () => inner(info, run, failed),
        (error) => {
          failed(StateFunError.from(error, where));
        },
      );
  }, undefined);
}

/** Asks one after the other, each about the headers that the one before it decided. */
function chained(list: readonly Observer[]): Observers["outgoingHeaders"] {
  if (list.length === 0) return undefined;
  return (invocation, headers, failed) => {
    let decided = headers;
    for (const observer of list) {
      try {
        const returned: Headers | undefined = observer.outgoingHeaders?.(invocation, decided);
        // Nothing returned changes nothing: JavaScript forgets easily.
        if (returned !== undefined && returned !== decided) decided = checkedHeaders(returned) ?? noHeaders;
      } catch (error) {
        failed(StateFunError.from(error, "the observer of outgoing headers"));
      }
    }
    return decided;
  };
}

/** Tells all of them, whatever one of them does. */
function each(list: readonly Observer[]): Observers["failure"] {
  if (list.length === 0) return undefined;
  return (error, site, failed) => {
    for (const observer of list) {
      try {
        const returned: unknown = observer.failure?.(error, site);
        if (isThenable(returned)) returned.then(undefined, failed);
      } catch (thrown) {
        failed(thrown);
      }
    }
  };
}
