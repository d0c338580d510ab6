/**
 * `npm run soak [-- --minutes <number> --seed <number> --leak]`: serves random traffic, failures among it, by `listen` in
 * a process of its own, and fails if its heap grows, a batch is answered wrongly, or anything is left when it has ended.
 */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import type { Sample } from "./messages.js";
import { mostGrowthBytes, soak } from "./soak.js";

/** Enough to see a leak of some hundred bytes a batch. */
const defaultMinutes = 1;
const megabyte = 1024 * 1024;

const { values } = parseArgs({
  options: {
    minutes: { type: "string" },
    seed: { type: "string" },
    leak: { type: "boolean", default: false },
  },
});

function number(option: "minutes" | "seed", otherwise: number): number {
  const given = values[option];
  if (given === undefined) return otherwise;
  const found = Number(given);
  if (given.trim() !== "" && found > 0 && Number.isFinite(found)) return found;
  throw new Error(`--${option} is ${JSON.stringify(given)}: give it a number above 0`);
}

const inMegabytes = (bytes: number): string => (bytes / megabyte).toFixed(2);

function print(sample: Sample, seconds: number): void {
  const columns = [
    seconds.toFixed(0),
    inMegabytes(sample.held),
    inMegabytes(sample.physical),
    String(sample.connections),
    String(sample.handles),
  ];
  console.log(columns.map((column) => column.padStart(12)).join(""));
}

const minutes = number("minutes", defaultMinutes);
const seed = number("seed", randomInt(2 ** 31));
console.log(
  `${String(minutes)} minutes of random traffic, seed ${String(seed)}${values.leak ? ", with functions that leak" : ""}`,
);
console.log(
  ["seconds", "held MiB", "RSS MiB", "connections", "handles"].map((title) => title.padStart(12)).join(""),
);
const { tally, growth, closed, misses } = await soak({
  seconds: minutes * 60,
  seed,
  leaks: values.leak,
  onSample: print,
});
console.log();
for (const [kind, count] of Object.entries(tally.kinds).sort(([, a], [, b]) => b - a)) {
  console.log(`${String(count).padStart(9)}  ${kind}`);
}
console.log();
for (const miss of misses.slice(0, 20)) console.log(`miss: ${miss}`);
console.log(
  `${misses.length === 0 ? "passed" : `failed, ${String(misses.length)} misses`}: ${String(tally.batches)} batches as they should be, ` +
    `growth of the heap ${inMegabytes(growth)} MiB (at most ${inMegabytes(mostGrowthBytes)}), ` +
    `exit ${closed.exit} with ${String(closed.handles.length)} handles left`,
);
process.exitCode = misses.length === 0 ? 0 : 1;
