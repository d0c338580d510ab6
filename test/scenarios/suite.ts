import { describe, expect, test } from "@jest/globals";
import { leniencies } from "./leniencies.js";
import { scenarios } from "./scenario.js";
import type { Stores } from "./stores.js";
import { replayed } from "./virtual-replay.js";

/** One test a scenario: the embedded runtime with these stores does what the real one did. */
export function suite(title: string, stores: () => Stores): void {
  describe(title, () => {
    test.each(scenarios)("$name", async (scenario) => {
      const { expected, observed } = await replayed(scenario, stores(), leniencies[scenario.name]);

      expect(observed).toEqual(expected);
    });
  });
}
