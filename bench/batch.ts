import { awaitingCodec } from "./contestants/codec.js";
import { official } from "./contestants/official.js";
import { ours } from "./contestants/ours.js";
import { figureOf, type Figure, type Goal } from "./figure.js";
import {
  fullEffort,
  measure,
  quickEffort,
  warmUp,
  type Contestant,
  type Cost,
  type Effort,
} from "./measure.js";
import type { Suite } from "./suite.js";
import { digits, percent, Table, times } from "./table.js";
import { verifyAnswers } from "./work/answers.js";
import { functionNames, type BatchSize, type FunctionName, type Work } from "./work/contract.js";
import { requestsFor } from "./work/requests.js";

/** How many times as fast as the official SDK we mean to be. */
const goals: Readonly<Record<FunctionName, Readonly<Record<BatchSize, number>> | undefined>> = {
  counter: { 1: 10, 10: 12, 100: 15, 1000: 15 },
  relay: { 1: 8, 10: 8, 100: 8, 1000: 12 },
  cart: { 1: 1.1, 10: 8, 100: 40, 1000: 60 },
  "cart-zod": undefined, // the official SDK has no schemas: the row shows what ours cost
};

/** How many times the time of the bare codec our handler may take. */
const apiGoal: Goal = { atMost: 1.6 };

type Side = "ours" | "official" | "codec";

/** Bytes → our handler → bytes, beside the official SDK, and beside our codec without the handler. */
export const batch: Suite = {
  name: "batch",
  async run(options, print) {
    const effort = options.quick ? quickEffort : fullEffort;
    await startAll(effort);
    const table = new Table(
      [
        { title: "thousand invocations per CPU second", width: 0 },
        ...["ours ±", "official ±", "times as fast", "goal"].map((title) => ({ title, width: 10 })),
        ...["bare codec ±", "API costs", "goal"].map((title) => ({ title, width: 10 })),
      ],
      print,
    );
    const figures: Figure[] = [];
    for (const name of options.functions) {
      for (const size of options.batches) {
        const work: Work = { name, batch: size };
        const requests = requestsFor(work);
        const contestants = contestantsFor(name);
        await verifyAnswers(work, requests, Object.values(contestants));
        figures.push(...judge(work, await measure(contestants, requests, effort), table));
      }
    }
    return figures;
  },
};

function contestantsFor(name: FunctionName): Record<Side, Contestant> {
  return { ours: ours(), official: official(), codec: awaitingCodec(name) };
}

/**
 * Runs everything once before the first figure, also what was not asked for: a service holds several functions, and a
 * figure must not depend on how many of them are measured, or in which order.
 */
async function startAll(effort: Effort): Promise<void> {
  for (const name of functionNames) {
    const requests = requestsFor({ name, batch: 10 });
    for (const contestant of Object.values(contestantsFor(name))) {
      await warmUp(contestant, requests, effort.coldStartMillis, effort);
    }
  }
}

/** Turns the costs of one kind of work into figures and a row of the table. */
function judge(work: Work, costs: Record<Side, Cost>, table: Table): [speed: Figure, api: Figure] {
  const atLeast = goals[work.name]?.[work.batch];
  const speed = figureOf({
    bench: "batch",
    function: work.name,
    batch: work.batch,
    oursMicros: costs.ours.micros,
    peerMicros: costs.official.micros,
    goal: atLeast === undefined ? undefined : { atLeast },
  });
  const api = figureOf({
    bench: "api",
    function: work.name,
    batch: work.batch,
    oursMicros: costs.ours.micros,
    peerMicros: costs.codec.micros,
    goal: apiGoal,
  });
  table.row([
    `${work.name} ${work.batch.toString()}`,
    `${digits(speed.ours)} ${percent(costs.ours.spread)}`,
    `${digits(speed.peer)} ${percent(costs.official.spread)}`,
    ...times(speed),
    `${digits(api.peer)} ${percent(costs.codec.spread)}`,
    ...times(api),
  ]);
  return [speed, api];
}
