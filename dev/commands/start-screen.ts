import type { FirstMessage } from "./first-message.js";
import { shellWord } from "./first-message.js";
import { aligned, printable, type Style } from "./style.js";

/** A function that the runtime calls in this process, or in a child of it. */
export interface ScreenFunction {
  readonly typename: string;
  /** The typenames of what it accepts. */
  readonly accepts: readonly string[];
  /** The names of its state values. */
  readonly storage: readonly string[];
}

/** An endpoint, an ingress or an egress. */
export interface ScreenPart {
  readonly id: string;
  readonly description: string;
}

/** What runs: everything that the start screen tells. */
export interface StartScreen {
  readonly version: string;
  /** What was asked for on the command line: files as they were written. */
  readonly files: readonly string[];
  readonly functions: readonly ScreenFunction[];
  /** Endpoints of the module that are reached over HTTP; `id` is the pattern of typenames. */
  readonly endpoints: readonly ScreenPart[];
  readonly ingresses: readonly ScreenPart[];
  readonly egresses: readonly ScreenPart[];
  /** An egress whose records can be read over HTTP, if there is one. */
  readonly readable: string | undefined;
  /** Whether records of any other egress are kept, to be read over HTTP. */
  readonly takesAnyEgress: boolean;
  /** The folder of the store; `undefined` if nothing is kept. */
  readonly dataFolder: string | undefined;
  /** Whether the store had anything in it. */
  readonly resumed: boolean;
  /** Whether commits survive power loss. */
  readonly sync: boolean;
  /** The URL of the JSON API; `undefined` if there is none. */
  readonly api: string | undefined;
  /** What the API wants to be shown; `undefined` if being on this machine is enough. */
  readonly apiToken?: string | undefined;
  readonly watching: boolean;
  /** Where HTTP messages are taken; `undefined` if nothing listens. */
  readonly httpIngress: string | undefined;
  readonly firstMessage: FirstMessage | undefined;
  /** What the module's author probably did not mean. */
  readonly warnings: readonly string[];
  /** How long it took, since the process began. */
  readonly startMillis: number;
}

/** The start screen: what runs, where, and what to do first. */
export function startScreen(screen: StartScreen, style: Style): readonly string[] {
  const seconds = (screen.startMillis / 1000).toFixed(1);
  const title = `${style("bold", "statefun dev")} ${style("dim", `${screen.version}, ready in ${seconds} s`)}`;
  return [
    title,
    "",
    ...aligned(sections(screen, style).flatMap(([name, rows]) => labelled(style("bold", name), rows))),
    ...screen.warnings.map((warning) => `${style("yellow", "Warning")}  ${printable(warning)}`),
    "",
    ...whatNext(screen, style),
    style("dim", `Ctrl-C ends it${screen.dataFolder === undefined ? "" : "; state is kept"}.`),
  ];
}

type Section = readonly [name: string, rows: readonly (readonly string[])[]];

function sections(screen: StartScreen, style: Style): readonly Section[] {
  const parts = (all: readonly ScreenPart[]): readonly (readonly string[])[] =>
    all.map(({ id, description }) => [style("cyan", printable(id)), printable(description)]);
  const functions = screen.functions.map(({ typename, accepts, storage }) => [
    style("cyan", printable(typename)),
    describedFunction(accepts, storage),
  ]);
  const egresses = [
    ...parts(screen.egresses),
    ...(screen.takesAnyEgress ? [[style("cyan", "any other"), "kept in memory, to be read over HTTP"]] : []),
  ];
  const all: readonly Section[] = [
    ["Functions", functions],
    ["Endpoints", parts(screen.endpoints)],
    ["Ingresses", parts(screen.ingresses)],
    ["Egresses", egresses],
    ["Data", [[dataText(screen)]]],
    ["API", screen.api === undefined ? [] : [[screen.api + tokenText(screen.apiToken)]]],
    ["Watching", screen.watching ? [[screen.files.map(printable).join(" ")]] : []],
  ];
  return all.filter(([, rows]) => rows.length > 0);
}

function describedFunction(accepts: readonly string[], storage: readonly string[]): string {
  const accepted = accepts.length === 0 ? "any message" : accepts.map(printable).join(", ");
  return `accepts ${accepted}${storage.length === 0 ? "" : `; keeps ${storage.map(printable).join(", ")}`}`;
}

function dataText({ dataFolder, resumed, sync }: StartScreen): string {
  if (dataFolder === undefined) return "in memory: nothing is left at the end";
  const survives = sync
    ? "survives power loss"
    : "survives a crash of the process; --sync for power loss, too";
  return `${printable(dataFolder)} (${resumed ? "goes on where it ended" : "new"}; ${survives})`;
}

function tokenText(token: string | undefined): string {
  return token === undefined ? "" : ` (with the header "authorization: Bearer ${token}")`;
}

function labelled(name: string, rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return rows.map((row, at) => [at === 0 ? name : "", ...row]);
}

function whatNext({ firstMessage, httpIngress, readable }: StartScreen, style: Style): readonly string[] {
  if (httpIngress === undefined) return [];
  if (firstMessage === undefined) {
    return ["Send a message to any address:", "", `  curl ${httpIngress}/<namespace>/<name>/<id> -d '…'`, ""];
  }
  const { command, complete } = firstMessage;
  return [
    complete ? "Send a message:" : "Send a message (put its bytes into message.bin; no example was found):",
    "",
    `  ${style("green", command)}`,
    "",
    ...(readable === undefined
      ? []
      : ["Read what comes out:", "", `  ${style("green", readCommand(httpIngress, readable))}`, ""]),
  ];
}

/** A line for a shell that reads the records of an egress, waiting for the first one. */
export function readCommand(httpIngress: string, egress: string): string {
  return `curl ${shellWord(`${httpIngress}/egress/${egress}?wait=10s`)}`;
}
