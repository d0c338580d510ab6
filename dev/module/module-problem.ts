import { RuntimeError } from "../runtime/runtime-error.js";

/** Something about a module file, with its place. */
export interface ModuleProblem {
  /** The file, as it was named. */
  readonly file: string;
  /** From 1; `undefined` if it is about the file as a whole. */
  readonly line: number | undefined;
  /** From 1, as `line`. */
  readonly column: number | undefined;
  /** The number of the YAML document in the file, from 1. */
  readonly document: number | undefined;
  /** The kind of the component, as far as it is known. */
  readonly kind: string | undefined;
  /** What the component is called: an id, or the functions of an endpoint. */
  readonly id: string | undefined;
  /** Where in the document, such as `spec.topics[0].targets`; empty for the document as a whole. */
  readonly field: string;
  /**
   * `invalid`: a cluster refuses the module too. `unsupported`: only the embedded runtime does. `warning`: a cluster
   * takes it, but the author probably meant something else.
   */
  readonly severity: "invalid" | "unsupported" | "warning";
  /** What was found and what is allowed: a sentence. */
  readonly message: string;
}

/** A problem in one line: `file:line:column: document 2 (kind id), field: sentence`. */
export function problemText(problem: ModuleProblem): string {
  const { file, line, column, document, kind, id, field, message } = problem;
  const place = line === undefined ? file : `${file}:${String(line)}:${String(column ?? 1)}`;
  const component = [kind, id].filter((part) => part !== undefined).join(" ");
  const where = [
    document === undefined
      ? undefined
      : `document ${String(document)}${component === "" ? "" : ` (${component})`}`,
    field === "" ? undefined : field,
  ].filter((part) => part !== undefined);
  return `${place}: ${where.length === 0 ? "" : `${where.join(", ")}: `}${message}`;
}

/** A module file that cannot be used: everything that is wrong with it, in its message and as data. */
export class ModuleError extends RuntimeError {
  /** In the order of the file; warnings are not among them. */
  readonly problems: readonly ModuleProblem[];
  /** What else was noticed. */
  readonly warnings: readonly ModuleProblem[];

  /** Its code is `unsupported` if a cluster would take the module, and `invalid-module` otherwise. */
  constructor(problems: readonly ModuleProblem[], warnings: readonly ModuleProblem[] = [], cause?: unknown) {
    const code = problems.every(({ severity }) => severity === "unsupported")
      ? "unsupported"
      : "invalid-module";
    const lines = problems.map(problemText);
    const message =
      lines.length === 1 ? (lines[0] ?? "") : `${String(lines.length)} problems:\n  ${lines.join("\n  ")}`;
    super(code, message, { cause });
    this.name = "ModuleError";
    this.problems = problems;
    this.warnings = warnings;
  }
}

/** Collects what is found in one file. */
export class Findings {
  readonly #found: ModuleProblem[] = [];

  add(problem: ModuleProblem): void {
    this.#found.push(problem);
  }

  /** What makes the module unusable, in the order of the file. */
  get problems(): readonly ModuleProblem[] {
    return this.#sorted(({ severity }) => severity !== "warning");
  }

  /** What does not, in the order of the file. */
  get warnings(): readonly ModuleProblem[] {
    return this.#sorted(({ severity }) => severity === "warning");
  }

  #sorted(matches: (problem: ModuleProblem) => boolean): readonly ModuleProblem[] {
    const place = ({ line, column }: ModuleProblem): number => (line ?? Infinity) * 1e6 + (column ?? 0);
    return this.#found.filter(matches).sort((one, other) => {
      const [first, second] = [place(one), place(other)];
      return first === second ? 0 : first - second;
    });
  }
}
