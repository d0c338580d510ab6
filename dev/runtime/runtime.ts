import type { FunctionAddress } from "./address.js";
import { addressText } from "./address.js";
import type { Clock, ScheduledCall } from "./clock.js";
import { Counters } from "./counters.js";
import type { Gate } from "./dispatcher/gate.js";
import { defaultLimits } from "./dispatcher/limits.js";
import type { Limits } from "./dispatcher/limits.js";
import { Run } from "./dispatcher/run.js";
import { isStoreFailure } from "./dispatcher/store-failure.js";
import type { Egress } from "./egress/egress.js";
import type { Ingress } from "./ingress/ingress.js";
import type { JournalListener } from "./journal-entry.js";
import { RuntimeError } from "./runtime-error.js";
import type { WaitingRecord } from "./runtime-view.js";
import type { Store } from "./store/store.js";
import type { Endpoint } from "./transport/transport.js";

/** How long the runtime waits before it starts again after something fatal: twice as long each time. */
export interface RestartPolicy {
  readonly firstMillis: number;
  readonly mostMillis: number;
}

/** Quick enough for a developer who has just mended a function, slow enough not to flood whoever is called. */
export const defaultRestart: RestartPolicy = { firstMillis: 1000, mostMillis: 60_000 };

/** What a {@link Runtime} is made of. */
export interface RuntimeOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly endpoints: readonly Endpoint[];
  readonly ingresses?: readonly Ingress[] | undefined;
  readonly egresses?: readonly Egress[] | undefined;
  /** The egress for an id that is not among them; without it a record for such an id is fatal. */
  readonly standIn?: ((id: string) => Egress | undefined) | undefined;
  /** Default {@link defaultRestart}; "never" leaves the runtime stopped. */
  readonly restart?: RestartPolicy | "never" | undefined;
  /** Default "stop". */
  readonly onFatal?: "stop" | "quarantine" | undefined;
  readonly limits?: Partial<Limits> | undefined;
  readonly counters?: Counters | undefined;
  readonly journal?: JournalListener | undefined;
  /** Chooses which address comes next; in the order of arrival if left out. */
  readonly random?: (() => number) | undefined;
}

/**
 * What a runtime is doing: `stopped` waits for its restart, `failed` does not start again, `closed` is done with.
 */
export type RuntimeState = "starting" | "running" | "stopped" | "failed" | "closed";

/** Runs a module: starts, and starts again from the store whenever something fatal has stopped it. */
export class Runtime {
  readonly counters: Counters;
  readonly #options: RuntimeOptions;
  readonly #restart: RestartPolicy | "never";
  readonly #journal: JournalListener;
  #run: Run | undefined;
  #state: RuntimeState = "starting";
  #error: RuntimeError | undefined;
  #restarts = 0;
  #quickRestarts = 0;
  #startedMillis = 0;
  #retryAtMillis = 0;
  #scheduled: ScheduledCall | undefined;
  #ending: Promise<void> = Promise.resolve();
  #moved: (() => void)[] = [];

  /** A runtime that does nothing before {@link start}. */
  constructor(options: RuntimeOptions) {
    this.#options = options;
    this.#restart = options.restart ?? defaultRestart;
    this.counters = options.counters ?? new Counters(options.clock);
    this.#journal = options.journal ?? (() => undefined);
  }

  /** What it is doing. */
  get state(): RuntimeState {
    return this.#state;
  }

  /** What stopped it last; `undefined` if nothing did since it last ran. */
  get error(): RuntimeError | undefined {
    return this.#error;
  }

  /** When it starts again, on its clock; `undefined` unless it is stopped. */
  get retryAtMillis(): number | undefined {
    return this.#state === "stopped" ? this.#retryAtMillis : undefined;
  }

  /** How often it started again. */
  get restarts(): number {
    return this.#restarts;
  }

