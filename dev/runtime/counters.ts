import { typenameOf } from "./address.js";
import type { Clock } from "./clock.js";
import { Histogram } from "./histogram.js";
import { Rates, rateStepMillis } from "./rate.js";

/**
 * What is counted for one function type, under the names of the cluster's metrics. The dispatcher keeps the object at
 * the type and changes its numbers directly; nothing here costs more than an addition.
 */
export class TypeCounters {
  /** The part of the typename before the slash. */
  readonly namespace: string;
  /** The part of the typename behind the slash. */
  readonly name: string;
  /** Messages that arrived, and replies: the cluster counts the completion of a call here too. */
  in = 0;
  /** Messages sent to functions of this process. Delayed ones are not counted, as in the cluster. */
  outLocal = 0;
  /** Messages sent to functions of another process: always 0, there is one process. */
  outRemote = 0;
  /** Records sent to egresses. */
  outEgress = 0;
  /** Batches whose reply is awaited. */
  inflightAsyncOps = 0;
  /** Messages that wait behind a batch in flight. */
  numBacklog = 0;
  /** Addresses whose backlog is so long that ingresses pause. */
  numBlockedAddress = 0;
  /** Attempts to call a function that failed, whether or not a later attempt of the same call succeeded. */
  remoteInvocationFailures = 0;
  /** How long each attempt took, in milliseconds. */
  readonly remoteInvocationLatency = new Histogram();
  /** Addresses that are set aside. */
  quarantined = 0;
  readonly #rates = new Rates(() => [
    this.in,
    this.outLocal,
    this.outRemote,
    this.outEgress,
    this.remoteInvocationFailures,
  ]);

  /** Belongs to one {@link Counters}. */
  constructor(namespace: string, name: string) {
    this.namespace = namespace;
    this.name = name;
  }

  /** `<namespace>/<name>`. */
  get typename(): string {
    return typenameOf(this);
  }

  /** Looks at the counters for their rates. */
  look(nowMillis: number): void {
    this.#rates.look(nowMillis);
  }

  /** The means per second over the last 60 seconds. */
  rates(nowMillis: number): TypeRates {
    const [
      inRate = 0,
      outLocalRate = 0,
      outRemoteRate = 0,
      outEgressRate = 0,
      remoteInvocationFailuresRate = 0,
    ] = this.#rates.perSecond(nowMillis);
    return { inRate, outLocalRate, outRemoteRate, outEgressRate, remoteInvocationFailuresRate };
  }
}

/** How fast the counters of a function type grow, per second. */
export interface TypeRates {
  readonly inRate: number;
  readonly outLocalRate: number;
  readonly outRemoteRate: number;
  readonly outEgressRate: number;
  readonly remoteInvocationFailuresRate: number;
}

/** What is counted for one ingress. */
export class IngressCounters {
  /** `<namespace>/<name>`. */
  readonly id: string;
  /** Records taken over, without those that have no target. */
  records = 0;
  /** Messages that they became. */
  messages = 0;
  /** Records that were known already by their idempotency key. */
  repeated = 0;
  /** Reads that failed and were, or will be, tried again. */
  failures = 0;
  /** How the ingress tells {@link lag}, if it can. */
  measureLag: (() => number | undefined) | undefined = undefined;

  /** Belongs to one {@link Counters}. */
  constructor(id: string) {
    this.id = id;
  }

  /** Records that wait where the ingress reads; `undefined` if it does not know. */
  get lag(): number | undefined {
    return this.measureLag?.();
  }
}

/** What is counted for one egress. */
export class EgressCounters {
  /** `<namespace>/<name>`. */
  readonly id: string;
  /** Records that their destination has. */
  records = 0;
  /** Deliveries that failed and were, or will be, tried again. */
  failures = 0;
  /** Records that were dropped because somebody asked for it. */
  dropped = 0;
  /** Records that wait to be delivered, durable or about to be. */
  waiting = 0;

  /** Belongs to one {@link Counters}. */
  constructor(id: string) {
    this.id = id;
  }
}

/** Everything that one runtime counts since its start. */
export class Counters {
  /** Messages from functions to functions that entered a mailbox, delayed ones once they came due. */
  produced = 0;
  /** Group commits. */
  commits = 0;
  /** Writes in them. */
  commitWrites = 0;
  /** How long each took, in milliseconds. */
  readonly commitLatency = new Histogram();
  /** Addresses that are held in memory. */
  addressesCached = 0;
  /** Messages that are not processed yet, those of batches in flight included. */
  mailWaiting = 0;
  /** What the messages of addresses that are set aside take in memory, in bytes. */
  quarantinedMailBytes = 0;
  /** Delayed messages that are not due yet. */
  delaysPending = 0;
  /** Times that something fatal stopped the runtime and it started again. */
  restarts = 0;
  readonly #clock: Clock;
  readonly #types = new Map<string, TypeCounters>();
  readonly #ingresses = new Map<string, IngressCounters>();
  readonly #egresses = new Map<string, EgressCounters>();
  readonly #produced = new Rates(() => [this.produced]);
  #nextLookMillis = -Infinity;

  /** Rates are over the time that `clock` shows. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The counters of a function type: to be asked for once and kept. */
  type(namespace: string, name: string): TypeCounters {
    const typename = typenameOf({ namespace, name });
    let counters = this.#types.get(typename);
    if (counters === undefined) this.#types.set(typename, (counters = new TypeCounters(namespace, name)));
    return counters;
  }

  /** The counters of an ingress: to be asked for once and kept. */
  ingress(id: string): IngressCounters {
    let counters = this.#ingresses.get(id);
    if (counters === undefined) this.#ingresses.set(id, (counters = new IngressCounters(id)));
    return counters;
  }

  /** The counters of an egress: to be asked for once and kept. */
  egress(id: string): EgressCounters {
    let counters = this.#egresses.get(id);
    if (counters === undefined) this.#egresses.set(id, (counters = new EgressCounters(id)));
    return counters;
  }

  /** All function types that were asked for, in the order of their typenames. */
  get types(): readonly TypeCounters[] {
    return [...this.#types.values()].sort((a, b) => (a.typename < b.typename ? -1 : 1));
  }

  /** All ingresses that were asked for, in that order. */
  get ingresses(): readonly IngressCounters[] {
    return [...this.#ingresses.values()];
  }

  /** All egresses that were asked for, in that order. */
  get egresses(): readonly EgressCounters[] {
    return [...this.#egresses.values()];
  }

  /** Batches whose reply is awaited, over all function types. */
  get inflightAsyncOps(): number {
    let sum = 0;
    for (const { inflightAsyncOps } of this.#types.values()) sum += inflightAsyncOps;
    return sum;
  }

  /** Addresses that are set aside, over all function types. */
  get quarantined(): number {
    let sum = 0;
    for (const { quarantined } of this.#types.values()) sum += quarantined;
    return sum;
  }

  /** How fast {@link produced} grows, per second. */
  get producedRate(): number {
    return this.#produced.perSecond(this.#clock.now())[0] ?? 0;
  }

  /**
   * Looks at the counters for their rates, if 5 seconds have passed since the last look. The dispatcher calls it once a
   * group commit: between two commits that are further apart nothing was counted.
   */
  look(): void {
    const nowMillis = this.#clock.now();
    if (nowMillis < this.#nextLookMillis) return;
    this.#nextLookMillis = nowMillis + rateStepMillis;
    this.#produced.look(nowMillis);
    for (const type of this.#types.values()) type.look(nowMillis);
  }

  /** The rates of one function type now. */
  rates(type: TypeCounters): TypeRates {
    return type.rates(this.#clock.now());
  }
}
