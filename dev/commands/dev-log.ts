import { entryJson } from "../runtime/api/journal-json.js";
import type { EntryJson } from "../runtime/api/journal-schemas.js";
import type { JournalEntry } from "../runtime/journal-entry.js";
import { shownEntry } from "./shown-entry.js";
import { readCommand, startScreen, type StartScreen } from "./start-screen.js";
import { printable, styleFor } from "./style.js";
import { print } from "./terminal.js";

/** What `statefun dev` tells of itself while it runs. */
export interface DevLog {
  /** It runs. */
  started(screen: StartScreen): void;
  /** Something happened in the runtime; must be quick for most of it. */
  entry(entry: JournalEntry): void;
  /** Functions have been loaded again. */
  reloaded(typenames: readonly string[]): void;
  /** Functions could not be loaded; those of before, if any, go on. */
  reloadFailed(why: string, goesOn: boolean): void;
  /** The module file has changed, and the runtime runs what is in it. */
  moduleReloaded(file: string, warnings: readonly string[]): void;
  /** What is in the module file cannot be run; the module of before goes on. */
  moduleFailed(why: string): void;
  /** The process of the functions has died, and is started again. */
  functionsDied(why: string): void;
  /** It is about to end. */
  ending(): void;
}

/** What is told beside errors. */
export interface DevLogOptions {
  /** Records of egresses, as they leave. */
  readonly records: boolean;
}

/** Of each value, the bytes that a line shows; `statefun egress` and `statefun trace` show more. */
const shownBytes = 4_096;

/** Failed attempts with the same reason are told once in this time: a function that is down fails at every address. */
const quietMillis = 1_000;

/** What everybody wants to know at once; the rest is in the journal. */
function isNews(entry: JournalEntry, { records }: DevLogOptions): boolean {
  switch (entry.kind) {
    case "stopped":
    case "attempt-failed":
    case "ingress-failed":
    case "ingress-recovered":
    case "egress-failed":
    case "egress-recovered":
    case "egress-dropped":
    case "quarantine":
    case "quarantine-full":
    case "quarantine-relieved":
      return true;
    case "running":
      return entry.restarts > 0;
    case "delivered":
      return records;
    default:
      return false;
  }
}

/** Decodes what is told, and holds back what was just told. */
class News {
  readonly #options: DevLogOptions;
  #reason: string | undefined;
  #reasonMillis = 0;
  /** Egresses that are told to fail, and not yet to be back: they try again and again. */
  readonly #failing = new Set<string>();

  constructor(options: DevLogOptions) {
    this.#options = options;
  }

  /** The entry decoded, if it is to be told. */
  of(entry: JournalEntry): EntryJson | undefined {
    if (!isNews(entry, this.#options)) return undefined;
    if (entry.kind === "running") this.#failing.clear();
    // A record that was dropped may have another one behind it that cannot be delivered either.
    if (entry.kind === "egress-recovered" || entry.kind === "egress-dropped") {
      this.#failing.delete(entry.egress);
    }
    if (entry.kind === "egress-failed") {
      if (this.#failing.has(entry.egress)) return undefined;
      this.#failing.add(entry.egress);
    }
    const atMillis = Date.now();
    if (entry.kind === "attempt-failed") {
      if (entry.why === this.#reason && atMillis - this.#reasonMillis < quietMillis) return undefined;
      this.#reason = entry.why;
      this.#reasonMillis = atMillis;
    }
    return entryJson("dev", { number: 0, atMillis, entry }, shownBytes);
  }
}

/** A log for people, on standard output. */
export function readableLog(options: DevLogOptions): DevLog {
  const style = styleFor(process.stdout);
  const news = new News(options);
  const hinted = new Set<string>();
  let readable: string | undefined;
  return {
    started(screen) {
      for (const line of startScreen(screen, style)) print(line);
      if (screen.takesAnyEgress) readable = screen.httpIngress;
      for (const { id } of screen.egresses) hinted.add(id);
    },
    entry(entry) {
      const told = news.of(entry);
      if (told !== undefined) for (const line of shownEntry(told, style)) print(line);
      if (entry.kind !== "delivered" || readable === undefined || hinted.has(entry.egress)) return;
      hinted.add(entry.egress);
      print(`${style("dim", "Read these records:")}  ${style("green", readCommand(readable, entry.egress))}`);
    },
    reloaded(typenames) {
      print(`${style("green", "Loaded again")}  ${typenames.map(printable).join(", ")}`);
    },
    reloadFailed(why, goesOn) {
      print(style("red", "The functions cannot be loaded:"));
      print(why);
      print(goesOn ? "Those of before go on. Waiting for a change …" : "Waiting for a change …");
    },
    moduleReloaded(file, warnings) {
      print(`${style("green", "Loaded again")}  ${printable(file)}`);
      for (const warning of warnings) print(`${style("yellow", "Warning")}  ${printable(warning)}`);
    },
    moduleFailed(why) {
      print(style("red", "The module cannot be run:"));
      print(why);
      print("The one of before goes on. Waiting for a change …");
    },
    functionsDied(why) {
      print(`${style("red", "The functions have died")}: ${printable(why)}. They are started again.`);
    },
    ending() {
      print(style("dim", "Ending; Ctrl-C once more ends at once."));
    },
  };
}

/** A log for programs: a JSON object a line, told apart by `kind`. */
export function jsonLog(options: DevLogOptions): DevLog {
  const news = new News(options);
  const write = (value: object): void => {
    print(JSON.stringify(value));
  };
  return {
    started(screen) {
      write({ kind: "started", pid: process.pid, ...screen });
    },
    entry(entry) {
      const told: Partial<EntryJson> | undefined = news.of(entry);
      if (told === undefined) return;
      delete told.id; // numbers the entries of another list
      write(told);
    },
    reloaded(typenames) {
      write({ kind: "reloaded", functions: typenames });
    },
    reloadFailed(why, goesOn) {
      write({ kind: "reload-failed", why, goesOn });
    },
    moduleReloaded(file, warnings) {
      write({ kind: "module-reloaded", file, warnings });
    },
    moduleFailed(why) {
      write({ kind: "module-failed", why });
    },
    functionsDied(why) {
      write({ kind: "functions-died", why });
    },
    ending() {
      write({ kind: "ending" });
    },
  };
}
