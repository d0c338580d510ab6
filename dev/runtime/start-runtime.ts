import type { KafkaEgressSpec, KafkaIngressSpec, Module } from "../module/module.js";
import { countedAttempts } from "./attempts.js";
import type { Clock } from "./clock.js";
import { Counters } from "./counters.js";
import type { Limits } from "./dispatcher/limits.js";
import type { Egress } from "./egress/egress.js";
import { Journal } from "./journal.js";
import type { Ingress } from "./ingress/ingress.js";
import type { JournalEntry } from "./journal-entry.js";
import type { KafkaConnection } from "./kafka/kafka-connection.js";
import { moduleEgresses, moduleEndpoints, moduleIngresses } from "./module-parts.js";
import { realClock } from "./real-clock.js";
import type { RuntimeView } from "./runtime-view.js";
import { Runtime } from "./runtime.js";
import type { RestartPolicy, RuntimeOptions } from "./runtime.js";
import { storeIdentity } from "./store/identity.js";
import { openLmdbStore } from "./store/lmdb.js";
import { memoryStore } from "./store/memory.js";
import type { Store } from "./store/store.js";
import { inProcessEndpoints, type CallableFunctions } from "./transport/in-process.js";
import { LiveView } from "./view/live-view.js";

/** Where a runtime keeps what must survive it. */
export type StoreChoice =
  /** In memory; in a store that was given, so that it outlives the runtime and is not closed, or in one of its own. */
  | { readonly kind: "memory"; readonly store?: Store | undefined }
  /** A folder of one runtime; with `sync` commits survive power loss, too. */
  | { readonly kind: "lmdb"; readonly folder: string; readonly sync?: boolean | undefined };

/** What {@link startRuntime} is to run. */
export interface StartRuntimeOptions {
  /** Endpoints, ingresses and egresses; none if left out. */
  readonly module?: Module | undefined;
  /** Functions of this process. They come before an endpoint of the module for the same typename. */
  readonly functions?: CallableFunctions | undefined;
  readonly store: StoreChoice;
  /** Default the machine's clock. */
  readonly clock?: Clock | undefined;
  /** Where to connect instead of what the module says, `host:port` both: functions and brokers. */
  readonly addressMap?: ReadonlyMap<string, string> | undefined;
  /** Ingresses beside the module's. */
  readonly ingresses?: readonly Ingress[] | undefined;
  /** Egresses beside the module's; one with the id of a module's egress takes its place. */
  readonly egresses?: readonly Egress[] | undefined;
  /** The egress for an id that nobody describes; without it a record for such an id is fatal, as on a cluster. */
  readonly standIn?: ((id: string) => Egress | undefined) | undefined;
  /** How to reach Kafka; by default as the module's properties say. */
  readonly kafka?: ((spec: KafkaIngressSpec | KafkaEgressSpec) => Promise<KafkaConnection>) | undefined;
  readonly restart?: RestartPolicy | "never" | undefined;
  readonly onFatal?: "stop" | "quarantine" | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** Hears of everything that happens, beside the journal. */
  readonly listener?: ((entry: JournalEntry) => void) | undefined;
}

/** A runtime that runs. */
export interface RunningRuntime {
  readonly runtime: Runtime;
  /** What the API shows of it. */
  readonly view: RuntimeView;
  readonly journal: Journal;
  /**
   * Stops in good order: what was applied is durable, the rest goes on after the next start.
   *
   * @throws RuntimeError `store-write-failed` if the last changes could not be written
   */
  close(): Promise<void>;
}

/**
 * Runs a module: opens the store, connects, and goes on where the store says.
 *
 * @throws RuntimeError `store-in-use`, `store-too-new` or `store-damaged` if the store cannot be used, `invalid-argument`,
 * `invalid-module` or `unsupported` if parts contradict each other or cannot be had, `io-failed` if a port is taken
 */
export async function startRuntime(options: StartRuntimeOptions): Promise<RunningRuntime> {
  const store = await openStore(options.store);
  try {
    return await startOn(store, options);
  } catch (error) {
    await closeStore(store, options);
    throw error;
  }
}

async function openStore(choice: StoreChoice): Promise<Store> {
  if (choice.kind === "memory") return choice.store ?? memoryStore();
  return openLmdbStore({ folder: choice.folder, sync: choice.sync ?? false });
}

async function closeStore(store: Store, { store: choice }: StartRuntimeOptions): Promise<void> {
  if (choice.kind !== "memory" || choice.store === undefined) await store.close();
}

async function startOn(store: Store, options: StartRuntimeOptions): Promise<RunningRuntime> {
  const { clock = realClock() } = options;
  const counters = new Counters(clock);
  const journal = new Journal(clock);
  const parts = await partsOf(store, options, { clock, counters, journal });
  const runtime = new Runtime(parts);
  try {
    for (const part of doorsOf(parts)) await part.listen?.();
    await runtime.start();
  } catch (error) {
    await letGo(runtime, parts);
    throw error;
  }
  const { kind } = options.store;
  const view = new LiveView(runtime, parts, {
    journal,
    store: kind,
    dataFolder: options.store.kind === "lmdb" ? options.store.folder : undefined,
    sync: options.store.kind === "lmdb" ? options.store.sync : undefined,
  });
  return {
    runtime,
    view,
    journal,
    async close() {
      try {
        await runtime.close();
      } finally {
        await stopListening(parts);
        await closeStore(store, options);
      }
    },
  };
}

/** Ingresses and egresses: what has ports and connections. */
function doorsOf({ ingresses = [], egresses = [] }: RuntimeOptions): readonly (Ingress | Egress)[] {
  return [...ingresses, ...egresses];
}

/** Closes everything that a start has opened which did not come to its end; nothing of it may keep the process alive. */
async function letGo(runtime: Runtime, parts: RuntimeOptions): Promise<void> {
  await Promise.allSettled([runtime.close()]);
  await Promise.allSettled(doorsOf(parts).map((part) => part.close()));
  await stopListening(parts);
}

/** Ends the servers of egresses, which go on while the runtime is stopped. */
async function stopListening({ egresses = [] }: RuntimeOptions): Promise<void> {
  await Promise.allSettled(egresses.map(async (egress) => egress.stopListening?.()));
}

interface Measuring {
  readonly clock: Clock;
  readonly counters: Counters;
  readonly journal: Journal;
}

async function partsOf(
  store: Store,
  options: StartRuntimeOptions,
  { clock, counters, journal }: Measuring,
): Promise<RuntimeOptions> {
  const { module, functions, addressMap, kafka, listener: heard } = options;
  const tell = (entry: JournalEntry): void => {
    journal.append(entry);
    heard?.(entry);
  };
  const listener = countedAttempts(counters, tell);
  const own = functions === undefined ? [] : inProcessEndpoints(functions, { clock, listener });
  const context = {
    clock,
    addressMap,
    kafka,
    identity: await storeIdentity(store),
    dataFolder: folderOf(options),
    counters,
    journal: tell,
  };
  const given = new Set(options.egresses?.map(({ id }) => id));
  return {
    store,
    clock,
    counters,
    journal: tell,
    endpoints: [...own, ...moduleEndpoints(module, own, { clock, addressMap, listener })],
    ingresses: [...(await moduleIngresses(module, context)), ...(options.ingresses ?? [])],
    egresses: [...(await moduleEgresses(module, context, given)), ...(options.egresses ?? [])],
    standIn: options.standIn,
    restart: options.restart,
    onFatal: options.onFatal,
    limits: options.limits,
  };
}

function folderOf({ store }: StartRuntimeOptions): string | undefined {
  return store.kind === "lmdb" ? store.folder : undefined;
}
