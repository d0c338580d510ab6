import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import type { ReadModule } from "../module/read-module.js";
import { memoryStore } from "../runtime/store/memory.js";
import type { Store } from "../runtime/store/store.js";
import { clusterKafka, devAddressMap } from "./address-map.js";
import { functionsInProcess, noFunctions, reloadingFunctions, type DevFunctions } from "./dev-functions.js";
import { jsonLog, readableLog, type DevLog } from "./dev-log.js";
import { destinationsOf } from "./destinations.js";
import { devCommand, devFiles, type DevFiles, type DevOptions } from "./dev-options.js";
import { hasOwnPort, startSession, type Session, type SessionPlan } from "./dev-session.js";
import { screenOf } from "./dev-screen.js";
import { defaultDataFolder, memoryFolder } from "./runtime-record.js";
import { WatchedModule } from "./watched-module.js";

/** `statefun dev`: runs a module, functions of files, or both, until Ctrl-C. */
export function dev(): Command {
  return devCommand().action(run);
}

async function run(given: readonly string[], options: DevOptions, command: Command): Promise<void> {
  const files = devFiles(given, existsSync("module.yaml"));
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
  readonly #module: WatchedModule | undefined;
  /** State in memory, which stays when a session takes the place of another one. */
  readonly #memory: Store | undefined;
  /** The module that runs. */
  #read: ReadModule | undefined;
  #functions: DevFunctions = noFunctions;
  #session: Session | undefined;
  /** What is under way with the session: it may be started again. */
  #step: Promise<void> = Promise.resolve();
  #ending = false;

  constructor(files: DevFiles, options: DevOptions, log: DevLog, version: string) {
    this.#files = files;
    this.#options = options;
    this.#log = log;
    this.#version = version;
    this.#memory = options.memory ? memoryStore() : undefined;
    const { module } = files;
    this.#module = module === undefined ? undefined : this.#watchedModule(module);
  }

  /** Starts, and resolves when it has ended in good order. */
  async run(): Promise<void> {
    const interrupted = this.#interruption();
    const functions = await Promise.race([this.#loadedFunctions(), interrupted]);
    if (functions === undefined) process.exit(0); // nothing was started that would have to end
    try {
      this.#functions = functions;
      this.#read = await this.#module?.read();
      const plan = await this.#plan();
      this.#session = await startSession(plan);
      const about = { version: this.#version, watching: this.#options.watch === true };
      this.#log.started(screenOf(this.#files, plan, this.#session, about));
      if (this.#options.watch === true) this.#module?.begin();
      await interrupted;
      await this.#step;
      await this.#session.close();
    } finally {
      this.#module?.close();
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
          // Endpoints are fixed once a runtime has started: with other functions there has to be another one.
          if (changed) this.#next((session) => this.#replace(session));
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

  #watchedModule(file: string): WatchedModule {
    return new WatchedModule(file, this.#options.env === true, {
      changed: (read) => {
        this.#next((session) => this.#runModule(file, read, session));
      },
      failed: (why) => {
        this.#log.moduleFailed(why);
      },
    });
  }

  /** Goes over to another module, and back if that cannot be started. */
  async #runModule(file: string, read: ReadModule, session: Session): Promise<void> {
    const before = this.#read;
    this.#read = read;
    try {
      await this.#replace(session);
    } catch (error) {
      this.#log.moduleFailed(error instanceof Error ? error.message : String(error));
      this.#read = before;
      await this.#replace(session);
      return;
    }
    this.#log.moduleReloaded(file, read.module.warnings);
  }

  /** Does something with the session once what is under way with it is done; if that fails, the command ends. */
  #next(step: (session: Session) => Promise<void>): void {
    this.#step = this.#step.then(async () => {
      if (this.#session !== undefined && !this.#ending) await step(this.#session);
    });
    this.#step.catch((error: unknown) => {
      process.stderr.write(`statefun: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    });
  }

  /** Starts a session in the place of another one: with its state, and at its ports. */
  async #replace(session: Session): Promise<void> {
    const { httpIngress, api } = session;
    await session.close();
    const plan = await this.#plan();
    const isSame = httpIngress !== undefined && (plan.port !== undefined || !hasOwnPort(plan.read));
    const port = isSame ? Number(new URL(httpIngress.url).port) : plan.port;
    this.#session = await startSession({ ...plan, port, apiPort: api.port, token: api.token });
  }

  async #plan(): Promise<SessionPlan> {
    const { memory, data, sync, host, port, apiPort, token, map = [], onFatal } = this.#options;
    const { module } = this.#files;
    const beside = dirname(module ?? this.#files.functions[0] ?? ".");
    const folder = data ?? join(beside, defaultDataFolder);
    return {
      read: this.#read,
      functions: this.#functions,
      memory: this.#memory,
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
      destinations: destinationsOf(this.#options.output ?? [], this.#options.webhook ?? []),
      heard: (entry) => {
        this.#log.entry(entry);
      },
    };
  }
}
