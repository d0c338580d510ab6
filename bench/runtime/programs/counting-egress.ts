import { readKafkaArgument } from "../../../dev/runtime/egress/kafka-record.js";
import type { Egress, OutboxRecord } from "../../../dev/runtime/egress/egress.js";

/** An egress that counts greetings and adds up their visits. */
export class CountingEgress implements Egress {
  readonly id: string;
  readonly description = "counts its records";
  greetings = 0;
  visits = 0;
  #last: number | undefined;

  constructor(id: string) {
    this.id = id;
  }

  check(argument: Uint8Array): void {
    readKafkaArgument(argument);
  }

  open(): Promise<number | undefined> {
    return Promise.resolve(this.#last);
  }

  deliver(records: readonly OutboxRecord[]): Promise<void> {
    for (const { sequence, argument } of records) {
      const value = readKafkaArgument(argument).record?.value ?? new Uint8Array(0);
      this.greetings++;
      this.visits += leadingNumber(value);
      this.#last = sequence;
    }
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const zero = 0x30;

/** The digits in front of the first blank. */
function leadingNumber(text: Uint8Array): number {
  let number = 0;
  for (const byte of text) {
    if (byte < zero) break;
    number = number * 10 + (byte - zero);
  }
  return number;
}
