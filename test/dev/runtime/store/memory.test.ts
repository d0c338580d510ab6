import { expect, test } from "@jest/globals";
import { memoryStore } from "../../../../dev/runtime/store/memory.js";
import { describeStore } from "./suite.js";

describeStore("the store in memory", () => Promise.resolve(memoryStore()));

test("a step is visible at once, before its promise is waited for", async () => {
  const store = memoryStore();

  const step = store.commit([{ table: "mail", key: 1, value: Buffer.from("now") }]);

  expect(store.count("mail")).toBe(1);
  await step;
});
