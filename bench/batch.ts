import { awaitingCodec } from "./contestants/codec.js";
import { official } from "./contestants/official.js";
import { ours } from "./contestants/ours.js";
import { figureOf, type Figure } from "./figure.js";
import { race, type Lap } from "./race.js";
import type { Suite } from "./suite.js";
import { ratioCells, speedCell, Table } from "./table.js";
import type { BatchSize, FunctionName } from "./work/contract.js";

/** How many times as fast as the official SDK we mean to be. */
const goals: Readonly<Record<FunctionName, Readonly<Record<BatchSize, number>> | undefined>> = {
  counter: { 1: 10, 10: 12, 100: 15, 1000: 15 },
  relay: { 1: 8, 10: 8, 100: 8, 1000: 12 },
  cart: { 1: 1.1, 10: 8, 100: 40, 1000: 60 },
  "cart-zod": undefined, // the official SDK has no schemas: the row only shows what ours cost
};

/** How many times the time of the bare codec our handler may take. */
const apiGoal = 1.6;

type Side = "ours" | "official" | "codec";

/** Bytes → our handler → bytes, beside the official SDK, and beside our codec without the handler. */
export const batch: Suite = {
  name: "batch",
  async run(options, print) {
    const table = new Table(
      ["ours", "official", "times as fast", "goal", "bare codec", "times as costly", "goal"],
      print,
    );
    const contestantsFor = (name: FunctionName) => ({
      ours: ours(),
      official: official(),
      codec: awaitingCodec(name),
    });
    const figures: Figure[] = [];
    for await (const lap of race(contestantsFor, options)) {
      const [speed, api] = judged(lap, options.quick);
      const { runs } = lap;
      table.row(lap.work, [
        speedCell(speed.ours, runs.ours),
        speedCell(speed.peer, runs.official),
        ...ratioCells(speed),
        speedCell(api.peer, runs.codec),
        ...ratioCells(api),
      ]);
      figures.push(speed, api);
    }
    return figures;
  },
};

/** The figures of a lap: beside the official SDK, and beside the bare codec. A quick run has no goals. */
function judged({ work, runs }: Lap<Side>, quick: boolean): readonly [speed: Figure, api: Figure] {
  const { ours, official, codec } = runs;
  const goal = quick ? undefined : goals[work.name]?.[work.batch];
  return [
    figureOf({ bench: "batch", work, ours, peer: official, asks: "speed", goal }),
    figureOf({ bench: "api", work, ours, peer: codec, asks: "cost", goal: goal && apiGoal }),
  ];
}
