/** Lines that happen while a test runs, in order, and a way to wait for one of them without polling. */
export class Log {
  readonly lines: string[] = [];
  readonly #waiting = new Set<() => void>();

  add(line: string): void {
    this.lines.push(line);
    for (const check of [...this.#waiting]) check();
  }

  /** The rest of each line that starts with `word` and a space. */
  of(word: string): string[] {
    return this.lines
      .filter((line) => line.startsWith(`${word} `))
      .map((line) => line.slice(word.length + 1));
  }

  /** Resolves once `line` has been added. */
  until(line: string): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!this.lines.includes(line)) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }
}