  /** The present run; the last one while it is stopped. */
  get run(): Run {
    if (this.#run === undefined)
      throw new RuntimeError("closed", "the runtime has not been started; call start first");
    return this.#run;
  }

  /** Whether nothing happens until the clock moves, a call ends, or something comes in. */
  get settled(): boolean {
    if (this.#state === "starting") return false;
    return this.#state !== "running" || this.run.settled;
  }

  /** Whether, beyond that, no call is under way or waits to be tried again. */
  get idle(): boolean {
    return this.settled && (this.#state !== "running" || this.run.dispatcher.load.calls === 0);
  }

  /**
   * Starts. When this has resolved, the runtime runs, or has been stopped already by something fatal and will try again.
   *
   * @throws RuntimeError `invalid-argument` if endpoints or egresses contradict each other, `store-damaged` if the store
   * does
   */
  async start(): Promise<void> {
    const run = this.#newRun();
    await this.#begin(run);
  }

  /**
   * A gate for messages that come from no ingress, for the present run.
   *
   * @throws RuntimeError `closed` if the runtime has not been started
   */
  gate(id: string): Gate {
    return this.run.gate(id);
  }

  /** Resolves once {@link idle} holds. */
  async whenIdle(): Promise<void> {
    while (!this.idle) await this.moved();
  }

  /** Resolves when something has moved in the runtime: for those who wait for a condition. */
  moved(): Promise<void> {
    return new Promise<void>((resolve) => {
      this.#moved.push(resolve);
    });
  }

  /**
   * Takes up an address that was set aside: sends its batch again, or drops the batch and goes on with the backlog.
   *
   * @throws RuntimeError `invalid-argument` if the address is not in quarantine, `closed` if the runtime does not run
   */
  async release(address: FunctionAddress, what: "retried" | "dropped"): Promise<void> {
    const { run } = this;
    if (run.ended !== undefined) throw run.ended;
    const mailbox = run.mailbox(address);
    if (mailbox?.quarantined === undefined) {
      const where = addressText(address);
      throw new RuntimeError(
        "invalid-argument",
        `${where} is not in quarantine; list what is with quarantine list`,
      );
    }
    run.dispatcher.release(mailbox, what);
    await run.durable();
  }

  /**
   * Drops a record that waits to leave through an egress, once no delivery of it is under way.
   *
   * @returns the record; `undefined` if none with that number waits for that egress
   * @throws RuntimeError `closed`, or what has ended the runtime, if it does not run
   */
  async dropRecord(egress: string, sequence: number): Promise<WaitingRecord | undefined> {
    const { run } = this;
    if (run.ended !== undefined) throw run.ended;
    await run.durable(); // a record that is not durable yet waits for that first
    const dropped = await run.outbox.drop(egress, sequence);
    await run.durable(); // rejects if the run has ended meanwhile
    return dropped;
  }

  /**
   * Stops in good order, for good: what was applied is durable, the rest is done after the next start. The store is left
   * open.
   *
   * @throws RuntimeError `store-write-failed` if the last changes could not be written
   */
  async close(): Promise<void> {
    await this.#endWith((run, why) => run.stop(why));
  }

  /** Stops for good as if the process had died: what is not committed is lost. The store is left open. */
  async crash(): Promise<void> {
    await this.#endWith((run, why) => run.crash(why));
  }

  async #endWith(end: (run: Run, why: RuntimeError) => Promise<void>): Promise<void> {
    if (this.#state === "closed") return this.#ending;
    this.#state = "closed";
    this.#scheduled?.cancel();
    const why = new RuntimeError("closed", "the runtime is closed; start another one");
    const before = this.#ending;
    this.#ending = (async () => {
      await before;
      try {
        // A run that something fatal has ended was stopped then.
        if (this.#run !== undefined && this.#run.ended === undefined) await end(this.#run, why);
      } finally {
        await Promise.all((this.#options.ingresses ?? []).map((ingress) => ingress.close()));
        this.wake();
      }
    })();
    return this.#ending;
  }

  #newRun(): Run {
    const { store, clock, endpoints, ingresses, egresses, limits, onFatal, random, standIn } = this.#options;
    const run: Run = new Run({
      store,
      clock,
      endpoints,
      ingresses: ingresses ?? [],
      egresses: egresses ?? [],
      standIn,
      limits: { ...defaultLimits, ...limits },
      counters: this.counters,
      journal: this.#journal,
      onFatal: onFatal ?? "stop",
      random,
      fatal: (error) => {
        this.#stopped(run, error);
      },
      moved: () => {
        this.wake();
      },
    });
    this.#run = run;
    return run;
  }

  async #begin(run: Run): Promise<void> {
    this.#startedMillis = this.#options.clock.now();
    try {
      await run.start();
    } catch (cause) {
      run.failed(cause instanceof RuntimeError ? cause : startFailed(cause));
    }
    if (run.ended !== undefined || this.#state === "closed") return;
    this.#state = "running";
    this.#error = undefined;
    this.#journal({ kind: "running", restarts: this.#restarts });
    this.wake();
  }

  /** Something fatal happened: lets the run end in good order, and starts another one after a while. */
  #stopped(run: Run, error: RuntimeError): void {
    if (this.#state === "closed") return;
    this.#error = error;
    const retryMillis = this.#retryMillis();
    this.#state = retryMillis === undefined ? "failed" : "stopped";
    this.#journal({ kind: "stopped", error, retryMillis });
    // Where the store could not be read, a reply may be applied by half: nothing of that may become durable.
    const ended = isStoreFailure(error) ? run.crash(error) : run.stop(error).catch(() => run.crash(error));
    this.#ending = ended.catch(() => undefined); // what could not be let go of is no reason not to start again
    this.wake();
    if (retryMillis === undefined) return;
    const { clock } = this.#options;
    this.#retryAtMillis = clock.now() + retryMillis;
    this.#scheduled = clock.schedule(this.#retryAtMillis, () => {
      void this.#again();
    });
  }

  async #again(): Promise<void> {
    this.#state = "starting";
    await this.#ending;
    if (this.#isClosed()) return;
    this.#restarts++;
    this.counters.restarts = this.#restarts;
    let run: Run;
    try {
      run = this.#newRun();
    } catch (cause) {
      this.#unreadable(cause);
      return;
    }
    await this.#begin(run);
  }

  /** The store cannot be gone on from: another try would find the same. */
  #unreadable(cause: unknown): void {
    const error = cause instanceof RuntimeError ? cause : startFailed(cause);
    this.#error = error;
    this.#state = "failed";
    this.#journal({ kind: "stopped", error, retryMillis: undefined });
    this.wake();
  }

  // Through a method: the compiler holds the field for unchanged across an await.
  #isClosed(): boolean {
    return this.#state === "closed";
  }

  #retryMillis(): number | undefined {
    if (this.#restart === "never") return undefined;
    const { firstMillis, mostMillis } = this.#restart;
    if (this.#options.clock.now() - this.#startedMillis > mostMillis) this.#quickRestarts = 0;
    return Math.min(firstMillis * 2 ** this.#quickRestarts++, mostMillis);
  }

  /** Something that whoever waits for {@link moved} depends on has changed. */
  wake(): void {
    for (const resolve of this.#moved.splice(0)) resolve();
  }
}

function startFailed(cause: unknown): RuntimeError {
  return new RuntimeError("io-failed", `the runtime could not start: ${String(cause)}`, { cause });
}
