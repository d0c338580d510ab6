import { expect, test } from "@jest/globals";
import { Admissions, type AdmissionOutcome } from "../../../../dev/runtime/ingress/admissions.js";
import type { Admission } from "../../../../dev/runtime/ingress/ingress.js";
import { eventually } from "../../eventually.js";
import { StoreGate } from "./store-gate.js";

function admission(id: string): Admission {
  return { messages: [{ target: { namespace: "a", name: "b" }, id, argument: new Uint8Array(0) }] };
}

/** Admissions at `gate`, and what became of those that were taken, by id. */
function opened(gate: StoreGate) {
  const admissions = new Admissions();
  const outcomes: Record<string, AdmissionOutcome> = {};
  admissions.open(gate);
  const take = (id: string, bytes = 0): (() => void) =>
    admissions.take(admission(id), bytes, (outcome) => {
      outcomes[id] = outcome;
    });
  return { admissions, outcomes, take };
}

const ids = (gate: StoreGate): string[] => gate.admitted.map(({ id }) => id);

test("admissions of one turn wait for one commit", async () => {
  const gate = new StoreGate();
  const { outcomes, take } = opened(gate);

  for (let id = 0; id < 100; id++) take(String(id));
  await eventually("all are durable", () => Object.keys(outcomes).length === 100);

  expect(gate.commits).toBe(1);
  expect(gate.store.count("mail")).toBe(100);
});

test("what waits is admitted in its order, and before what comes later", async () => {
  const gate = new StoreGate();
  const { outcomes, take } = opened(gate);
  gate.pause();
  for (const id of ["1", "2", "3"]) take(id);

  gate.unpause();
  take("4");
  await eventually("all are durable", () => Object.keys(outcomes).length === 4);

  expect(ids(gate)).toEqual(["1", "2", "3", "4"]);
});

test("the gate is looked at before each admission", async () => {
  const gate = new StoreGate();
  const { outcomes, take } = opened(gate);
  gate.pause();
  for (const id of ["1", "2", "3"]) take(id);
  gate.pauseAfterEach = true;

  gate.unpause();
  await eventually("the first is durable", () => outcomes["1"] !== undefined);
  const first = ids(gate);
  gate.unpause();
  await eventually("the second is durable", () => outcomes["2"] !== undefined);

  expect(first).toEqual(["1"]);
  expect(ids(gate)).toEqual(["1", "2"]);
});

test("what is taken back while it waits is not admitted, and makes room", async () => {
  const gate = new StoreGate();
  const admissions = new Admissions({ maxWaitingBytes: 5_000 });
  admissions.open(gate);
  const outcomes: AdmissionOutcome[] = [];
  const note = (outcome: AdmissionOutcome): void => void outcomes.push(outcome);
  gate.pause();
  const takeBack = admissions.take(admission("1"), 1, note);
  admissions.take(admission("no room"), 1, note);

  takeBack();
  admissions.take(admission("2"), 1, note);
  gate.unpause();
  await eventually("one is durable", () => outcomes.length === 2);

  expect(outcomes).toEqual([{ kind: "overloaded" }, { kind: "durable", known: false }]);
  expect(ids(gate)).toEqual(["2"]);
});

test("what waited at a gate that was shut is refused, and another gate can be opened at once", async () => {
  const gate = new StoreGate();
  const { admissions, outcomes, take } = opened(gate);
  gate.pause();
  take("old");

  gate.stop();
  admissions.shut();
  const next = new StoreGate();
  next.pause();
  admissions.open(next);
  take("new");
  next.unpause();
  await eventually("the new one is durable", () => outcomes.new !== undefined);

  expect(outcomes).toEqual({
    old: { kind: "closed", why: "the runtime is stopped" },
    new: { kind: "durable", known: false },
  });
  expect([ids(gate), ids(next)]).toEqual([[], ["new"]]);
});

test("what was admitted in the turn in which the gate is shut hears of its own commit", async () => {
  const gate = new StoreGate();
  const { admissions, outcomes, take } = opened(gate);
  take("old");

  admissions.shut();
  const next = new StoreGate();
  admissions.open(next);
  take("new");
  await eventually("both are durable", () => Object.keys(outcomes).length === 2);

  expect([gate.commits, next.commits]).toEqual([1, 1]);
  expect([ids(gate), ids(next)]).toEqual([["old"], ["new"]]);
});
