import type { Counters } from "../counters.js";
import type { CheckedReply, WireResult } from "./check-reply.js";
import type { Delays } from "./delays.js";
import type { FunctionType, Mailbox } from "./mailbox.js";
import type { Outbox } from "./outbox.js";
import type { States } from "./states.js";
import { invocationBytes } from "./wire-parts.js";

/** Where the effects of a reply go. */
export interface ReplyTargets {
  readonly delays: Delays;
  readonly outbox: Outbox;
  readonly counters: Counters;
}

/** Who takes messages and state. */
export interface ReplyTaker {
  readonly states: States;
  deliver(type: FunctionType, id: string, invocation: Uint8Array): void;
}

/**
 * Sends the messages of a reply. The cluster queues them before anything else of the reply, and looks into the queue
 * once the address has gone on to its next batch: a message that a function sends to itself is behind that batch.
 */
export function sendMessages(
  mailbox: Mailbox,
  { messages }: WireResult,
  { messageTypes }: CheckedReply,
  { counters }: ReplyTargets,
  taker: ReplyTaker,
): void {
  messages.forEach(({ target, argument }, at) => {
    const to = messageTypes[at];
    if (to !== undefined) taker.deliver(to, target.id, invocationBytes(mailbox.bytes, argument));
  });
  mailbox.type.counters.outLocal += messages.length;
  counters.produced += messages.length;
}

/**
 * Applies what was checked, messages aside, in the cluster's order: delayed messages and cancellations, egress records,
 * state. Nothing here can fail.
 *
 * Source: RequestReplyFunction.java.
 */
export function applyReply(
  mailbox: Mailbox,
  { delayed, egresses, mutations }: WireResult,
  checked: CheckedReply,
  { delays, outbox }: ReplyTargets,
  taker: ReplyTaker,
): void {
  const { type, id: fromId } = mailbox;
  delayed.forEach(({ cancellationToken: token, delayMillis, target, argument }, at) => {
    const to = checked.delayedTypes[at];
    if (to === undefined) {
      delays.cancel(fromId, token);
      return;
    }
    const invocation = invocationBytes(mailbox.bytes, argument);
    const [fromType, toType] = [type.number, to.number];
    delays.send(delayMillis, { token, fromType, fromId, toType, toId: target.id, invocation });
  });
  egresses.forEach(({ argument }, at) => {
    const egress = checked.egresses[at];
    if (egress !== undefined) outbox.add(egress, argument);
  });
  type.counters.outEgress += egresses.length;
  if (mutations.length > 0) taker.states.mutate(mailbox, mutations, checked.stateIndexes);
}
