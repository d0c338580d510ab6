import type {
  Address,
  AnyType,
  Duration,
  KafkaRecord,
  KinesisRecord,
  Message,
  RequestReplyHandler,
  SpecValue,
  StatefulFunction,
  StorageSpecs,
  Target,
  TypedValue,
} from "statefun";
import {
  deserializedRecord,
  deserializedStorage,
  serializedMessage,
  type GivenMessage,
} from "statefun/testing";
import { durationMillis } from "statefun/wire";
import { countedAttempts } from "./attempts.js";
import { Counters } from "./counters.js";
import type { RecordedEgress } from "./egress/recorded.js";
import { recordedEgress } from "./egress/recorded.js";
import { Journal } from "./journal.js";
import { RuntimeError } from "./runtime-error.js";
import type { RuntimeView } from "./runtime-view.js";
import { Runtime } from "./runtime.js";
import type { RuntimeOptions } from "./runtime.js";
import { seededRandom } from "./seeded-random.js";
import { memoryStore } from "./store/memory.js";
import type { Store } from "./store/store.js";
import { inProcessEndpoints } from "./transport/in-process.js";
import { LiveView } from "./view/live-view.js";
import { virtualClock } from "./virtual-clock.js";
import type { VirtualClock } from "./virtual-clock.js";
import { watchedFunctions } from "./watched-functions.js";
import type { WatchedFunctions } from "./watched-functions.js";

/** How a {@link DevRuntime} is set up. */
export interface DevRuntimeOptions {
  /** When the virtual clock begins; 1 January 2000 if left out, so that no test depends on today. */
  readonly start?: Date | undefined;
  /**
   * Chooses which of the addresses that have something to do comes next, as a cluster with its parallel tasks might: the
   * same seed gives the same order. In the order of arrival if left out.
   */
  readonly seed?: number | undefined;
  /** What becomes of a batch that fails for good: the runtime stops, or sets the address aside. Default "stop". */
  readonly onFatal?: "stop" | "quarantine" | undefined;
}

/** Where the virtual clock begins unless it is told otherwise. */
const defaultStart = new Date("2000-01-01T00:00:00Z");

/** More than any test writes; a bound all the same, so that an endless loop of messages ends in a clear error. */
const mostRecords = 1_000_000;

/** The ingress that messages of a test are counted for. */
const testIngress = "statefun-dev/test";

/** The embedded runtime in a test: functions of this process, a virtual clock, everything in memory. */
export interface DevRuntime {
  /** What the virtual clock shows. */
  readonly now: Date;
  /** What a tool sees of the runtime: addresses, mailboxes, delayed messages, journal, counters. */
  readonly view: RuntimeView;

  /**
   * Sends a message as an ingress does: without a caller.
   *
   * @throws RuntimeError `unknown-function` if none of the functions has that typename, `closed` if the runtime does not
   * run
   * @throws StateFunError `invalid-argument` if the message is none
   */
  send<M extends TypedValue>(address: Address<M>, message: NoInfer<M> | Message | GivenMessage): void;

  /**
   * Resolves once nothing is left to do before the clock moves: all batches answered and applied, or waiting for the time
   * to be tried again.
   *
   * @throws RuntimeError what stopped the runtime, as a rejection
   */
  idle(): Promise<void>;

  /**
   * Moves the clock forward: delayed messages come due, state expires, and failed batches are tried again on the way,
   * each at its time. Resolves once nothing is left to do then.
   *
   * @throws RuntimeError what stopped the runtime, as a rejection
   * @throws StateFunError `invalid-argument` if the duration is none
   */
  advance(duration: Duration): Promise<void>;

  /**
   * The state values that an address holds, decoded; missing and expired ones are left out.
   *
   * @throws StateFunError `serialization` if a value does not fit its type any more
   */
  storage<N extends string, A extends readonly AnyType[], S extends StorageSpecs>(
    statefulFunction: StatefulFunction<N, A, S>,
    id: string,
  ): { [K in keyof S]?: SpecValue<S[K]> };

  /**
   * The records written to an egress since the start, in order, as they were sent. Bytes do not say which type wrote a
   * value: `type` decodes it; without it the value of a Kafka or Kinesis record is its text, or bytes that are no text.
   *
   * @throws StateFunError `serialization` if a value does not fit `type`
   */
  records(
    egress: Target<never>,
    type?: AnyType,
  ): readonly (KafkaRecord | KinesisRecord | TypedValue | Message)[];

  /**
   * Makes the next batches fail before their handlers run, as a function does whose process is down: the runtime tries
   * them again after 4, 8, 16 … ms of its clock.
   *
   * @param times - how many attempts fail; default 1
   */
  failNext(times?: number): void;

  /**
   * Ends the runtime as SIGKILL would: what was sent since the last commit is lost, answers under way are ignored.
   * {@link restart} goes on from what was committed.
   */
  crash(): Promise<void>;

  /**
   * Starts again after a crash, or ends in good order and starts again: batches that were in flight are sent once more,
   * first without state, as after a restart of a cluster.
   *
   * @throws RuntimeError `closed` if the runtime was closed by {@link close}, as a rejection
   */
  restart(): Promise<void>;

