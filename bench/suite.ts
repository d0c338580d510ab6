import type { Options } from "./options.js";

/** What every figure has, whatever it measures. */
export interface Judged {
  /** `null` where nothing is promised. */
  readonly met: boolean | null;
}

/** A kind of bench: `npm run bench -- <name>` runs it. run.ts lists them. */
export interface Suite {
  readonly name: string;
  /** Prints a table as it goes, and returns its figures. */
  run(options: Options, print: (line: string) => void): Promise<readonly Judged[]>;
}
