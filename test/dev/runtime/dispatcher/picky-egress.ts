import type { Egress, OutboxRecord } from "../../../../dev/runtime/egress/egress.js";

/** What a {@link PickyEgress} does beside taking records. */
export interface PickyEgressOptions {
  readonly open?: () => Promise<number | undefined>;
  /** Called before the records are looked at. */
  readonly deliver?: () => Promise<void>;
  readonly close?: () => Promise<void>;
}

/** An egress whose destination refuses every delivery with a record that has `poison` in it. */
export class PickyEgress implements Egress {
  readonly id = "test/picky";
  readonly description = "takes everything but poison";
  /** The numbers of the records that it has. */
  readonly taken: number[] = [];
  readonly #options: PickyEgressOptions;

  constructor(options: PickyEgressOptions = {}) {
    this.#options = options;
  }

  check(): void {
    // only the destination knows
  }

  async open(): Promise<number | undefined> {
    return this.#options.open?.();
  }

  async deliver(records: readonly OutboxRecord[]): Promise<void> {
    await this.#options.deliver?.();
    if (records.some(({ argument }) => Buffer.from(argument).includes("poison"))) {
      throw new Error("the destination does not take poison");
    }
    this.taken.push(...records.map(({ sequence }) => sequence));
  }

  async close(): Promise<void> {
    await this.#options.close?.();
  }
}
