import type { Address } from "./address.js";
import type { StateFunError } from "./errors.js";
import type { Headers } from "./headers.js";
import type { FailureSite } from "./request-reply-handler.js";

/** A batch as an observer sees it. */
export interface ObservedBatch {
  /** The typename and id that the batch is for: the same object as in the batch's invocations, so a key for both. */
  readonly self: Address;
  /** The number of messages in it. */
  readonly invocations: number;
  /** The size of the request, in bytes. */
  readonly requestBytes: number;
  /** The headers of each message, in order; read from the request each time they are asked for. */
  readonly messageHeaders: readonly Headers[];
}

/** One invocation of a batch as an observer sees it. */
export interface ObservedInvocation {
  /** The typename and id that the message is for. */
  readonly self: Address;
  /** Who sent it. */
  readonly caller: Address | undefined;
  /** The typename of the message. */
  readonly typename: string;
  /** The message's headers. */
  readonly headers: Headers;
}

/**
 * Watches batches and invocations, for metrics and spans. `batch` and `invocation` are given `run`, call it, and return
 * what it returned; what `run` throws or rejects with is a `StateFunError`. The outcome is decided by `run` alone: an
 * observer that throws is reported to `onError` and changes nothing else. `run` is to be called before anything is
 * awaited: otherwise it runs without the observer.
 */
export interface Observer {
  /**
   * Wraps a batch: `run` returns the answer's bytes, or a promise of them.
   *
   * @throws StateFunError that `run` threw, passed on
   */
  batch?(batch: ObservedBatch, run: () => Uint8Array | Promise<Uint8Array>): Uint8Array | Promise<Uint8Array>;
  /**
   * Wraps an invocation: `run` calls the handler, and returns a promise if the handler did.
   *
   * @throws StateFunError that `run` threw, passed on
   */
  invocation?(invocation: ObservedInvocation, run: () => void | Promise<void>): void | Promise<void>;
  /**
   * Decides the headers of each message that a handler sends to an address, delayed ones included, at the call and in
   * the handler's own asynchronous context. Egress records are not asked about.
   *
   * @param invocation - the invocation that sends: the very object that `invocation` is given
   * @param headers - the headers that the author gave, or those of a received message that is sent on
   * @returns the headers to send; `headers` itself leaves the message as it is, bit for bit
   */
  outgoingHeaders?(invocation: ObservedInvocation, headers: Headers): Headers;
  /** Told of each failure that `onError` is told of, before it: also of requests that never became a batch. */
  failure?(error: StateFunError, site: FailureSite): void;
}

/** Whether something is to be waited for: a promise, or anything else with a `then`. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === "object" && value !== null) || typeof value === "function") &&
    typeof (value as { readonly then?: unknown }).then === "function"
  );
}

/**
 * Calls `run` through a wrapper of the observer's. The result is `run`'s own, whatever the wrapper returns; `failed` is
 * told of what the wrapper itself threw.
 */
export function observed<R>(
  wrap: (run: () => R) => unknown,
  run: () => R,
  failed: (error: unknown) => void,
): R {
  let outcome: { readonly value: R } | { readonly error: unknown } | undefined;
  const watched = (): R => {
    if (outcome === undefined) {
      try {
        outcome = { value: run() };
      } catch (error) {
        outcome = { error };
      }
    }
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  };
  try {
    const returned = wrap(watched);
    if (isThenable(returned)) returned.then(undefined, reportOwn);
  } catch (error) {
    reportOwn(error);
  }
  return watched();

  /** Passes on what the wrapper threw, unless it is what `run` threw or rejected with. */
  function reportOwn(error: unknown): void {
    if (outcome !== undefined && "error" in outcome && outcome.error === error) return;
    const value = outcome !== undefined && "value" in outcome ? outcome.value : undefined;
    if (!isThenable(value)) {
      failed(error);
      return;
    }
    value.then(
      () => {
        failed(error);
      },
      (own: unknown) => {
        if (own !== error) failed(error);
      },
    );
  }
}
