import { setTimeout as delay } from "node:timers/promises";
import type { KafkaConnection, OutgoingRecord } from "../../dev/runtime/kafka/kafka-connection.js";
import { addressId } from "./addresses.js";
import { stringBytes } from "./string-value.js";

/** Records of one request to the broker: some 60 kB. */
const recordsAtOnce = 1000;

/** How often an even load sends what is due: far below what is measured with it. */
const paceMillis = 1;

/** The record of this number: its key is the address, its value the number. */
function numbered(topic: string, number: number, addresses: number): OutgoingRecord {
  return {
    topic,
    key: Buffer.from(addressId(number, addresses), "latin1"),
    value: stringBytes(number.toString()),
  };
}

/** Writes the records 0 to `count` − 1. */
export async function fill(
  connection: KafkaConnection,
  topic: string,
  count: number,
  addresses: number,
): Promise<void> {
  const producer = await connection.producer("leader");
  for (let from = 0; from < count; from += recordsAtOnce) {
    const numbers = Array.from({ length: Math.min(recordsAtOnce, count - from) }, (_, index) => from + index);
    await producer.send(numbers.map((number) => numbered(topic, number, addresses)));
  }
  await producer.close();
}

/** An even load, as long as it goes. */
export interface Pace {
  readonly from: number;
  readonly count: number;
  readonly perSecond: number;
  /** Hears how late the sender was at worst. */
  readonly send: (numbers: readonly number[]) => Promise<void> | void;
}

/**
 * Sends the numbers from `from` on at an even rate. A number is late if its turn is late: time runs from when it was due,
 * so that a stall is seen by all that wait behind it.
 *
 * @returns when each number is due, known before anything is sent
 */
export function pace({ from, count, perSecond, send }: Pace): {
  readonly due: ReadonlyMap<string, number>;
  readonly sent: Promise<void>;
} {
  const start = performance.now() + paceMillis;
  const dueAt = (index: number): number => start + (index * 1000) / perSecond;
  const due = new Map(Array.from({ length: count }, (_, index) => [(from + index).toString(), dueAt(index)]));
  const run = async (): Promise<void> => {
    let next = 0;
    while (next < count) {
      const numbers: number[] = [];
      while (next < count && dueAt(next) <= performance.now()) numbers.push(from + next++);
      if (numbers.length > 0) await send(numbers);
      else await delay(paceMillis);
    }
  };
  return { due, sent: run() };
}

/** Sends numbered records to a topic, some requests to the broker at a time. */
export async function kafkaSender(
  connection: KafkaConnection,
  topic: string,
  addresses: number,
): Promise<{ send(numbers: readonly number[]): Promise<void>; close(): Promise<void> }> {
  const producer = await connection.producer("leader");
  return {
    send: (numbers) => producer.send(numbers.map((number) => numbered(topic, number, addresses))),
    close: () => producer.close(),
  };
}
