import { describe, expect, test } from "@jest/globals";
import { toFunction } from "../support/to-function.js";
import { answerTo, CarriedTimes } from "./answer.js";
import { readBatch } from "./batch.js";
import { compared } from "./expectations.js";
import type { Leniency, Observation } from "./expectations.js";
import { httpAnswer } from "./http-answer.js";
import { assertKnownForms } from "./known-forms.js";
import type { Expectations, ExpectedRequest, Scenario } from "./scenario.js";
import { scenarios } from "./scenario.js";
import type { RecordedRequest } from "./scripted-function.js";

const carried = new CarriedTimes();

/** What the scripted function would have kept of a request with these messages, each a note. */
function request(notes: readonly number[], given: Partial<RecordedRequest> = {}, id = "1"): RecordedRequest {
  const bytes = toFunction({
    target: { namespace: "ns", type: "fn", id },
    states: { n: { typename: "golden/text", hasValue: true, hex: "31", headers: [] } },
    invocations: notes.map((note) => ({
      typename: "golden/commands",
      hasValue: true,
      hex: Buffer.from(JSON.stringify([{ note }])).toString("hex"),
      headers: [],
    })),
  });
  const batch = readBatch(bytes);
  const scripted = answerTo(batch, {}, carried);
  const connection = { closed: false, answer: () => undefined };
  return {
    ...{ address: batch.address, atMillis: 0, head: [], bytes, batch, scripted, abandoned: false },
    answer: httpAnswer(scripted.body),
    request: { head: [], method: "POST", target: "/", body: bytes, connection },
    ...given,
  };
}

function call(note: number): { from: null; type: string; value: string } {
  return { from: null, type: "golden/commands", value: JSON.stringify([{ note }]) };
}

/** That these batches arrive, in order; a number says how often the one before it. */
function expected(...batches: readonly (readonly number[] | number)[]): Expectations {
  const state = { n: { type: "golden/text", value: "1" } };
  const requests: ExpectedRequest[] = [];
  for (const batch of batches) {
    if (typeof batch === "number") requests.push({ ...(requests.pop() as ExpectedRequest), attempts: batch });
    else requests.push({ state, calls: batch.map(call), reply: { result: true } });
  }
  return { addresses: { "ns/fn/1": { compare: "requests", requests } }, job: { state: "RUNNING" } };
}

function seen(requests: readonly RecordedRequest[], given: Partial<Observation> = {}): Observation {
  return { requests, records: new Map(), job: "RUNNING", ...given };
}

function isEqual(expectations: Expectations, observation: Observation, leniency?: Leniency): boolean {
  const { expected, observed } = compared(expectations, observation, leniency);
  try {
    expect(observed).toEqual(expected);
    return true;
  } catch {
    return false;
  }
}

describe("a replay that saw the same requests is equal", () => {
  test("in order, batch for batch", () => {
    const two = expected([1], [2, 3]);

    expect(isEqual(two, seen([request([1]), request([2, 3])]))).toBe(true);
    expect(isEqual(two, seen([request([2, 3]), request([1])]))).toBe(false);
    expect(isEqual(two, seen([request([1]), request([2]), request([3])]))).toBe(false);
    expect(isEqual(two, seen([request([1])]))).toBe(false);
  });

  test("with batch boundaries aside, where they are free", () => {
    const leniency = { batchesFree: ["ns/fn/1"] };

    expect(isEqual(expected([1], [2, 3]), seen([request([1, 2]), request([3])]), leniency)).toBe(true);
    expect(isEqual(expected([1], [2, 3]), seen([request([2, 1]), request([3])]), leniency)).toBe(false);
  });

  test("and no others, unless they are free", () => {
    const other = request([9], {}, "2");

    expect(isEqual(expected([1]), seen([request([1]), other]))).toBe(false);
    expect(isEqual(expected([1]), seen([request([1]), other]), { unlistedFree: true })).toBe(true);
  });
});

