import { readModule } from "../../dev/module/read-module.js";
import type { Clock } from "../../dev/runtime/clock.js";
import { Counters } from "../../dev/runtime/counters.js";
import type { Limits } from "../../dev/runtime/dispatcher/limits.js";
import type { JournalEntry } from "../../dev/runtime/journal-entry.js";
import type { KafkaConnection } from "../../dev/runtime/kafka/kafka-connection.js";
import { moduleEgresses, moduleEndpoints, moduleIngresses } from "../../dev/runtime/module-parts.js";
import { Runtime } from "../../dev/runtime/runtime.js";
import type { RuntimeOptions } from "../../dev/runtime/runtime.js";
import { RuntimeError } from "../../dev/runtime/runtime-error.js";
import { storeIdentity } from "../../dev/runtime/store/identity.js";
import type { Store } from "../../dev/runtime/store/store.js";
import type { Job } from "./replay.js";
import { exported, imported } from "./savepoint.js";
import type { JobState, Scenario } from "./scenario.js";
import type { Stores } from "./stores.js";

/** What an {@link EmbeddedJob} works with. */
export interface EmbeddedJobOptions {
  readonly scenario: Scenario;
  readonly clock: Clock;
  readonly stores: Stores;
  /** The text of the module file, with nothing left to fill in. */
  readonly module: () => string;
  /** What takes the place of the brokers that the module names; they themselves if left out. */
  readonly kafka?: () => KafkaConnection;
  /** How many requests have arrived at the function. */
  readonly arrived: () => number;
  /** Told of everything that happens. */
  readonly onActivity: () => void;
  /** Lets everything come to rest. */
  readonly settle: () => Promise<void>;
}

/** The recorded runtime was told to start again one second after a failure, for ever. */
const restart = { firstMillis: 1000, mostMillis: 1000 };

/** The embedded runtime as the job of a replay. */
export class EmbeddedJob implements Job {
  readonly #options: EmbeddedJobOptions;
  readonly #savepoints = new Map<string, string>();
  #runtime: Runtime | undefined;
  #store: Store | undefined;
  #refusal: RuntimeError | undefined;
  #commits = 0;
  #restarts = 0;
  readonly #calls = new Map<string, { readonly batch: number; readonly since: number }>();

  constructor(options: EmbeddedJobOptions) {
    this.#options = options;
  }

  get state(): JobState {
    if (this.#refusal !== undefined) return "NOT STARTED";
    return this.#runtime?.state === "failed" ? "FAILED" : "RUNNING";
  }

  get restarts(): number {
    return this.#restarts + (this.#runtime?.restarts ?? 0);
  }

  get running(): boolean {
    return this.#runtime?.state === "running";
  }

  /** What stopped the runtime last, or kept it from starting. */
  get error(): RuntimeError | undefined {
    return this.#refusal ?? this.#runtime?.error;
  }

  /** How many requests had arrived when the call of an address began that is under way; `undefined` if none is. */
  calledSince(address: string): number | undefined {
    return this.#calls.get(address)?.since;
  }

  /** What the runtime is still doing, in words, calls aside. */
  moving(): string | undefined {
    if (this.#commits > 0) return "a commit is under way";
    if (this.#runtime?.state === "starting") return "the runtime is starting";
    // A commit may pause behind the one before, for real milliseconds, whatever the virtual clock shows.
    const isRunning = this.#runtime?.state === "running";
    return isRunning && this.#runtime?.run.tables.dirty ? "a commit is to come" : undefined;
  }

  async start(savepoint?: string): Promise<void> {
    const store = await this.#options.stores.empty();
    if (savepoint !== undefined) await imported(store, this.#savepoints.get(savepoint) ?? "");
    await this.#startOn(store);
  }

  async checkpoint(): Promise<void> {
    await this.#options.settle();
    await this.#runtime?.run.durable();
  }

  async kill(): Promise<void> {
    await this.#runtime?.crash();
    this.#restarts += 1 + (this.#runtime?.restarts ?? 0);
    if (this.#store !== undefined) await this.#startOn(await this.#options.stores.afterCrash(this.#store));
  }

  async stopWithSavepoint(name: string): Promise<void> {
    const store = this.#store;
    await this.#runtime?.close();
    this.#runtime = undefined;
    if (store === undefined) return;
    this.#savepoints.set(name, await exported(store));
    await store.close();
    this.#store = undefined;
  }

  /** Ends it, whatever it is doing. */
  async close(): Promise<void> {
    await this.#runtime?.close();
    await this.#store?.close();
  }

  async #startOn(store: Store): Promise<void> {
    const { scenario, clock } = this.#options;
    this.#store = store;
    this.#calls.clear();
    const mostCalls = scenario.runtime?.config?.["statefun.async.max-per-task"];
    const limits: Partial<Limits> = mostCalls === undefined ? {} : { maxCalls: Number(mostCalls) };
    try {
      this.#runtime = new Runtime({
        ...(await this.#parts(store)),
        ...{ store: this.#watched(store), clock, limits },
        restart: scenario.runtime?.restart === "none" ? "never" : restart,
        journal: this.#heard,
      });
      await this.#runtime.start();
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      this.#refusal = error;
    }
  }

  /** What follows from the module: new parts for each start. */
  async #parts(store: Store): Promise<Pick<RuntimeOptions, "endpoints" | "ingresses" | "egresses">> {
    const { clock, kafka } = this.#options;
    const module = readModule(this.#options.module(), { standalone: true });
    const context = {
      clock,
      addressMap: undefined,
      kafka: kafka && (() => Promise.resolve(kafka())),
      identity: await storeIdentity(store),
      dataFolder: undefined,
      counters: new Counters(clock),
      journal: this.#heard,
    };
    return {
      endpoints: moduleEndpoints(module, [], { clock }),
      ingresses: await moduleIngresses(module, context),
      egresses: await moduleEgresses(module, context, new Set()),
    };
  }

  readonly #heard = (entry: JournalEntry): void => {
    this.#options.onActivity();
    if (entry.kind === "stopped") this.#calls.clear();
    if (entry.kind !== "request" && entry.kind !== "reply") return;
    const { namespace, name, id } = entry.address;
    const address = `${namespace}/${name}/${id}`;
    if (entry.kind === "request")
      this.#calls.set(address, { batch: entry.batch, since: this.#options.arrived() });
    else if (this.#calls.get(address)?.batch === entry.batch) this.#calls.delete(address);
  };

  /** A store that counts its commits. */
  #watched(store: Store): Store {
    const ended = (): void => {
      this.#commits--;
      this.#options.onActivity();
    };
    return {
      get: (table, key) => store.get(table, key),
      scan: (table, range) => store.scan(table, range),
      count: (table) => store.count(table),
      commit: (writes) => {
        this.#commits++;
        const done = store.commit(writes);
        done.then(ended, ended);
        return done;
      },
      close: () => store.close(),
    };
  }
}
