import type { FunctionAddress } from "../address.js";
import type { Clock } from "../clock.js";
import type { Counters } from "../counters.js";
import type { Egress } from "../egress/egress.js";
import type { Ingress } from "../ingress/ingress.js";
import type { JournalListener } from "../journal-entry.js";
import { RuntimeError } from "../runtime-error.js";
import type { Store } from "../store/store.js";
import type { Endpoint } from "../transport/transport.js";
import { Delays } from "./delays.js";
import { Dispatcher } from "./dispatcher.js";
import { ExpiredStates } from "./expired-states.js";
import { FunctionTypes } from "./function-types.js";
import { Gate } from "./gate.js";
import { GroupCommit } from "./group-commit.js";
import { KnownRequests } from "./known-requests.js";
import type { Limits } from "./limits.js";
import type { Mailbox } from "./mailbox.js";
import { Outbox } from "./outbox.js";
import { isStoreFailure } from "./store-failure.js";
import { Tables } from "./tables.js";

/** What a {@link Run} is made of. */
export interface RunParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly endpoints: readonly Endpoint[];
  readonly ingresses: readonly Ingress[];
  readonly egresses: readonly Egress[];
  /** The egress for an id that is not among them; without it, or if it gives none, such a record is fatal. */
  readonly standIn: ((id: string) => Egress | undefined) | undefined;
  readonly limits: Limits;
  readonly counters: Counters;
  readonly journal: JournalListener;
  /** What a fatal outcome does: end the run, or set aside the address. */
  readonly onFatal: "stop" | "quarantine";
  readonly random: (() => number) | undefined;
  /** The run cannot go on; called once. Nothing is applied any more. */
  readonly fatal: (error: RuntimeError) => void;
  /** Something has moved: whoever waits for quiet may look again. */
  readonly moved: () => void;
}

/**
 * Admissions that are worked on together: enough for batches to form where ingresses have much, and little enough to be
 * garbage before the collector looks.
 */
const mostAdmittedAtOnce = 1000;

/** The runtime from one start to the next stop: what is in memory lives as long as this, the rest is in the store. */
export class Run {
  readonly tables: Tables;
  readonly types: FunctionTypes;
  readonly delays: Delays;
  readonly outbox: Outbox;
  readonly dispatcher: Dispatcher;
  readonly requests: KnownRequests;
  readonly journal: JournalListener;
  /** Why the run does not go on; `undefined` while it does. */
  ended: RuntimeError | undefined = undefined;
  readonly #parts: RunParts;
  readonly #commit: GroupCommit;
  readonly #expiredStates: ExpiredStates;
  readonly #gates: Gate[] = [];
  readonly #named = new Map<string, Gate>();
  #started: Ingress[] = [];
  /** How much was admitted since the dispatcher ran. */
  #unworked = 0;

