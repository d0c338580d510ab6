/** `npm run fuzz [-- --seed <number> --count <number> --from <number>]`: fuzzes the codec and the handler. */
import { parseArgs } from "node:util";
import { campaign } from "./campaign.js";
import { freshSeed } from "./random.js";

/** Enough for every oddity to meet every other one; less than a minute on one core. */
const defaultCount = 200_000;

const { values } = parseArgs({
  options: { seed: { type: "string" }, count: { type: "string" }, from: { type: "string" } },
});

function wholeNumber(option: keyof typeof values, otherwise: number): number {
  const given = values[option];
  if (given === undefined) return otherwise;
  const number = Number(given);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new Error(`--${option} is ${JSON.stringify(given)}: give it a whole number`);
}

const seed = wholeNumber("seed", freshSeed());
const count = wholeNumber("count", defaultCount);
const from = wholeNumber("from", 0);

console.log(`seed ${String(seed)}, ${String(count)} bodies from ${String(from)}`);
const started = performance.now();
const outcomes = await campaign({ seed, count, from });
const seconds = (performance.now() - started) / 1000;
for (const [outcome, times] of [...outcomes].sort(([, a], [, b]) => b - a)) {
  console.log(`${String(times).padStart(9)}  ${outcome}`);
}
console.log(`${String(count)} bodies in ${seconds.toFixed(1)} s, no difference`);
