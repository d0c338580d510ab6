import { Command } from "commander";
import { loadModuleWithWarnings } from "../module/load-module.js";
import { ModuleError, problemText, type ModuleProblem } from "../module/module-problem.js";
import type { ReadModuleOptions } from "../module/read-module.js";
import { exitCodes } from "./exit-codes.js";
import { jsonOption, print, printJson } from "./terminal.js";

interface Options {
  readonly env?: true;
  readonly cluster?: true;
  readonly json?: true;
}

/** What came out for one file. */
interface Verdict {
  readonly file: string;
  readonly ok: boolean;
  readonly problems: readonly ModuleProblem[];
  readonly warnings: readonly ModuleProblem[];
}

/** `statefun module check`: says everything that is wrong with module files. */
export function moduleCheck(): Command {
  return new Command("check")
    .description(
      "say everything that is wrong with module files, and what is doubtful; ends with 1 if one is refused",
    )
    .argument("<file...>", "module files")
    .option("--env", "replace ${NAME} and ${NAME:-default} by environment variables; a cluster does not")
    .option(
      "--cluster",
      "judge as a cluster that has this module alone: it needs an ingress and an endpoint, and may use what only a cluster has",
    )
    .addOption(jsonOption())
    .action(check);
}

async function check(files: readonly string[], { env, cluster, json }: Options): Promise<void> {
  const options: ReadModuleOptions = {
    ...(env === undefined ? {} : { env: process.env }),
    ...(cluster === undefined
      ? { standalone: "warn" }
      : ({ standalone: true, unsupported: "warn" } as const)),
  };
  const verdicts = await Promise.all(files.map((file) => verdictOn(file, options)));
  if (json) printJson(verdicts);
  else verdicts.flatMap(linesOf).forEach(print);
  if (verdicts.some(({ ok }) => !ok)) process.exitCode = exitCodes.failed;
}

async function verdictOn(file: string, options: ReadModuleOptions): Promise<Verdict> {
  try {
    const { warnings } = await loadModuleWithWarnings(file, options);
    return { file, ok: true, problems: [], warnings };
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    return { file, ok: false, problems: error.problems, warnings: error.warnings };
  }
}

function linesOf({ file, ok, problems, warnings }: Verdict): readonly string[] {
  const counted = (count: number, what: string): string =>
    `${String(count)} ${what}${count === 1 ? "" : "s"}`;
  const summary = [
    ...(problems.length === 0 ? [] : [counted(problems.length, "error")]),
    ...(warnings.length === 0 ? [] : [counted(warnings.length, "warning")]),
  ].join(", ");
  return [
    ...problems.map((problem) => `${problemText(problem)} [${problem.severity}]`),
    ...warnings.map((warning) => `${problemText(warning)} [warning]`),
    `${file}: ${ok ? "good" : "refused"}${summary === "" ? "" : ` (${summary})`}`,
  ];
}
