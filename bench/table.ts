import type { Figure } from "./figure.js";

/** A column of a table: its title, and how wide its widest cell gets. */
export interface Column {
  readonly title: string;
  readonly width: number;
}

/** A table whose rows are printed as soon as they are known: the first column to the left, all others to the right. */
export class Table {
  readonly #widths: readonly number[];
  readonly #print: (line: string) => void;

  constructor(columns: readonly Column[], print: (line: string) => void) {
    this.#widths = columns.map(({ title, width }) => Math.max(title.length, width));
    this.#print = print;
    this.row(columns.map(({ title }) => title));
    this.row(this.#widths.map((width) => "-".repeat(width)));
  }

  row(cells: readonly string[]): void {
    const padded = cells.map((cell, column) => {
      const width = this.#widths[column] ?? 0;
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
    this.#print(padded.join("  ").trimEnd());
  }
}

/** A figure with as many digits as it deserves. */
export function digits(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(value >= 10 ? 1 : 2);
}

/** A fraction as a percentage. */
export function percent(fraction: number): string {
  return `${Math.round(fraction * 100).toString()}%`;
}

/** The cells for a figure's ratio and its goal, with a mark where the goal is missed. */
export function times({ ratio, goal, met }: Figure): [ratio: string, goal: string] {
  return [
    `${ratio.toFixed(2)}x`,
    goal === null ? "-" : `${goal.toString()}x${met === false ? " missed" : ""}`,
  ];
}
