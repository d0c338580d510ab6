import type { Address } from "./address.js";
import { addressOf } from "./address-fields.js";
import type { Context, SendAfterOptions, SendOptions } from "./context.js";
import type { Duration } from "./duration.js";
import type { Effects } from "./effects.js";
import type { Headers } from "./headers.js";
import { noHeaders } from "./headers.js";
import type { BatchScope } from "./storage/value.js";
import type { InvocationView } from "./wire/request.js";

/** What a context needs of its batch. */
export interface ContextScope extends BatchScope {
  readonly effects: Effects;
  readonly storage: object;
  readonly signal: AbortSignal;
}

/**
 * The context of one invocation. Each invocation has its own, so that work which outlives its handler never sees
 * another message's caller.
 */
export class InvocationContext implements Context {
  readonly #batch: ContextScope;
  readonly #invocation: InvocationView;

  constructor(batch: ContextScope, invocation: InvocationView) {
    this.#batch = batch;
    this.#invocation = invocation;
  }

  get self(): Address {
    return this.#batch.self;
  }

  get caller(): Address | undefined {
    const caller = this.#invocation.caller();
    return caller === undefined ? undefined : addressOf(caller);
  }

  get headers(): Headers {
    return this.#invocation.hasHeaders ? Object.freeze(this.#invocation.headers()) : noHeaders;
  }

  get storage(): object {
    return this.#batch.storage;
  }

  get signal(): AbortSignal {
    return this.#batch.signal;
  }

  send(target: unknown, message: unknown, options?: SendOptions): void {
    this.#batch.assertOpen();
    this.#batch.effects.send(target, message, options);
  }

  sendAfter(delay: Duration, target: Address, message: unknown, options?: SendAfterOptions): void {
    this.#batch.assertOpen();
    this.#batch.effects.sendAfter(delay, target, message, options);
  }

  cancelDelayedMessage(cancellationToken: string): void {
    this.#batch.assertOpen();
    this.#batch.effects.cancelDelayedMessage(cancellationToken);
  }
}
