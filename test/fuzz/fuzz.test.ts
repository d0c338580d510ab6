import { describe, expect, jest, test } from "@jest/globals";
import { loadedOn } from "../sdk/wire/text-paths.js";
import { campaign } from "./campaign.js";
import type * as Campaign from "./campaign.js";
import { freshSeed } from "./random.js";

/** A seed that never changes: its bodies are part of the tests. */
const fixedSeed = 20_260_731;

const freshOne = freshSeed();

/** Everything that a body can come to. */
const everyOutcome = [
  "function-failed",
  "incomplete",
  "invalid-argument",
  "malformed-request",
  "result",
  "serialization",
  "unhandled-message",
  "unknown-function",
];

describe("whatever body arrives is answered as its batch says, or refused", () => {
  test("2,500 bodies of the seed that never changes, in which every outcome occurs", async () => {
    const outcomes = await campaign({ seed: fixedSeed, count: 2500 });

    expect([...outcomes.keys()].sort()).toEqual(everyOutcome);
    expect([...outcomes.values()].reduce((sum, times) => sum + times)).toBe(2500);
  });

  test(`2,500 bodies of the seed ${String(freshOne)}`, async () => {
    process.stdout.write(`fuzz: seed ${String(freshOne)}\n`);

    const outcomes = await campaign({ seed: freshOne, count: 2500 });

    expect(outcomes.get("malformed-request")).toBeGreaterThan(500);
    expect(outcomes.get("result")).toBeGreaterThan(500);
  });

  test("500 bodies without Node's text routines", async () => {
    const portable = loadedOn("portable", () => jest.requireActual<typeof Campaign>("./campaign.js"));

    const outcomes = await portable.campaign({ seed: freshOne, count: 500 });

    expect(outcomes.get("result")).toBeGreaterThan(50);
  });
});