test("a request that is repeated because it was not answered well is one with attempts", () => {
  const failed = request([1], { answer: httpAnswer(new Uint8Array(0), { status: 500 }) });
  const once = expected([1]);
  const thrice = expected([1], 3);

  expect(isEqual(thrice, seen([failed, failed, request([1])]))).toBe(true);
  expect(isEqual(once, seen([failed, request([1])]))).toBe(false);
  expect(isEqual(thrice, seen([request([1]), request([1]), request([1])]))).toBe(false);
});

test("an answer that came too late is not a result", () => {
  const late = request([1], { abandoned: true });

  expect(isEqual(expected([1]), seen([late]))).toBe(false);
  expect(isEqual(expected([1]), seen([late]), { repliesFree: ["ns/fn/1"] })).toBe(true);
});

test("the state of the runtime counts", () => {
  expect(isEqual(expected([1]), seen([request([1])], { job: "FAILED" }))).toBe(false);
});

test("records are compared in order for each key", () => {
  const expectations: Expectations = {
    ...expected([1]),
    egress: {
      out: [
        ["a", "1"],
        ["b", { hex: "ff" }],
        ["a", "2"],
        [null, { hex: "" }],
      ],
    },
  };
  const record = (key: string | null, value: string): { key: Uint8Array | null; value: Uint8Array } => ({
    key: key === null ? null : new Uint8Array(Buffer.from(key)),
    value: new Uint8Array(Buffer.from(value, "latin1")),
  });
  const all = [record("b", "\xff"), record("a", "1"), record(null, ""), record("a", "2")];
  const of = (...records: typeof all): Observation =>
    seen([request([1])], { records: new Map([["out", records]]) });

  expect(isEqual(expectations, of(...all))).toBe(true);
  expect(isEqual(expectations, of(...all.toReversed()))).toBe(false);
  expect(isEqual(expectations, of(...all.slice(1)))).toBe(false);
  expect(isEqual(expectations, of(...all, record("a", "2")))).toBe(false);
});

test("summaries of calls are compared", () => {
  const summary = (calls: object): Expectations =>
    ({ ...expected(), addresses: { "ns/fn/1": { compare: "calls", calls } } }) as Expectations;
  const ascending = { "": { count: 3, strictlyAscending: true } };
  const ends = { count: 3, firstThree: [call(1), call(2), call(3)], last: call(3), notesAscending: true };
  const origins = { count: 3, firstFrom: null, otherFrom: [null] };

  for (const form of [ascending, ends, origins]) {
    expect(isEqual(summary(form), seen([request([1]), request([2, 3])]))).toBe(true);
    expect(isEqual(summary(form), seen([request([1]), request([2])]))).toBe(false);
  }
  expect(isEqual(summary(ascending), seen([request([1]), request([3, 2])]))).toBe(false);
});

describe("a file with something unknown in it is refused", () => {
  const [scenario] = scenarios as readonly [Scenario];

  test.each([
    ["a field", { surprise: 1 }],
    ["a step", { steps: [{ wait: 1 }] }],
    ["two steps in one", { steps: [{ sleep: 1, settle: 1 }] }],
    ["something to wait for", { steps: [{ until: { moon: "full" } }] }],
    ["a comparison", { expect: { addresses: { a: { compare: "roughly" } }, job: { state: "RUNNING" } } }],
    [
      "an answer",
      { expect: { addresses: { a: { compare: "requests", requests: [{ reply: { maybe: 1 } }] } }, job: {} } },
    ],
    [
      "a summary",
      { expect: { addresses: { a: { compare: "calls", calls: { "x/y/z": { count: 1 } } } }, job: {} } },
    ],
  ])("%s", (_, change) => {
    expect(() => {
      assertKnownForms({ ...scenario, ...change } as unknown as Scenario);
    }).toThrow(/nothing that the replay knows/);
  });
});
