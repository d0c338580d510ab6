import type { KafkaIngressSpec } from "../../module/module.js";
import type { Clock, ScheduledCall } from "../clock.js";
import type { IngressGate } from "../ingress/ingress.js";
import { RuntimeError } from "../runtime-error.js";
import type { KafkaConnection, PartitionOffset } from "./kafka-connection.js";
import type { Outages, ReadingWork } from "./outages.js";

/** How soon progress is told to the group: as often as a cluster with a checkpoint a second does. */
const commitMillis = 1_000;

/**
 * Tells the consumer group how far an ingress has come, for people who look at its lag, and for `group-offsets` where
 * the store is new. Only what is durable is told; a failure to tell stops nothing.
 */
export class GroupProgress {
  readonly #group: string;
  readonly #connection: KafkaConnection;
  readonly #gate: IngressGate;
  readonly #clock: Clock;
  readonly #outages: Outages<ReadingWork>;
  #reached = new Map<string, PartitionOffset>();
  #next: ScheduledCall | undefined;
  #commit: Promise<void> | undefined;
  #stopped = false;

  constructor(
    { consumerGroupId }: KafkaIngressSpec,
    connection: KafkaConnection,
    gate: IngressGate,
    { clock, outages }: { readonly clock: Clock; readonly outages: Outages<ReadingWork> },
  ) {
    this.#group = consumerGroupId;
    this.#connection = connection;
    this.#gate = gate;
    this.#clock = clock;
    this.#outages = outages;
  }

  /** Notes that everything before `position` was admitted. */
  reached(key: string, position: PartitionOffset): void {
    this.#reached.set(key, position);
    if (this.#next !== undefined || this.#commit !== undefined || this.#stopped) return;
    this.#next = this.#clock.schedule(this.#clock.now() + commitMillis, () => {
      this.#next = undefined;
      this.#commit = this.#tell().finally(() => {
        this.#commit = undefined;
        for (const [again, held] of this.#reached) this.reached(again, held);
      });
    });
  }

  /** Tells what is not told yet. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#next?.cancel();
    await this.#commit;
    await this.#tell();
  }

  async #tell(): Promise<void> {
    const positions = [...this.#reached.values()];
    if (positions.length === 0) return;
    this.#reached = new Map();
    try {
      await this.#gate.durable();
      await this.#connection.commitOffsets(this.#group, positions);
      this.#outages.worked("telling the group");
    } catch (error) {
      if (error instanceof RuntimeError && error.code === "io-failed")
        this.#outages.failed("telling the group", error);
    }
  }
}
