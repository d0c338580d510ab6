import type { StateFunError } from "./errors.js";
import type { AnyStatefulFunction } from "./stateful-function.js";

/**
 * Tells a batch that nobody waits for its answer any more. An `AbortSignal` is one; a host that knows of hang-ups by
 * cheaper means need not make a signal for every request.
 */
export interface HangUpSignal {
  /** Whether whoever waited is gone already. */
  readonly aborted: boolean;
  /** Calls `listener` once whoever waits is gone. */
  addEventListener(type: "abort", listener: () => void): void;
  /** Forgets `listener`. */
  removeEventListener(type: "abort", listener: () => void): void;
}

/** What one call of {@link RequestReplyHandler.handle} may be given beside the request's bytes. */
export interface HandleOptions {
  /**
   * Aborts when whoever waits for the answer is gone. The batch then fails with `client-disconnected`, its effects
   * are dropped, and `context.signal` aborts. Read only if the batch cannot be answered synchronously.
   */
  readonly signal?: HangUpSignal | undefined;
}

/** The address a failure belongs to, as far as it is known when it is reported. */
export interface FailureSite {
  /** The typename of the function whose batch failed. */
  readonly typename?: string | undefined;
  /** The id of the function whose batch failed. */
  readonly id?: string | undefined;
}

/** Functions behind one endpoint: the bytes of a `ToFunction` in, the bytes of a `FromFunction` out. */
export interface RequestReplyHandler {
  /**
   * Runs one batch. The answer is a promise only if a handler of the batch returned one.
   *
   * A failure has already been reported to `onError` when this throws or rejects; whoever calls only turns the
   * error's `code` into an answer, and no effect of the batch is in it.
   *
   * @param request - the serialized `ToFunction`; it must not change until the batch is answered
   * @returns the serialized `FromFunction`: possibly a view on a buffer that holds other answers too, so use the view,
   * never its `buffer`
   * @throws StateFunError with one of the codes of {@link StateFunErrorCode}; asynchronous batches reject with it
   */
  handle(request: Uint8Array, options?: HandleOptions): Uint8Array | Promise<Uint8Array>;

  /** The functions served, in the order they were given: typename, accepted types and value specs, for tools. */
  readonly functions: readonly AnyStatefulFunction[];

  /** The largest request body an adapter may read, in bytes. */
  readonly maxRequestBytes: number;

  /**
   * Hands a failure that arose outside `handle` to `onError`: for adapters, which answer before a batch exists.
   * Never throws, whatever `onError` does.
   */
  report(error: StateFunError, site?: FailureSite): void;
}