  /** Reads from the store what it needs to begin; {@link start} begins. */
  constructor(parts: RunParts) {
    const { store, clock, counters, limits, journal } = parts;
    this.#parts = parts;
    this.journal = journal;
    this.tables = new Tables(store);
    this.types = new FunctionTypes(this.tables, parts.endpoints, counters);
    this.requests = new KnownRequests(this.tables, this.#watched(clock), this.#changed);
    this.#commit = new GroupCommit(store, this.tables, {
      quiet: () => this.dispatcher.settled && this.dispatcher.load.calls === 0,
      taken: () => {
        this.outbox.taken();
      },
      committed: (writes, millis) => {
        this.#committed(writes, millis);
      },
      failed: (error) => {
        this.#end(error);
      },
    });
    this.outbox = new Outbox(this.tables, { ...parts, changed: this.#changed });
    this.delays = new Delays(
      store,
      this.tables,
      this.#watched(clock),
      (record) => {
        this.dispatcher.elapsed(record);
      },
      () => {
        this.dispatcher.run();
      },
    );
    this.dispatcher = new Dispatcher({
      tables: this.tables,
      types: this.types,
      delays: this.delays,
      outbox: this.outbox,
      clock,
      counters,
      limits,
      journal,
      random: parts.random,
      registered: (type) => {
        this.#expiredStates.registered(type);
      },
      turnEnded: this.#changed,
      failed: this.#dispatcherFailed,
    });
    this.#expiredStates = new ExpiredStates({
      store,
      tables: this.tables,
      states: this.dispatcher.states,
      clock: this.#watched(clock),
      removed: this.#changed,
    });
  }

  /** Whether an address is set aside rather than the whole stopped. */
  get quarantines(): boolean {
    return this.#parts.onFatal === "quarantine";
  }

  /** Whether ingresses must wait. */
  get paused(): boolean {
    return (
      this.ended !== undefined ||
      this.dispatcher.load.tooMuch ||
      this.outbox.size >= this.#parts.limits.maxOutboxRecords
    );
  }

  /** Whether nothing happens until the clock moves, a call ends, or an ingress admits something. */
  get settled(): boolean {
    return this.ended !== undefined || (this.dispatcher.settled && this.#commit.idle && this.outbox.idle);
  }

  /**
   * Goes on where the store says the last run ended, then lets the ingresses in.
   *
   * @throws RuntimeError `io-failed` if an ingress cannot begin, `store-damaged` if the store contradicts itself
   */
  async start(): Promise<void> {
    this.outbox.start();
    this.dispatcher.restore();
    if (this.#isEnded()) return; // what was restored may be fatal at once
    this.delays.start();
    this.requests.start();
    for (const ingress of this.#parts.ingresses) {
      if (this.#isEnded()) return;
      const gate = new Gate(this, ingress.id, this.#parts.counters.ingress(ingress.id), this.#admitted);
      this.#gates.push(gate);
      this.#started.push(ingress);
      await ingress.start(gate);
    }
  }

  /** A clock for the run's own work: what fails in one of its calls ends the run, and not the process. */
  #watched(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      schedule: (atMillis, callback) =>
        clock.schedule(atMillis, () => {
          try {
            callback();
          } catch (error) {
            if (!(error instanceof RuntimeError)) throw error;
            this.#end(error);
          }
        }),
    };
  }

  /** A look that the compiler does not take for granted after the last one. */
  #isEnded(): boolean {
    return this.ended !== undefined;
  }

  /** The gate for messages that come from no ingress, under a name of their own. They are worked on at once. */
  gate(id: string): Gate {
    let gate = this.#named.get(id);
    if (gate === undefined) {
      gate = new Gate(this, id, this.#parts.counters.ingress(id), () => {
        this.dispatcher.run();
      });
      this.#gates.push(gate);
      this.#named.set(id, gate);
    }
    return gate;
  }

  /**
   * Resolves once everything admitted so far is durable.
   *
   * @throws RuntimeError (as a rejection) if it never will be
   */
  durable(): Promise<void> {
    return this.#commit.durable();
  }

  /** Something fatal that belongs to no address, such as a record that cannot become messages. */
  failed(error: RuntimeError): void {
    this.#end(error);
  }

  /** The mailbox of an address that has something to do. */
  mailbox({ namespace, name, id }: FunctionAddress): Mailbox | undefined {
    return this.types.known({ namespace, name })?.mailboxes.get(id);
  }

  /**
   * Ends in good order: nothing new is begun, what was applied becomes durable, deliveries under way are waited for.
   *
   * @throws RuntimeError `store-write-failed` if the last changes could not be written
   */
  async stop(why: RuntimeError): Promise<void> {
    this.ended ??= why;
    this.#halt(why);
    await this.#letGo();
    await this.#commit.durable().catch(() => undefined); // what it has told may leave with the deliveries below
    await this.outbox.close();
    try {
      await this.#commit.durable();
    } finally {
      this.#commit.end(why);
    }
  }

  /** Ends as if the process had died: what is not committed, or about to be, is lost, all of it. */
  async crash(why: RuntimeError): Promise<void> {
    this.ended ??= why;
    this.#commit.end(why);
    this.outbox.abandon();
    this.#halt(why);
    await this.#letGo();
    await this.outbox.close();
    await this.#commit.written(); // the next run must not read what is about to change
  }

  /** Stops the ingresses and closes all connections to functions. */
  async #letGo(): Promise<void> {
    const transports = [...this.types.all].map(({ transport }) => transport?.close());
    await Promise.all([...transports, ...this.#started.splice(0).map((ingress) => ingress.stop())]);
  }

  #halt(why: RuntimeError): void {
    this.dispatcher.stop();
    this.delays.stop();
    this.requests.stop();
    this.#expiredStates.stop();
    for (const gate of this.#gates) gate.close(why);
  }

  /** An ingress has admitted something: it is worked on once it lets go of the thread, or has admitted much. */
  readonly #admitted = (): void => {
    this.#unworked++;
    if (this.#unworked === mostAdmittedAtOnce) this.#workOff();
    else if (this.#unworked === 1) queueMicrotask(this.#workOff);
  };

  readonly #workOff = (): void => {
    if (this.#unworked === 0) return;
    this.#unworked = 0;
    this.dispatcher.run();
  };

  readonly #changed = (): void => {
    if (this.tables.dirty) this.#commit.changed();
    for (const gate of this.#gates) gate.look();
    this.#parts.moved();
  };

  #committed(writes: number, millis: number): void {
    const { counters } = this.#parts;
    counters.commits++;
    counters.commitWrites += writes;
    counters.commitLatency.record(millis);
    counters.addressesCached = this.dispatcher.states.cached;
    counters.delaysPending = this.delays.pending;
    counters.look();
    this.outbox.committed();
    this.#parts.moved();
  }

  readonly #dispatcherFailed = (error: RuntimeError, mailbox: Mailbox): void => {
    if (!this.quarantines || isStoreFailure(error)) this.#end(error);
    else this.dispatcher.park(mailbox, error);
  };

  #end(error: RuntimeError): void {
    if (this.ended !== undefined) return;
    this.ended = error;
    this.#halt(error);
    this.#parts.fatal(error);
  }
}
