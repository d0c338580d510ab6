/** The one place where the scripts start other programs. */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's folder. */
export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Where and how a program runs. */
export interface RunOptions {
  /** The working folder; the repository's without it. */
  readonly cwd?: string;
  /** Variables on top of this process's own. */
  readonly env?: Readonly<Record<string, string>>;
}

/** No step takes more than two minutes; one that hangs must not hold CI. */
const limitMillis = 20 * 60_000;

/**
 * Runs a program to its end and gives back what it wrote to standard output.
 *
 * @throws Error with everything the program wrote, if it cannot start or ends with another status than 0.
 */
export function run(program: string, args: readonly string[], options: RunOptions = {}): string {
  const result = spawnSync(program, args, {
    cwd: options.cwd ?? root,
    env: { ...process.env, ...options.env },
    encoding: "utf8",
    timeout: limitMillis,
    maxBuffer: 64 * 1024 * 1024, // a lint run over a broken tree is long, and its first lines matter
  });
  if (result.error)
    throw new Error(`cannot run ${program}: ${result.error.message}`, { cause: result.error });
  if (result.status !== 0) {
    const reason = result.signal
      ? `was ended by ${result.signal}`
      : `ended with status ${String(result.status)}`;
    throw new Error(`${program} ${args.join(" ")} ${reason}\n${result.stdout}${result.stderr}`);
  }
  return result.stdout;
}

/** Ends a check: silently if `problems` is empty, else with each of them on a line of standard error and status 1. */
export function endWith(problems: readonly string[]): void {
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
