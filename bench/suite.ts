import type { Figure } from "./figure.js";
import type { Options } from "./options.js";

/** A kind of bench: `npm run bench -- <name>` runs it. run.ts lists them. */
export interface Suite {
  readonly name: string;
  /** Prints a table as it goes, and returns its figures. */
  run(options: Options, print: (line: string) => void): Promise<Figure[]>;
}
