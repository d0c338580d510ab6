import { runtimeParts, type RuntimePart } from "./runtime/parts.js";
import { batchSizes, functionNames, type BatchSize, type FunctionName } from "./work/contract.js";

/** What the command line asks for. */
export interface Options {
  readonly suites: readonly string[];
  readonly functions: readonly FunctionName[];
  readonly batches: readonly BatchSize[];
  /** What of the suite `runtime` runs. */
  readonly parts: readonly RuntimePart[];
  /** One short run of everything: proves that it works, measures nothing. */
  readonly quick: boolean;
  /** A missed goal makes the process exit with 1. */
  readonly check: boolean;
}

/**
 * Reads the command line: `--quick`, `--check`, and any number of suites, functions, batch sizes and parts. What is not
 * narrowed stays whole, except the suite, which is the first of `suites`.
 *
 * @throws Error naming a word that is none of these, and what it could have been.
 */
export function parseOptions(words: readonly string[], suites: readonly string[]): Options {
  const known = [
    ...suites,
    ...functionNames,
    ...batchSizes.map(String),
    ...runtimeParts,
    "--quick",
    "--check",
  ];
  const unknown = words.find((word) => !known.includes(word));
  if (unknown !== undefined) {
    throw new Error(
      `bench: ${JSON.stringify(unknown)} is nothing this bench knows; it takes ${known.join(", ")}.`,
    );
  }
  const asked = <T extends string | number>(all: readonly T[]): T[] =>
    all.filter((one) => words.includes(String(one)));
  const orAll = <T>(some: readonly T[], all: readonly T[]): readonly T[] => (some.length > 0 ? some : all);
  return {
    suites: orAll(asked(suites), suites.slice(0, 1)),
    functions: orAll(asked(functionNames), functionNames),
    batches: orAll(asked(batchSizes), batchSizes),
    parts: orAll(asked(runtimeParts), runtimeParts),
    quick: words.includes("--quick"),
    check: words.includes("--check"),
  };
}
