import { batchSizes, type BatchSize, type FunctionName } from "../work/contract.js";
import { contestantNames, type ContestantName } from "./contestants.js";

/** What the command line asks for. */
export interface HttpOptions {
  readonly functions: readonly FunctionName[];
  readonly batches: readonly BatchSize[];
  readonly contestants: readonly ContestantName[];
  /** Whether two workers are compared with one. */
  readonly workers: boolean;
  /** A short run of everything: proves that it works, measures nothing. */
  readonly quick: boolean;
  /** A missed goal makes the process exit with 1. */
  readonly check: boolean;
}

/** The functions that every contestant has. */
export const httpFunctions: readonly FunctionName[] = ["counter", "relay"];

const workersWord = "workers";

/**
 * Reads the command line: `--quick`, `--check`, and any number of functions, batch sizes and contestants, of which
 * `workers` stands for the comparison of two with one. What is not narrowed stays whole.
 *
 * @throws Error naming a word that is none of these, and what it could have been.
 */
export function parseHttpOptions(words: readonly string[]): HttpOptions {
  const known = [
    ...httpFunctions,
    ...batchSizes.map(String),
    ...contestantNames,
    workersWord,
    "--quick",
    "--check",
  ];
  const unknown = words.find((word) => !known.includes(word));
  if (unknown !== undefined) {
    throw new Error(
      `bench:http: ${JSON.stringify(unknown)} is nothing this bench knows; it takes ${known.join(", ")}.`,
    );
  }
  const asked = <T extends string | number>(all: readonly T[]): readonly T[] =>
    all.filter((one) => words.includes(String(one)));
  const orAll = <T>(some: readonly T[], all: readonly T[]): readonly T[] => (some.length > 0 ? some : all);
  const contestants = asked(contestantNames);
  const workers = words.includes(workersWord);
  return {
    functions: orAll(asked(httpFunctions), httpFunctions),
    batches: orAll(asked(batchSizes), batchSizes),
    contestants: workers ? contestants : orAll(contestants, contestantNames),
    workers: workers || contestants.length === 0,
    quick: words.includes("--quick"),
    check: words.includes("--check"),
  };
}
