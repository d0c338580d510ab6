import { expect, test } from "@jest/globals";
import { differences } from "./differences.js";
import { expectedOf } from "./model.js";
import type { Expected, Found, FoundOutcome } from "./model.js";

const arrivals = [
  { account: "account-1", way: "at once" },
  { account: "account-1", way: "later" },
  { account: "account-8", way: "at once" },
  { account: "account-2", way: "revoked" },
] as const;

/** Accounts 1 and 8 share a total. */
const expected: Expected = expectedOf(
  arrivals.map(({ account, way }, number) => ({
    account,
    door: "http",
    input: { number, amount: 10 + number, way, delayMillis: 1 },
  })),
);

const outcomes: readonly FoundOutcome[] = [2, 0, 1].map((number, at) => ({
  key: "total-1",
  outcome: { number, amount: 10 + number, sequence: at + 1 },
}));

const right: Found = { states: expected.states, outcomes, delayed: 0 };

function withState(address: string, state: Readonly<Record<string, number>>): Found {
  return { ...right, states: new Map([...right.states, [address, state]]) };
}

function withOutcome(at: number, changed: Partial<FoundOutcome["outcome"]>): Found {
  return {
    ...right,
    outcomes: outcomes.map((each, index) =>
      index === at ? { ...each, outcome: { ...each.outcome, ...changed } } : each,
    ),
  };
}

test("what the model computes from the inputs is no difference, in whatever order records came", () => {
  expect(differences(expected, right)).toEqual([]);
  expect(expected.states.get("crash/relay/account-2")).toEqual({ received: 1, sum: 13, revoked: 1 });
  expect(expected.states.get("crash/total/total-1")).toEqual({ received: 3, sum: 33 });
});

test.each<readonly [string, Found, readonly string[]]>([
  ["a record that is lost", { ...right, outcomes: outcomes.slice(0, 2) }, ["record 1 was not committed"]],
  [
    "a record that is doubled",
    {
      ...right,
      outcomes: [...outcomes, { key: "total-1", outcome: { number: 0, amount: 10, sequence: 4 } }],
    },
    ["record 0 was committed 2 times"],
  ],
  [
    "a record that is delivered again",
    { ...right, outcomes: [...outcomes, ...outcomes.slice(2)] },
    ["record 1 was committed 2 times", "in the records of total-1, number 3 follows number 3"],
  ],
  [
    "a record that was revoked, or aborted",
    {
      ...right,
      outcomes: [...outcomes, { key: "total-2", outcome: { number: 3, amount: 13, sequence: 1 } }],
    },
    ["record 3 was committed, and should not be"],
  ],
  ["a wrong amount", withOutcome(0, { amount: 5 }), ["record 2 is 5 by total-1, and not 12 by total-1"]],
  [
    "a gap in the order of a total",
    withOutcome(2, { sequence: 4 }),
    ["in the records of total-1, number 4 follows number 2"],
  ],
  [
    "a state that counts one record twice",
    withState("crash/account/account-8", { received: 2, sum: 24 }),
    [
      "state received of crash/account/account-8 is 2, and not 1",
      "state sum of crash/account/account-8 is 24, and not 12",
    ],
  ],
  [
    "messages out of order between two addresses",
    withState("crash/relay/account-8", { received: 1, sum: 12, gaps: 1 }),
    ["state gaps of crash/relay/account-8 is 1, and not absent"],
  ],
  [
    "an address that nothing was sent to",
    withState("crash/account/other", { received: 1 }),
    ["state received of crash/account/other is 1, and not absent"],
  ],
  [
    "the state of an address that is gone",
    { ...right, states: new Map([...right.states].filter(([address]) => !address.endsWith("total-1"))) },
    [
      "state received of crash/total/total-1 is absent, and not 3",
      "state sum of crash/total/total-1 is absent, and not 33",
    ],
  ],
  ["a cancellation that is lost", { ...right, delayed: 1 }, ["1 delayed messages were never cancelled"]],
])("%s is a difference", (_, found, said) => {
  expect(differences(expected, found)).toEqual(said);
});
