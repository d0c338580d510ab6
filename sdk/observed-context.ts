import type { Address } from "./address.js";
import type { SendAfterOptions, SendOptions } from "./context.js";
import type { Duration } from "./duration.js";
import { egressWriter } from "./egress/egress.js";
import type { Headers } from "./headers.js";
import { checkedHeaders, noHeaders } from "./headers.js";
import type { ContextScope } from "./invocation-context.js";
import { InvocationContext } from "./invocation-context.js";
import { ReceivedMessage } from "./values/message.js";
import type { InvocationView } from "./wire/request.js";

/** Decides the headers of a message to an address; the very list it is given where they are to stay as they are. */
export type OutgoingHeaders = (headers: Headers) => Headers;

/**
 * The context of an invocation whose messages an observer gives headers to. A class of its own, so that sends cost
 * nothing more where there is no such observer.
 */
export class ObservedContext extends InvocationContext {
  readonly #outgoing: OutgoingHeaders;

  constructor(batch: ContextScope, invocation: InvocationView, outgoing: OutgoingHeaders) {
    super(batch, invocation);
    this.#outgoing = outgoing;
  }

  override send(target: unknown, message: unknown, options?: SendOptions): void {
    // Records leave the cluster: their headers are between the author and who reads them.
    if (typeof target === "object" && target !== null && egressWriter(target) !== undefined) {
      super.send(target, message, options);
      return;
    }
    const observed = this.#observed(message, options);
    super.send(target, observed.message, observed.options);
  }

  override sendAfter(delay: Duration, target: Address, message: unknown, options?: SendAfterOptions): void {
    const observed = this.#observed(message, options);
    super.sendAfter(delay, target, observed.message, observed.options);
  }

  /** The message and the options that carry the headers as the observer wants them. */
  #observed<O extends SendOptions>(
    message: unknown,
    options: O | undefined,
  ): { readonly message: unknown; readonly options: O | undefined } {
    const given = checkedHeaders(options?.headers);
    const received =
      given === undefined && typeof message === "object" && message !== null
        ? ReceivedMessage.headers(message)
        : undefined;
    const before = given ?? received ?? noHeaders;
    const after = this.#outgoing(before);
    if (after === before) return { message, options };
    if (received === undefined) return { message, options: { ...options, headers: after } as O };
    return { message: ReceivedMessage.withHeaders(message as ReceivedMessage, after), options };
  }
}
