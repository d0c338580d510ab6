import type { Figure } from "./figure.js";
import type { Runs } from "./measure.js";
import { spread } from "./statistics.js";
import type { Work } from "./work/contract.js";

const firstTitle = "thousand invocations per CPU second";

/** Wide enough for the widest cell, such as "10,000 ±25%" or "15x missed". */
const cellWidth = 11;

/** A table whose rows are printed as soon as they are measured; a kind of work each. */
export class Table {
  readonly #widths: readonly number[];
  readonly #print: (line: string) => void;

  constructor(titles: readonly string[], print: (line: string) => void) {
    this.#widths = titles.map((title) => Math.max(title.length, cellWidth));
    this.#print = print;
    this.#line(firstTitle, titles);
    this.#line(
      "-".repeat(firstTitle.length),
      this.#widths.map((width) => "-".repeat(width)),
    );
  }

  row({ name, batch }: Work, cells: readonly string[]): void {
    this.#line(`${name} ${batch.toString()}`, cells);
  }

  #line(first: string, cells: readonly string[]): void {
    const padded = cells.map((cell, column) => cell.padStart(this.#widths[column] ?? 0));
    this.#print([first.padEnd(firstTitle.length), ...padded].join("  "));
  }
}

/** A figure, and how far its runs lie apart. */
export function speedCell(thousandPerSecond: number, runs: Runs): string {
  const digits = thousandPerSecond >= 100 ? 0 : thousandPerSecond >= 10 ? 1 : 2;
  const figure = thousandPerSecond.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return `${figure} ±${Math.round(spread(runs) * 100).toString()}%`;
}

/** The cells for a ratio and its goal. */
export function ratioCells({ ratio, goal, met }: Figure): readonly [ratio: string, goal: string] {
  return [
    `${ratio.toFixed(2)}x`,
    goal === null ? "-" : `${goal.toString()}x${met === false ? " missed" : ""}`,
  ];
}
