import { InvalidArgumentError, Option } from "commander";

/** Results go to standard output, so they can be piped. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** What goes on meanwhile goes to standard error, so it never mixes with a result. */
export function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, undefined, 2));
}

export function jsonOption(): Option {
  return new Option("--json", "print the result as JSON");
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError("It must be a whole number, 1 or more.");
  }
  return value;
}

/** For options that take a port; 0 is any free one. */
export function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError("It must be a port, 0 to 65535.");
  return value;
}

/** For options that may be given several times. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
