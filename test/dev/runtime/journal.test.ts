import { expect, test } from "@jest/globals";
import { serializedTypedValue, type WireResponse } from "statefun/wire";
import { Journal, type JournalQuery } from "../../../dev/runtime/journal.js";
import type { JournalEntry } from "../../../dev/runtime/journal-entry.js";
import { RuntimeError } from "../../../dev/runtime/runtime-error.js";
import { virtualClock } from "../../../dev/runtime/virtual-clock.js";

const alice = { namespace: "shop", name: "cart", id: "alice" };
const bob = { namespace: "shop", name: "cart", id: "bob" };
const argument = serializedTypedValue("shop/Add", new Uint8Array(10));

function request(batch: number, address = alice): JournalEntry {
  return { kind: "request", batch, address, invocations: 1, request: new Uint8Array(100) };
}

function reply(
  address = alice,
  effects: Partial<Extract<WireResponse, { kind: "result" }>> = {},
): JournalEntry {
  const response = {
    kind: "result" as const,
    mutations: [],
    messages: [],
    delayed: [],
    egresses: [],
    ...effects,
  };
  return { kind: "reply", batch: 1, address, millis: 1, response };
}

function numbers(journal: Journal, query: Partial<JournalQuery> = {}): readonly number[] {
  return journal.read({ after: 0, limit: 1000, ...query }).entries.map(({ number }) => number);
}

test("entries are read in the order in which they were told, with their times", async () => {
  const clock = virtualClock(1000);
  const journal = new Journal(clock);

  journal.append(request(1));
  await clock.advanceTo(2000);
  journal.append(reply());

  const { entries, last, missed } = journal.read({ after: 0, limit: 10 });
  expect(entries.map(({ number, atMillis, entry }) => [number, atMillis, entry.kind])).toEqual([
    [1, 1000, "request"],
    [2, 2000, "reply"],
  ]);
  expect([last, missed]).toEqual([2, 0]);
});

test("a reader goes on behind what it has seen, and hears what it missed", () => {
  const journal = new Journal(virtualClock(), { maxEntries: 3 });

  for (let batch = 1; batch <= 5; batch++) journal.append(request(batch));

  expect(journal.read({ after: 3, limit: 10 })).toMatchObject({ last: 5, missed: 0 });
  expect(numbers(journal, { after: 3 })).toEqual([4, 5]);
  expect(journal.read({ after: 0, limit: 10 })).toMatchObject({ last: 5, missed: 2 });
  expect(numbers(journal)).toEqual([3, 4, 5]);
  expect(journal.read({ after: 5, limit: 10 })).toEqual({ entries: [], last: 5, missed: 0 });
});

test("reading a few at a time sees every entry once, also through a filter", () => {
  const journal = new Journal(virtualClock());
  for (let batch = 1; batch <= 9; batch++) journal.append(request(batch, batch % 3 === 0 ? bob : alice));
  const seen: number[] = [];

  for (let after = 0; after < journal.last;) {
    const part = journal.read({ after, limit: 2, address: bob });
    seen.push(...part.entries.map(({ number }) => number));
    after = part.last;
  }

  expect(seen).toEqual([3, 6, 9]);
});

test("the newest entries are told in order too", () => {
  const journal = new Journal(virtualClock());
  for (let batch = 1; batch <= 5; batch++) journal.append(request(batch));

  expect(numbers(journal, { limit: 2, newest: true })).toEqual([4, 5]);
  expect(journal.read({ after: 0, limit: 2, newest: true }).last).toBe(5);
});

test("the bytes of requests, replies and records count against the limit", () => {
  const journal = new Journal(virtualClock(), { maxBytes: 10_000 });

  for (let batch = 1; batch <= 3; batch++) {
    journal.append({ kind: "request", batch, address: alice, invocations: 1, request: new Uint8Array(4000) });
  }
  expect(numbers(journal)).toEqual([2, 3]);

  journal.append(reply(alice, { messages: [{ target: bob, argument: new Uint8Array(9000) }] }));
  expect(numbers(journal)).toEqual([4]);

  journal.append({ kind: "delivered", egress: "a/b", sequence: 1, argument: new Uint8Array(9000) });
  expect(numbers(journal)).toEqual([5]);
});

test("the trace of an address holds what it got, did and sent, and what was sent to it", () => {
  const journal = new Journal(virtualClock());
  const error = new RuntimeError("call-failed", "it failed; mend it");
  const told: readonly [JournalEntry, boolean][] = [
    [{ kind: "admitted", ingress: "a/b", addresses: [bob, alice] }, true],
    [{ kind: "admitted", ingress: "a/b", addresses: [bob] }, false],
    [request(1), true],
    [request(2, bob), false],
    [reply(), true],
    [reply(bob), false],
    [reply(bob, { messages: [{ target: alice, argument }] }), true],
    [{ kind: "attempt-failed", address: alice, why: "500" }, true],
    [{ kind: "delay-elapsed", from: bob, to: alice }, true],
    [{ kind: "delay-elapsed", from: bob, to: bob }, false],
    [{ kind: "delivered", egress: "a/b", sequence: 1, argument }, false],
    [{ kind: "quarantine", what: "parked", address: alice, error }, true],
    [{ kind: "stopped", error, retryMillis: 1 }, true],
    [{ kind: "running", restarts: 1 }, true],
    [{ kind: "egress-failed", egress: "a/b", error }, false],
  ];

  for (const [entry] of told) journal.append(entry);

  const wanted = told.flatMap(([, isTold], at) => (isTold ? [at + 1] : []));
  expect(numbers(journal, { address: alice })).toEqual(wanted);
});

test("a delayed message to an address is in its trace, and a cancellation is not", () => {
  const journal = new Journal(virtualClock());
  const delayed = { cancellationToken: "t", delayMillis: 1n, target: alice, argument };

  journal.append(reply(bob, { delayed: [{ ...delayed, isCancellation: false }] }));
  journal.append(reply(bob, { delayed: [{ ...delayed, isCancellation: true }] }));

  expect(numbers(journal, { address: alice })).toEqual([1]);
});

test("only the kinds that are asked for are told", () => {
  const journal = new Journal(virtualClock());
  journal.append(request(1));
  journal.append(reply());
  journal.append({ kind: "running", restarts: 0 });

  expect(numbers(journal, { kinds: new Set(["reply", "running"] as const) })).toEqual([2, 3]);
});

test("the last records of each egress are kept apart from the entries", () => {
  const journal = new Journal(virtualClock(5), { maxEntries: 1, recordsPerEgress: 2 });

  for (let sequence = 1; sequence <= 3; sequence++) {
    journal.append({ kind: "delivered", egress: "a/b", sequence, argument });
    journal.append({ kind: "delivered", egress: "a/c", sequence: 10 + sequence, argument });
  }

  expect(journal.delivered("a/b", 10).map(({ sequence }) => sequence)).toEqual([2, 3]);
  expect(journal.delivered("a/c", 1)).toEqual([{ sequence: 13, atMillis: 5, argument }]);
  expect(journal.delivered("a/d", 1)).toEqual([]);
});

test("a reader is woken once for many entries, and not any more once it has gone", async () => {
  const journal = new Journal(virtualClock());
  let woken = 0;
  const end = journal.subscribe(() => {
    woken++;
  });

  journal.append(request(1));
  journal.append(request(2));
  await new Promise(setImmediate);
  expect(woken).toBe(1);

  end();
  journal.append(request(3));
  await new Promise(setImmediate);
  expect(woken).toBe(1);
});
