import type { WireDelayedMessage, WireMutation, WireResponse } from "statefun/wire";
import { addressText, typenameOf } from "../address.js";
import type { FunctionName } from "../address.js";
import type { Egress } from "../egress/egress.js";
import type { RuntimeErrorCode } from "../runtime-error.js";
import { RuntimeError } from "../runtime-error.js";
import type { Delays } from "./delays.js";
import type { FunctionType, Mailbox } from "./mailbox.js";
import type { FunctionTypes } from "./function-types.js";
import type { Outbox } from "./outbox.js";
import { runtimeTypename } from "./runtime-typename.js";

/** The effects of a batch, as the wire lists them. */
export type WireResult = Extract<WireResponse, { readonly kind: "result" }>;

/** Whom and what the effects of a reply concern, one for one with the reply's lists. */
export interface CheckedReply {
  readonly messageTypes: readonly FunctionType[];
  /** `undefined` for a cancellation. */
  readonly delayedTypes: readonly (FunctionType | undefined)[];
  readonly egresses: readonly Egress[];
  /** The index of the state that each mutation changes. */
  readonly stateIndexes: readonly number[];
}

/** What a reply is checked against. */
export interface ReplySurroundings {
  readonly delays: Delays;
  readonly outbox: Outbox;
  readonly types: FunctionTypes;
}

const none: readonly never[] = [];
const modify = 1;
const remove = 0;

/**
 * Looks at every effect of a reply before the first is applied, so that a reply is applied whole or not at all.
 *
 * @throws RuntimeError `unknown-function`, `unknown-egress`, `invalid-record`, `invalid-delay` or `invalid-state` for the
 * first effect that a cluster would fail on
 *
 * Source: RequestReplyFunction.java, PersistedRemoteFunctionValues.java, FlinkStateDelayedMessagesBuffer.java.
 */
export function checkReply(mailbox: Mailbox, result: WireResult, around: ReplySurroundings): CheckedReply {
  const { messages, delayed, egresses, mutations } = result;
  return {
    messageTypes:
      messages.length === 0
        ? none
        : messages.map(({ target }) => around.types.served(target) ?? unknownFunction(mailbox, target)),
    delayedTypes: delayed.length === 0 ? none : checkDelayed(mailbox, delayed, around),
    egresses:
      egresses.length === 0
        ? none
        : egresses.map(({ namespace, name, argument }) => {
            const egress = around.outbox.egress(`${namespace}/${name}`);
            if (egress === undefined) return unknownEgress(mailbox, `${namespace}/${name}`, around.outbox);
            checkRecord(mailbox, egress, argument);
            return egress;
          }),
    stateIndexes:
      mutations.length === 0 ? none : mutations.map((mutation) => checkMutation(mailbox, mutation)),
  };
}

function unknownFunction(mailbox: Mailbox, target: FunctionName): never {
  const what = `sends a message to ${typenameOf(target)}, which no endpoint of the module serves`;
  throw refused("unknown-function", mailbox, `${what}; add an endpoint for it, or correct the typename`);
}

function unknownEgress(mailbox: Mailbox, id: string, outbox: Outbox): never {
  const known = outbox.ids.length === 0 ? "it has none" : `it has ${outbox.ids.join(", ")}`;
  const what = `writes to the egress ${id}, which the module does not have (${known})`;
  throw refused("unknown-egress", mailbox, `${what}; add it to the module, or correct the typename`);
}

function checkRecord(mailbox: Mailbox, egress: Egress, argument: Uint8Array): void {
  try {
    egress.check(argument);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/^\[[a-z-]+\] /, "") : String(cause);
    const what = `writes a record that the egress ${egress.id} cannot take: ${why}`;
    throw refused("invalid-record", mailbox, what, cause, egress.id);
  }
}

/** Sends and cancellations in their order: a token is free again after a cancellation before it in the same reply. */
function checkDelayed(
  mailbox: Mailbox,
  delayed: readonly WireDelayedMessage[],
  around: ReplySurroundings,
): (FunctionType | undefined)[] {
  let pending: Map<string, boolean> | undefined;
  return delayed.map(({ isCancellation, cancellationToken: token, delayMillis, target }) => {
    if (isCancellation) {
      if (token === "")
        throw refused("invalid-delay", mailbox, "cancels a delayed message without its token");
      (pending ??= new Map()).set(token, false);
      return undefined;
    }
    if (delayMillis < 0n) {
      const what = `delays a message by ${String(delayMillis)} ms; a delay is 0 ms or more`;
      throw refused("invalid-delay", mailbox, what);
    }
    if (token !== "") {
      if (pending?.get(token) ?? around.delays.isPending(mailbox.id, token))
        throw tokenPending(mailbox, token);
      (pending ??= new Map()).set(token, true);
    }
    return around.types.served(target) ?? unknownFunction(mailbox, target);
  });
}

function tokenPending(mailbox: Mailbox, token: string): RuntimeError {
  const what = `delays a message under the cancellation token ${JSON.stringify(token)}, which is pending already`;
  const scope = "tokens are shared by all function types with the same id";
  const advice = "cancel the message before, or begin each token with the typename";
  return refused(
    "invalid-delay",
    mailbox,
    `${what} for the id ${JSON.stringify(mailbox.id)}; ${scope}: ${advice}`,
  );
}

function checkMutation(mailbox: Mailbox, { type, name, value }: WireMutation): number {
  if (type !== modify && type !== remove) {
    const what = `changes the state ${JSON.stringify(name)} with the mutation type ${String(type)}`;
    throw refused("invalid-state", mailbox, `${what}; there are 0 (delete) and 1 (modify)`);
  }
  const state = mailbox.type.registered.get(name);
  if (state === undefined) {
    const what = `changes the state ${JSON.stringify(name)}, which it has not asked for`;
    const advice = "a function reports the states it lacks (IncompleteInvocationContext) before it uses them";
    throw refused("invalid-state", mailbox, `${what}; ${advice}`);
  }
  if (type !== modify || value?.typename === state.typename) return state.index;
  if (runtimeTypename(value?.typename ?? "") !== state.typename) {
    const found = JSON.stringify(value?.typename ?? "");
    const what = `writes ${found} into the state ${JSON.stringify(name)}, which holds ${state.typename}`;
    throw refused("invalid-state", mailbox, `${what}; use a new name for a state of another type`);
  }
  return state.index;
}

function refused(
  code: RuntimeErrorCode,
  mailbox: Mailbox,
  what: string,
  cause?: unknown,
  component?: string,
): RuntimeError {
  return new RuntimeError(code, `${addressText(mailbox)} ${what}`, { address: mailbox, cause, component });
}
