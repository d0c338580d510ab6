import { expect, test } from "@jest/globals";
import { Random } from "../support/random.js";
import { plannedKills } from "./kills.js";

test("exactly as many kills are planned as were asked for, double ones counted twice, each later than the one before", () => {
  for (let seed = 0; seed < 200; seed++) {
    const kills = plannedKills(seed % 60, 5_000, new Random(seed));

    const points = kills.map(({ atOutcomes }) => atOutcomes);
    expect(kills.reduce((sum, kill) => sum + (kill.againAfterMillis === undefined ? 1 : 2), 0)).toBe(
      seed % 60,
    );
    expect(points).toEqual([...points].sort((a, b) => a - b));
    expect(points.every((point) => point >= 0 && point < 5_000)).toBe(true);
  }
});
