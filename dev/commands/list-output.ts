import { Option } from "commander";
import type { RuntimeOptions } from "./runtime-client.js";
import { styleFor, table } from "./style.js";
import { positiveInteger, print, progress } from "./terminal.js";

/** The options of a command that shows a list. */
export interface ListOptions extends RuntimeOptions {
  readonly limit: number;
  readonly json?: true;
}

/** A screenful or two. */
const defaultLimit = 50;

/** How many items of a list are shown. */
export function limitOption(): Option {
  return new Option("-n, --limit <number>", "the most that are shown")
    .argParser(positiveInteger)
    .default(defaultLimit);
}

/** A table on standard output. */
export function printTable(heads: readonly string[], rows: readonly (readonly string[])[]): void {
  for (const line of table(heads, rows, styleFor(process.stdout))) print(line);
}

/** Says, on standard error, that a list was cut. */
export function printMore(more: boolean): void {
  if (more) progress("There are more: see them with --limit.");
}