  /** Ends the runtime. */
  close(): Promise<void>;
}

/**
 * Starts the embedded runtime for a test: the real dispatcher and the real handler, a virtual clock and a store in
 * memory.
 *
 * @throws RuntimeError `invalid-argument` if the functions contradict each other
 */
export async function startDevRuntime(
  functions: RequestReplyHandler,
  options: DevRuntimeOptions = {},
): Promise<DevRuntime> {
  const runtime = new TestedRuntime(functions, options);
  await runtime.begin();
  return runtime;
}

class TestedRuntime implements DevRuntime {
  readonly #clock: VirtualClock;
  readonly #store: Store = memoryStore();
  readonly #functions: WatchedFunctions;
  readonly #egresses = new Map<string, RecordedEgress>();
  readonly #parts: RuntimeOptions;
  readonly #journal: Journal;
  #runtime: Runtime;
  #view: RuntimeView;

  constructor(functions: RequestReplyHandler, { start = defaultStart, seed, onFatal }: DevRuntimeOptions) {
    this.#clock = virtualClock(start.getTime());
    this.#functions = watchedFunctions(functions, () => {
      this.#runtime.wake();
    });
    this.#journal = new Journal(this.#clock);
    const counters = new Counters(this.#clock);
    const listener = countedAttempts(counters, this.#journal.listener);
    this.#parts = {
      store: this.#store,
      clock: this.#clock,
      endpoints: inProcessEndpoints(this.#functions, { clock: this.#clock, listener }),
      standIn: (id) => this.#egress(id),
      restart: "never",
      onFatal,
      random: seed === undefined ? undefined : seededRandom(seed),
      counters,
      journal: this.#journal.listener,
    };
    this.#runtime = new Runtime(this.#parts);
    this.#view = this.#newView();
  }

  async begin(): Promise<void> {
    await this.#runtime.start();
    this.#check();
  }

  get now(): Date {
    return new Date(this.#clock.now());
  }

  get view(): RuntimeView {
    return this.#view;
  }

  send(address: Address, message: TypedValue | Message | GivenMessage): void {
    const gate = this.#runtime.gate(testIngress);
    const { typename, id } = address;
    const slash = typename.indexOf("/");
    const target = { namespace: typename.slice(0, slash), name: typename.slice(slash + 1) };
    if (!gate.serves(target)) {
      const served = this.#functions.functions.map((one) => one.typename).join(", ");
      const what = `a message was sent to ${typename}, which the runtime was not given`;
      throw new RuntimeError(
        "unknown-function",
        `${what} (it has ${served}); pass it to requestReplyHandler`,
      );
    }
    gate.admit({ messages: [{ target, id, argument: serializedMessage(message) }] });
  }

  async idle(): Promise<void> {
    while (this.#functions.busy > 0 || !this.#runtime.settled) await this.#runtime.moved();
    this.#check();
  }

  async advance(duration: Duration): Promise<void> {
    const until = this.#clock.now() + durationMillis(duration);
    await this.#clock.advanceTo(until, () => this.idle());
    await this.idle();
  }

  storage<N extends string, A extends readonly AnyType[], S extends StorageSpecs>(
    statefulFunction: StatefulFunction<N, A, S>,
    id: string,
  ): { [K in keyof S]?: SpecValue<S[K]> } {
    const { typename } = statefulFunction;
    const slash = typename.indexOf("/");
    const address = { namespace: typename.slice(0, slash), name: typename.slice(slash + 1), id };
    const values = new Map<string, Uint8Array>();
    for (const { name, bytes } of this.#view.address(address)?.states ?? []) {
      if (bytes !== undefined) values.set(name, bytes);
    }
    return deserializedStorage(statefulFunction, values);
  }

  records(
    { typename }: Target<never>,
    type?: AnyType,
  ): readonly (KafkaRecord | KinesisRecord | TypedValue | Message)[] {
    const written = this.#egresses.get(typename)?.arguments() ?? [];
    return written.map((argument) => deserializedRecord(argument, type));
  }

  failNext(times = 1): void {
    this.#functions.failNext(times, new Error("failNext made this batch fail"));
  }

  crash(): Promise<void> {
    return this.#runtime.crash();
  }

  async restart(): Promise<void> {
    await this.#runtime.close();
    this.#runtime = new Runtime(this.#parts);
    this.#view = this.#newView();
    await this.begin();
  }

  async close(): Promise<void> {
    await this.#runtime.close();
    await this.#store.close();
  }

  #newView(): RuntimeView {
    return new LiveView(this.#runtime, this.#parts, {
      journal: this.#journal,
      store: "memory",
      advance: (millis) => this.advance({ milliseconds: millis }),
    });
  }

  #egress(id: string): RecordedEgress {
    let egress = this.#egresses.get(id);
    if (egress === undefined) {
      egress = recordedEgress(id, { keptRecords: mostRecords });
      this.#egresses.set(id, egress);
    }
    return egress;
  }

  #check(): void {
    const { state, error } = this.#runtime;
    if (state === "failed" && error !== undefined) throw error;
  }
}
