import { describe, expect, test } from "@jest/globals";
import type { DecodedAnswer } from "../support/decode.js";
import { decode } from "../support/decode.js";
import { fromHex } from "../support/hex.js";
import { wireValue } from "../support/wire-value.js";
import { recordings } from "./recordings.js";
import { tolerances, tolerated } from "./tolerances.js";

const answers = recordings
  .flatMap(({ exchanges }) => exchanges)
  .map(({ responseHex }) => decode(fromHex(responseHex)));

/** Changes that mean something: none of them may pass for a tolerance. `undefined` where there is nothing to change. */
const changes: Readonly<Record<string, (answer: DecodedAnswer) => DecodedAnswer | undefined>> = {
  "a message less": (answer) =>
    answer.messages.length > 0 ? { ...answer, messages: answer.messages.slice(1) } : undefined,
  "messages in another order": (answer) =>
    answer.messages.length > 1 ? { ...answer, messages: answer.messages.toReversed() } : undefined,
  "a message to another id": (answer) =>
    changedFirst(answer, "messages", (message) => ({
      ...message,
      to: { namespace: "", type: "", ...message.to, id: "x" },
    })),
  "another message": (answer) =>
    changedFirst(answer, "messages", (message) => ({ ...message, argument: wireValue.int(-7) })),
  "a message without its value": (answer) =>
    changedFirst(answer, "messages", (message) => ({
      ...message,
      argument: wireValue.none(message.argument?.typename ?? ""),
    })),
  "delayed messages in another order": (answer) =>
    answer.delayed.length > 1 ? { ...answer, delayed: answer.delayed.toReversed() } : undefined,
  "another delay": (answer) =>
    changedFirst(answer, "delayed", (delay) => ({ ...delay, delayMillis: delay.delayMillis + 1n })),
  "another token": (answer) =>
    changedFirst(answer, "delayed", (delay) => ({ ...delay, token: `${delay.token}x` })),
  "a record for another egress": (answer) =>
    changedFirst(answer, "egresses", (record) => ({ ...record, type: "x" })),
  "records in another order": (answer) =>
    answer.egresses.length > 1 ? { ...answer, egresses: answer.egresses.toReversed() } : undefined,
  "another record": (answer) =>
    changedFirst(answer, "egresses", (record) => ({
      ...record,
      argument: wireValue.of(record.argument?.typename ?? "", "0a0178"),
    })),
  "a deletion for a change, and the other way round": (answer) =>
    changedFirst(answer, "mutations", (mutation) => ({
      ...mutation,
      type: mutation.type === "DELETE" ? "MODIFY" : "DELETE",
    })),
  "another value of a state": (answer) =>
    changedFirst(answer, "mutations", (mutation) => ({
      ...mutation,
      value: wireValue.of(mutation.value?.typename ?? "", "2222"),
    })),
  "another name of a state": (answer) =>
    changedFirst(answer, "mutations", (mutation) => ({ ...mutation, name: "x" })),
  "a mutation twice": (answer) =>
    answer.mutations[0] === undefined
      ? undefined
      : { ...answer, mutations: [...answer.mutations, answer.mutations[0]] },
  "a missing state less": (answer) =>
    answer.missing.length > 0 ? { ...answer, missing: answer.missing.slice(1) } : undefined,
  "another type of a missing state": (answer) =>
    changedFirst(answer, "missing", (spec) => ({ ...spec, typename: "a/b" })),
  "another expiration": (answer) =>
    changedFirst(answer, "missing", (spec) => ({ ...spec, expiration: { mode: "AFTER_WRITE", millis: 1n } })),
  "a result for a request for states": (answer) =>
    answer.arm === "incomplete" ? { ...answer, arm: "result", missing: [] } : undefined,
};

function changedFirst<K extends "messages" | "delayed" | "egresses" | "mutations" | "missing">(
  answer: DecodedAnswer,
  list: K,
  change: (entry: DecodedAnswer[K][number]) => DecodedAnswer[K][number],
): DecodedAnswer | undefined {
  const [first, ...rest] = answer[list];
  return first === undefined ? undefined : { ...answer, [list]: [change(first), ...rest] };
}

describe("what no tolerance names is a difference", () => {
  test.each(Object.entries(changes))("%s", (_, change) => {
    let changed = 0;

    for (const answer of answers) {
      const other = change(answer);
      if (other === undefined) continue;
      changed++;
      expect(tolerated(other)).not.toEqual(tolerated(answer));
    }

    expect(changed).toBeGreaterThan(0);
  });
});

test("tolerances applied to a tolerated answer change nothing more", () => {
  for (const answer of answers.map((each) => tolerated(each))) {
    expect(tolerated(answer)).toEqual(answer);
  }
});

test("each tolerance has a name of its own and says why", () => {
  expect(new Set(tolerances.map(({ name }) => name)).size).toBe(tolerances.length);
  expect(tolerances.every(({ because }) => because.endsWith("."))).toBe(true);
});
