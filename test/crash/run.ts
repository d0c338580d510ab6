/**
 * `npm run test:crash [-- --records <number> --kills <number> --function-kills <number> --seed <number> --fault <name>]`:
 * kills a runtime and its functions while records flow, and compares what comes out with a model. `--fault` does a wrong
 * on purpose (`doubled`, `lost`, `at-least-once`): the run must then fail.
 */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { crash } from "./crash.js";
import type { Fault } from "./crash.js";

const faults: readonly Fault[] = ["doubled", "lost", "at-least-once"];

/** Differences often come by the hundred, and the first ones say what kind they are. */
const shownDifferences = 30;

const { values } = parseArgs({
  options: {
    records: { type: "string", default: "100000" },
    kills: { type: "string", default: "50" },
    "function-kills": { type: "string", default: "20" },
    seed: { type: "string", default: String(randomInt(2 ** 31)) },
    fault: { type: "string" },
  },
});

function wholeNumber(option: "records" | "kills" | "function-kills" | "seed"): number {
  const found = Number(values[option]);
  if (values[option].trim() !== "" && Number.isSafeInteger(found) && found >= 0) return found;
  throw new Error(`--${option} is ${JSON.stringify(values[option])}: give it a whole number`);
}

function chosenFault(): Fault | undefined {
  if (values.fault === undefined) return undefined;
  const fault = faults.find((name) => name === values.fault);
  if (fault === undefined) throw new Error(`--fault is ${values.fault}: give it ${faults.join(", ")}`);
  return fault;
}

const seed = wholeNumber("seed");
const size = {
  records: wholeNumber("records"),
  kills: wholeNumber("kills"),
  functionKills: wholeNumber("function-kills"),
};
const fault = chosenFault();
const command = [
  "npm run test:crash --",
  `--records ${String(size.records)} --kills ${String(size.kills)}`,
  `--function-kills ${String(size.functionKills)} --seed ${String(seed)}`,
  ...(fault === undefined ? [] : [`--fault ${fault}`]),
].join(" ");
const started = performance.now();
const stamped = (line: string): string =>
  `${((performance.now() - started) / 1_000).toFixed(0).padStart(5)} s  ${line}`;
const print = (line: string): void => {
  console.log(stamped(line));
};

print(`seed ${String(seed)}; the same again: ${command}`);
try {
  const { differences, outcomes, runtimeKills, functionKills, killsUnderLoad } = await crash({
    ...size,
    seed,
    fault,
    onProgress: print,
  });
  for (const difference of differences.slice(0, shownDifferences)) console.error(`  ${difference}`);
  const what =
    `${String(outcomes)} committed records, the runtime killed ${String(runtimeKills)} times, the functions ` +
    `${String(functionKills)} times, ${String(killsUnderLoad)} of these under load`;
  if (differences.length === 0) print(`passed, seed ${String(seed)}: nothing lost, nothing doubled; ${what}`);
  else {
    process.exitCode = 1;
    print(`failed, seed ${String(seed)}: ${String(differences.length)} differences; ${what}; ${command}`);
  }
} catch (error) {
  process.exitCode = 1;
  console.error(error instanceof Error ? error.message : error);
  print(`failed, seed ${String(seed)}: ${command}`);
}
