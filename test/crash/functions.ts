import { statefulFunction } from "statefun";
import type { AnyStatefulFunction } from "statefun";
import {
  Account,
  Outcomes,
  Relay,
  Total,
  accountStates,
  entryType,
  inputType,
  outcomeTopic,
  relayStates,
  revokeType,
  stepType,
  totalOf,
  totalStates,
} from "./contract.js";

/** Longer than any run: what was to be revoked and was not is still there in the end. */
const revokedDelay = { hours: 1 };

/** Numbers the records of an account. */
const account = statefulFunction(Account, {
  storage: accountStates,
  on: {
    [inputType.typename](context, input) {
      const sequence = context.storage.received.update((n = 0) => n + 1);
      context.storage.sum.update((n = 0) => n + input.amount);
      context.send(Relay.address(context.self.id), stepType({ ...input, sequence }));
    },
  },
});

/** Sends records on, and counts those that did not come in their account's order. */
const relay = statefulFunction(Relay, {
  storage: relayStates,
  on: {
    [stepType.typename](context, { number, amount, way, delayMillis, sequence }) {
      const received = context.storage.received.update((n = 0) => n + 1);
      context.storage.sum.update((n = 0) => n + amount);
      if (sequence !== received) context.storage.gaps.update((n = 0) => n + 1);
      const total = Total.address(totalOf(context.self.id));
      const entry = entryType({ number, amount });
      if (way === "at once") context.send(total, entry);
      else if (way === "later") context.sendAfter({ milliseconds: delayMillis }, total, entry);
      else {
        context.sendAfter(revokedDelay, total, entry, { cancellationToken: tokenOf(number) });
        context.send(context.self, revokeType(number)); // in a batch of its own, with crashes in between
      }
    },
    [revokeType.typename](context, number) {
      context.cancelDelayedMessage(tokenOf(number));
      context.storage.revoked.update((n = 0) => n + 1);
    },
  },
});

/** Adds up, and hands each entry with its number in the order of this total to Kafka. */
const total = statefulFunction(Total, {
  storage: totalStates,
  on: {
    [entryType.typename](context, { number, amount }) {
      const sequence = context.storage.received.update((n = 0) => n + 1);
      context.storage.sum.update((n = 0) => n + amount);
      const value = JSON.stringify({ number, amount, sequence });
      context.send(Outcomes, { topic: outcomeTopic, key: context.self.id, value });
    },
  },
});

export const functions: readonly AnyStatefulFunction[] = [account, relay, total];

function tokenOf(number: number): string {
  return `crash/${String(number)}`;
}
