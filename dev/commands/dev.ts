import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import type { ReadModule } from "../module/read-module.js";
import { clusterKafka, devAddressMap } from "./address-map.js";
import { functionsInProcess, noFunctions, reloadingFunctions, type DevFunctions } from "./dev-functions.js";
import { jsonLog, readableLog, type DevLog } from "./dev-log.js";
import { devCommand, devFiles, type DevFiles, type DevOptions } from "./dev-options.js";
import { outputFiles, startSession, type Session, type SessionPlan } from "./dev-session.js";
import { screenOf } from "./dev-screen.js";
import { defaultDataFolder, memoryFolder } from "./runtime-record.js";
import { UsageError } from "./usage-error.js";

/** `statefun dev`: runs a module, functions of files, or both, until Ctrl-C. */
export function dev(): Command {
  return devCommand().action(run);
}

async function run(given: readonly string[], options: DevOptions, command: Command): Promise<void> {
  const files = devFiles(given, existsSync("module.yaml"));
  if (options.watch && files.functions.length === 0) {
    throw new UsageError("--watch loads functions again: name the files that export them");
  }
  const tells = { records: options.print === true };
  const log = options.json ? jsonLog(tells) : readableLog(tells);
  await new Development(files, options, log, command.parent?.version() ?? "").run();
}

/** One run of the command. */
class Development {
  readonly #files: DevFiles;
  readonly #options: DevOptions;
  readonly #log: DevLog;
  readonly #version: string;
  #session: Session | undefined;
  /** What is under way with the session: it may be started again. */
  #step: Promise<void> = Promise.resolve();
  #ending = false;

  constructor(files: DevFiles, options: DevOptions, log: DevLog, version: string) {
    this.#files = files;
    this.#options = options;
    this.#log = log;
    this.#version = version;
  }

  /** Starts, and resolves when it has ended in good order. */
  async run(): Promise<void> {
    const interrupted = this.#interruption();
    const functions = await Promise.race([this.#loadedFunctions(), interrupted]);
    if (functions === undefined) process.exit(0); // nothing was started that would have to end
    try {
      const plan = await this.#plan(functions);
      this.#session = await startSession(plan);
      const about = { version: this.#version, watching: this.#options.watch === true };
      this.#log.started(screenOf(this.#files, plan, this.#session, about));
      await interrupted;
      await this.#step;
      await this.#session.close();
    } finally {
      functions.close();
    }
  }

  /** Resolves at the first Ctrl-C or SIGTERM; the second one ends the process. */
  #interruption(): Promise<undefined> {
    return new Promise((resolve) => {
      const interrupt = (signal: NodeJS.Signals): void => {
        if (this.#ending) process.exit(signal === "SIGINT" ? 130 : 143);
        this.#ending = true;
        this.#log.ending();
        resolve(undefined);
      };
      process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
    });
  }

  async #loadedFunctions(): Promise<DevFunctions> {
    const files = this.#files.functions;
    if (files.length === 0) return noFunctions;
    if (this.#options.watch !== true) return functionsInProcess(files);
    const functions = await reloadingFunctions(
      files.map((file) => resolve(file)),
      {
        reloaded: (changed) => {
          this.#log.reloaded(functions.functions.map(({ typename }) => typename));
          if (changed) this.#startAgain(functions);
        },
        failed: (why, goesOn) => {
          this.#log.reloadFailed(why, goesOn);
        },
        died: (why) => {
          this.#log.functionsDied(why);
        },
      },
    );
    return functions;
  }

  /** Endpoints are fixed once a runtime has started: with other functions there has to be another one, on the same store. */
  #startAgain(functions: DevFunctions): void {
    this.#step = this.#step.then(async () => {
      if (this.#session === undefined || this.#ending) return;
      const { httpIngress, api } = this.#session;
      await this.#session.close();
      const plan = await this.#plan(functions);
      const port = httpIngress === undefined ? plan.port : Number(new URL(httpIngress.url).port);
      this.#session = await startSession({ ...plan, port, apiPort: api.port });
    });
    this.#step.catch((error: unknown) => {
      process.stderr.write(`statefun: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    });
  }

  async #plan(functions: DevFunctions): Promise<SessionPlan> {
    const { memory, data, sync, host, port, apiPort, token, map = [], onFatal, env } = this.#options;
    const { module } = this.#files;
    const beside = dirname(module ?? this.#files.functions[0] ?? ".");
    const folder = data ?? join(beside, defaultDataFolder);
    return {
      read: module === undefined ? undefined : await readModule(module, env === true),
      functions,
      dataFolder: memory ? undefined : relative("", folder) || ".",
      recordFolder: memory ? join(beside, memoryFolder) : folder,
      sync: sync === true,
      host,
      port,
      apiPort,
      token,
      addressMap: await devAddressMap(map, clusterKafka),
      onFatal,
      inputs: this.#options.input ?? [],
      outputs: outputFiles(this.#options.output ?? []),
      heard: (entry) => {
        this.#log.entry(entry);
      },
    };
  }
}

/** Only what names a module pays for its schemas. */
async function readModule(file: string, placeholders: boolean): Promise<ReadModule> {
  const { loadModuleWithWarnings } = await import("../module/load-module.js");
  return loadModuleWithWarnings(file, placeholders ? { env: process.env } : {});
}
