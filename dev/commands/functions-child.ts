// The program of a process that holds functions alone: see functions-process.ts for its other side.
import { register } from "node:module";
import { fileURLToPath } from "node:url";
import { MessageChannel } from "node:worker_threads";
import { requestReplyHandler, type RequestReplyHandler } from "statefun";
import { loadFunctions } from "../functions/load-functions.js";
import { proposedMessage } from "./first-message.js";
import { summariesOf } from "./function-summary.js";
import type { FromFunctions, ToFunctions } from "./functions-messages.js";

/** Tells the main thread of every module that is loaded. */
const hook = `
let port;
export function initialize(data) { port = data.port; }
export function load(url, context, next) { port.postMessage(url); return next(url, context); }
`;

const aborts = new Map<number, AbortController>();

function say(message: FromFunctions, then: () => void = () => undefined): void {
  process.send?.(message, then);
}

/** Reports the files of modules as they are loaded, also of those that turn out to be wrong. */
function reportLoadedFiles(): void {
  const { port1, port2 } = new MessageChannel();
  register(`data:text/javascript,${encodeURIComponent(hook)}`, {
    data: { port: port2 },
    transferList: [port2],
  });
  port1.on("message", (url: string) => {
    if (url.startsWith("file:")) say({ kind: "loaded", paths: [fileURLToPath(url.replace(/[?#].*$/, ""))] });
  });
  port1.unref();
}

function answer(handler: RequestReplyHandler, { call, request }: ToFunctions & { kind: "call" }): void {
  const abort = new AbortController();
  aborts.set(call, abort);
  void Promise.resolve()
    .then(() => handler.handle(request, { signal: abort.signal }))
    .then(
      (response) => {
        say({ kind: "answer", call, response });
      },
      (error: unknown) => {
        say({ kind: "refused", call, why: error instanceof Error ? error.message : String(error) });
      },
    )
    .finally(() => aborts.delete(call));
}

async function serve(files: readonly string[]): Promise<void> {
  const { functions, egresses } = await loadFunctions(files);
  const handler = requestReplyHandler(functions);
  process.on("message", (message: ToFunctions) => {
    if (message.kind === "call") answer(handler, message);
    else aborts.get(message.call)?.abort();
  });
  const proposed = proposedMessage(functions);
  say({ kind: "ready", functions: summariesOf(functions), proposed, egresses });
}

process.once("disconnect", () => process.exit());
// Ctrl-C reaches the whole group of processes; the other side decides when this one ends.
process.on("SIGINT", () => undefined);

reportLoadedFiles();
serve(process.argv.slice(2)).catch((error: unknown) => {
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
  say({ kind: "failed", why }, () => process.exit(1));
});
