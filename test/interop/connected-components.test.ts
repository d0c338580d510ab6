import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { nodeProgram, playgrounds, type Playground } from "./playground.js";

const edges = ["a-b", "c-d", "e-f", "d-b", "g-f", "h-h"] as const;

/** The smallest id that each vertex can reach. */
const components = new Map(Object.entries({ b: "a", c: "a", d: "a", f: "e", g: "e" }));

const limitMillis = 60_000;

describe("the module connected-components", () => {
  const start = playgrounds("connected-components", nodeProgram("typescript", "connected-components"));

  test("each vertex of a graph learns the smallest id that it is connected to", async () => {
    const playground = await start();

    for (const edge of edges) {
      const [from = "", to = ""] = edge.split("-");
      await playground.send(`graph/vertex/${from}`, "graph/Join", { neighbour: to });
    }
    const learnt = await learntWithin(playground);

    expect(learnt).toEqual(components);
  });
});

/** What the vertices have said last, once it is as expected or nothing is said for a minute. */
async function learntWithin(playground: Playground): Promise<ReadonlyMap<string, string>> {
  const learnt = new Map<string, string>();
  const deadline = Date.now() + limitMillis;
  while (!same(learnt) && Date.now() < deadline) {
    for (const record of await playground.takeAll("components")) {
      const [vertex = "", label = ""] = record.split(" is in ");
      learnt.set(vertex, label);
    }
    await delay(20);
  }
  return learnt;
}

function same(learnt: ReadonlyMap<string, string>): boolean {
  return (
    learnt.size === components.size &&
    [...components].every(([vertex, label]) => learnt.get(vertex) === label)
  );
}
