import type { RequestReplyHandler } from "statefun";
import type { ProposedMessage } from "./first-message.js";
import type { FunctionSummary } from "./function-summary.js";

/** The functions of the command line, wherever they run. */
export interface DevFunctions {
  /** What the runtime calls. */
  readonly handle: RequestReplyHandler["handle"];
  /** What they say of themselves now. */
  readonly functions: readonly FunctionSummary[];
  /** What may be sent to one of them first. */
  readonly proposed: ProposedMessage | undefined;
  /** The egresses that are exported beside them. */
  readonly egresses: readonly string[];
  /** Ends them. */
  close(): void;
}

/** What there is without files of functions. */
export const noFunctions: DevFunctions = {
  handle: () => {
    throw new Error("there are no functions in this process");
  },
  functions: [],
  proposed: undefined,
  egresses: [],
  close: () => undefined,
};

/**
 * Functions of this process.
 *
 * @throws RuntimeError `invalid-argument` if the files cannot be loaded, or export no functions
 */
export async function functionsInProcess(files: readonly string[]): Promise<DevFunctions> {
  const [{ requestReplyHandler }, { loadFunctions }, { proposedMessage }, { summariesOf }] =
    await Promise.all([
      import("statefun"),
      import("../functions/load-functions.js"),
      import("./first-message.js"),
      import("./function-summary.js"),
    ]);
  const { functions, egresses } = await loadFunctions(files);
  const handler = requestReplyHandler(functions);
  return {
    handle: (request, options) => handler.handle(request, options),
    functions: summariesOf(functions),
    proposed: proposedMessage(functions),
    egresses,
    close: () => undefined,
  };
}

/** Hears of functions in a process of their own. */
export interface ReloadingListener {
  /** They have been loaded again; `changed` if there are others than before. */
  reloaded(changed: boolean): void;
  failed(why: string, goesOn: boolean): void;
  died(why: string): void;
}

/** Functions in a process of their own, loaded again when a file changes. Resolves once they could be loaded. */
export async function reloadingFunctions(
  files: readonly string[],
  listener: ReloadingListener,
): Promise<DevFunctions> {
  const { ReloadedFunctions } = await import("./reloaded-functions.js");
  return new Promise((resolve) => {
    let functions: readonly FunctionSummary[] = [];
    let proposed: ProposedMessage | undefined;
    let egresses: readonly string[] = [];
    const reloaded = new ReloadedFunctions(files, {
      replaced(loaded, generation) {
        const changed = typenames(functions) !== typenames(loaded.functions);
        ({ functions, proposed, egresses } = loaded);
        if (generation > 1) listener.reloaded(changed);
        resolve({
          handle: (request, options) => reloaded.handle(request, options),
          get functions() {
            return functions;
          },
          get proposed() {
            return proposed;
          },
          get egresses() {
            return egresses;
          },
          close: () => {
            reloaded.close();
          },
        });
      },
      failed(why) {
        listener.failed(why, functions.length > 0);
      },
      died(why) {
        listener.died(why);
      },
    });
  });
}

function typenames(functions: readonly FunctionSummary[]): string {
  return functions.map(({ typename }) => typename).join();
}
