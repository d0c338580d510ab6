import type { Address, Target } from "./address.js";
import type { Duration } from "./duration.js";
import type { Egress } from "./egress/egress.js";
import type { Headers } from "./headers.js";
import type { Message } from "./values/message.js";
import type { TypedValue } from "./values/typed-value.js";

/** Where `send` sends to: an address or an egress. `M` is what it accepts. */
export type Destination<M> = (Target<M> & { readonly id: string }) | Egress<M>;

/** What may accompany a message. */
export interface SendOptions {
  /** The message's headers, in order; for a received message that is sent on, they replace its own. */
  readonly headers?: Headers | undefined;
}

/** What may accompany a delayed message. */
export interface SendAfterOptions extends SendOptions {
  /**
   * Names the message until it is delivered or cancelled. Tokens are kept per *id of the sending function*, whatever
   * its typename, so prefix them with your own.
   */
  readonly cancellationToken?: string | undefined;
}

/**
 * What a handler sees of the invocation it runs for: who it is, who sent the message, its state, and ways to send.
 * Everything sent and stored leaves only if the whole batch succeeds.
 *
 * `Self` is the union of messages that the function accepts, `Cells` its storage. A function of yours that takes any
 * handler's context declares it as `Context`, without either; `any` is what every handler's context fits. The methods belong to the context: call them on it.
 */
export interface Context<Self extends TypedValue = any, Cells = object> {
  /** The address that this invocation is for. */
  readonly self: Address<Self>;

  /** Who sent the message; `undefined` for one from an ingress. Untyped, because the protocol does not say what a caller accepts. */
  readonly caller: Address | undefined;

  /** The message's headers; none unless its sender, or a fork of StateFun that supports them, wrote some. */
  readonly headers: Headers;

  /** The state values of this address, by the names that the function declares. */
  readonly storage: Cells;

  /** Aborts when nobody waits for the answer any more: the caller hung up, or `batchTimeout` has passed. */
  readonly signal: AbortSignal;

  /**
   * Sends `message` to an address, or a record to an egress. It is encoded now: changing the object afterwards changes
   * nothing. A received message is repeated bit for bit.
   *
   * Messages from one address to another arrive in the order they were sent; between different targets, and between
   * messages and egress records, no order is promised.
   *
   * @throws StateFunError `invalid-argument` if the target or the message is not one
   * @throws StateFunError `serialization` if the message cannot be encoded
   * @throws StateFunError `context-closed` if the batch has already been answered
   *
   * Source: FromFunction.Invocation and EgressMessage in request-reply.proto.
   */
  send<M>(target: Destination<M>, message: NoInfer<M> | Message, options?: SendOptions): void;

  /**
   * Sends `message` to `target` once `delay` has passed on the cluster's clock (processing time).
   *
   * `delay` is rounded down to whole milliseconds; zero is allowed. On delivery the caller is this address. There is
   * no delayed egress record: send yourself a message.
   *
   * @throws StateFunError `invalid-argument` if the delay is negative, the token is empty, or the token is pending
   * from an earlier `sendAfter` of this batch
   * @throws StateFunError `serialization` if the message cannot be encoded
   * @throws StateFunError `context-closed` if the batch has already been answered
   *
   * Source: DelayedInvocation in request-reply.proto; FlinkStateDelayedMessagesBuffer.java (a second pending message
   * with the same token fails the job).
   */
  sendAfter<M extends TypedValue>(
    delay: Duration,
    target: Address<M>,
    message: NoInfer<M> | Message,
    options?: SendAfterOptions,
  ): void;

  /**
   * Cancels the delayed message that `cancellationToken` names. An unknown token is not an error, nor is one whose
   * message has been delivered; a message that was handed over already still arrives.
   *
   * @throws StateFunError `invalid-argument` if the token is empty
   * @throws StateFunError `context-closed` if the batch has already been answered
   *
   * Source: DelayedInvocation.is_cancellation_request in request-reply.proto.
   */
  cancelDelayedMessage(cancellationToken: string): void;
}
