import { expect, test } from "@jest/globals";
import { destinationEgresses, destinationsOf } from "../../../dev/commands/destinations.js";

test("each egress has its destination, whose URL or file may have equals signs", async () => {
  const destinations = destinationsOf(["a/b=out=1.ndjson"], ["a/c=http://127.0.0.1:1/hook?key=1=2"]);

  const egresses = await destinationEgresses(destinations);

  expect(destinations.files.get("a/b")).toBe("out=1.ndjson");
  expect(destinations.webhooks.get("a/c")).toBe("http://127.0.0.1:1/hook?key=1=2");
  expect(egresses.map(({ id }) => id)).toEqual(["a/b", "a/c"]);
  expect(egresses[1]?.description).toBe("POST http://127.0.0.1:1/hook");
});

test.each([
  [["a/b=x", "a/b=y"], [], "--output a/b=y"],
  [["a/b=x"], ["a/b=http://c/"], "--webhook a/b=http://c/"],
  [[], ["a/b=http://c/", "a/b=http://d/"], "--webhook a/b=http://d/"],
])("an egress with two destinations is refused: %j %j", (files, webhooks, option) => {
  expect(() => destinationsOf(files, webhooks)).toThrow(`${option}: a/b has a destination already`);
});
