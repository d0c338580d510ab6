/** Rows of text and figures, printed as they are measured. */
export class RowTable {
  readonly #widths: readonly number[];
  readonly #print: (line: string) => void;

  constructor(titles: readonly string[], print: (line: string) => void, firstWidth = 28) {
    this.#widths = titles.map((title, column) => Math.max(title.length, column === 0 ? firstWidth : 9));
    this.#print = print;
    print("");
    this.row(titles);
    this.row(this.#widths.map((width) => "-".repeat(width)));
  }

  row([first = "", ...cells]: readonly string[]): void {
    const padded = cells.map((cell, column) => cell.padStart(this.#widths[column + 1] ?? 0));
    this.#print([first.padEnd(this.#widths[0] ?? 0), ...padded].join("  "));
  }
}

/** A number for people: three digits at least, thousands apart. */
export function shown(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
