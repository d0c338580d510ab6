import { expect, test } from "@jest/globals";
import { Counters } from "../../../../dev/runtime/counters.js";
import { OutboxLane } from "../../../../dev/runtime/dispatcher/outbox-lane.js";
import type { Egress, OutboxRecord } from "../../../../dev/runtime/egress/egress.js";
import type { JournalEntry } from "../../../../dev/runtime/journal-entry.js";
import { virtualClock } from "../../../../dev/runtime/virtual-clock.js";
import { gate } from "../../../support/gate.js";
import { textRecord } from "../egress/outbox.js";
import { PickyEgress } from "./picky-egress.js";

interface Lane {
  readonly lane: OutboxLane;
  readonly clock: ReturnType<typeof virtualClock>;
  readonly counters: Counters;
  readonly journal: JournalEntry[];
  /** The numbers of the records that are done with. */
  readonly done: number[];
  readonly settle: () => Promise<void>;
}

function laneOf(egress: Egress, unusedSequence = 1): Lane {
  const clock = virtualClock(1_000_000);
  const counters = new Counters(clock);
  const journal: JournalEntry[] = [];
  const done: number[] = [];
  const lane = new OutboxLane(
    egress,
    clock,
    (entry) => journal.push(entry),
    counters.egress(egress.id),
    (records) => done.push(...records.map(({ sequence }) => sequence)),
    () => unusedSequence,
  );
  const settle = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { lane, clock, counters, journal, done, settle };
}

test("a record that cannot be delivered is dropped, and those behind it are delivered at once", async () => {
  const egress = new PickyEgress();
  const { lane, counters, journal, done, settle } = laneOf(egress);
  lane.start();
  await settle();
  lane.add(textRecord(1, "poison"));
  await settle();
  lane.add(textRecord(2, "good"));

  const dropped = await lane.drop(1);
  await settle();

  expect(dropped).toEqual({ ...textRecord(1, "poison"), mayHaveArrived: true });
  expect(egress.taken).toEqual([2]);
  expect(done).toEqual([1, 2]);
  expect(journal).toContainEqual({
    kind: "egress-dropped",
    egress: "test/picky",
    ...textRecord(1, "poison"),
    mayHaveArrived: true,
  });
  expect(journal).toContainEqual({ kind: "egress-recovered", egress: "test/picky" });
  expect(counters.egresses).toMatchObject([{ records: 1, failures: 1, dropped: 1, waiting: 0 }]);
});

test("a record that waits behind a failed delivery has not arrived, and those before it go on failing", async () => {
  const egress = new PickyEgress();
  const { lane, clock, done, settle } = laneOf(egress);
  lane.start();
  await settle();
  lane.add(textRecord(1, "poison"));
  await settle();
  lane.add(textRecord(2, "behind"));
  lane.add(textRecord(3, "last"));

  const dropped = await lane.drop(2);
  await clock.advanceTo(clock.now() + 60_000, settle);

  expect(dropped?.mayHaveArrived).toBe(false);
  expect(lane.records.map(({ sequence }) => sequence)).toEqual([1, 3]);
  expect(done).toEqual([2]);
  await lane.close();
});

test("a record whose delivery is under way is dropped only if it fails", async () => {
  const held = gate();
  const egress = new PickyEgress({ deliver: () => held.passed });
  const { lane, done, settle } = laneOf(egress);
  lane.start();
  await settle();
  lane.add(textRecord(1, "good"));
  await settle();

  const dropping = lane.drop(1);
  await settle();
  expect(lane.waiting).toBe(1);
  held.open();

  expect(await dropping).toBeUndefined();
  expect(egress.taken).toEqual([1]);
  expect(done).toEqual([1]);
});

test("a number that no record has drops nothing", async () => {
  const { lane, done, settle } = laneOf(new PickyEgress());
  lane.start();
  lane.add(textRecord(1, "poison"));
  await settle();

  expect(await lane.drop(2)).toBeUndefined();

  expect(lane.waiting).toBe(1);
  expect(done).toEqual([]);
  await lane.close();
});

test("records of an earlier run may have arrived, until the destination has said which it has", async () => {
  const silent = gate();
  const egress = new PickyEgress({
    open: async () => {
      await silent.passed;
      return 1;
    },
    deliver: () => new Promise(() => undefined),
  });
  const { lane, settle } = laneOf(egress, 4);
  const records: readonly OutboxRecord[] = [1, 2, 3].map((sequence) => textRecord(sequence, "from before"));
  for (const record of records) lane.add(record);
  const doubtful = (): readonly number[] =>
    lane.records.filter((record) => lane.mayHaveArrived(record)).map(({ sequence }) => sequence);

  lane.start();
  const before = doubtful();
  const dropped = await lane.drop(3);
  silent.open();
  await settle();
  lane.add(textRecord(4, "new"));

  expect(before).toEqual([1, 2, 3]);
  expect(dropped?.mayHaveArrived).toBe(true);
  expect(doubtful()).toEqual([2]); // whose delivery has begun now
});

test("what comes while an egress closes after a failure is not delivered before it is closed", async () => {
  const closing = gate();
  const egress = new PickyEgress({ close: () => closing.passed });
  const { lane, clock, counters, settle } = laneOf(egress);
  lane.start();
  await settle();
  lane.add(textRecord(1, "poison"));
  await settle();
  await clock.advanceTo(clock.now() + 100, settle);

  lane.add(textRecord(2, "good"));
  const dropped = lane.drop(1);
  await settle();
  const whileClosing = { failures: counters.egresses[0]?.failures, taken: [...egress.taken] };
  closing.open();
  await dropped;
  await settle();

  expect(whileClosing).toEqual({ failures: 1, taken: [] });
  expect(egress.taken).toEqual([2]);
  await lane.close();
});
