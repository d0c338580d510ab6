import { afterAll, expect, test } from "@jest/globals";
import { leniencies, leniencyTable } from "./leniencies.js";
import { scenarios } from "./scenario.js";
import { memoryStores } from "./stores.js";
import { suite } from "./suite.js";

afterAll(() => {
  process.stdout.write(`Scenarios of which something is not compared:\n${leniencyTable()}\n`);
});

test("there are 142 scenarios, and exceptions for no others", () => {
  const names = scenarios.map(({ name }) => name);

  expect(names).toHaveLength(142);
  expect(names).toEqual(expect.arrayContaining(Object.keys(leniencies)));
});

suite("with the store in memory the runtime does what the real one did in", memoryStores);
