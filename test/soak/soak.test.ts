import { randomInt } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { slopeOf } from "./line.js";
import { mostGrowthBytes, soak } from "./soak.js";

/** Long enough for every kind of client to come. */
const seconds = 4;
/** Long enough for a planted leak to be seen. */
const leakSeconds = 3;

describe("the soak", () => {
  test("passes: every batch is as it should be, nothing grows, and nothing is left", async () => {
    const seed = randomInt(2 ** 31);
    console.log(`seed ${String(seed)}`);

    const { tally, closed, misses } = await soak({ seconds, seed });

    expect(misses).toEqual([]);
    expect(closed).toEqual({ cutOff: 0, handles: [], exit: "0" });
    expect(tally.batches).toBeGreaterThan(100);
  });

  test("finds functions that leak", async () => {
    const { growth, misses } = await soak({ seconds: leakSeconds, seed: 1, leaks: true });

    expect(growth).toBeGreaterThan(mostGrowthBytes);
    expect(misses).toEqual([expect.stringMatching(/^the heap grew by \d+ bytes, more than/)]);
  });

  test.each([
    { what: "a rise", ys: [1, 3, 5, 7], slope: 2 },
    { what: "noise on a level", ys: [5, 4, 4, 5], slope: 0 },
    { what: "one point", ys: [5], slope: 0 },
  ])("fits a line to $what", ({ ys, slope }) => {
    expect(slopeOf(ys.map((y, x) => ({ x, y })))).toBe(slope);
  });
});
