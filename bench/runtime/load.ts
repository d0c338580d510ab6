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

/** An even load. */
export interface Pace {
  readonly from: number;
  readonly count: number;
  readonly perSecond: number;
  /** Nothing is sent before what it returns has resolved; what is due meanwhile is sent together. */
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

/** Writes numbered records to a topic. */
export interface RecordSender {
  /** As fast as the broker takes them. */
  fill(from: number, count: number): Promise<void>;
  send(numbers: readonly number[]): Promise<void>;
  close(): Promise<void>;
}

/** Writes to one topic, for so many addresses. */
export async function recordSender(
  connection: KafkaConnection,
  topic: string,
  addresses: number,
): Promise<RecordSender> {
  const producer = await connection.producer("leader");
  const send = (numbers: readonly number[]): Promise<void> =>
    producer.send(numbers.map((number) => numbered(topic, number, addresses)));
  return {
    send,
    async fill(from, count) {
      for (let done = 0; done < count; done += recordsAtOnce) {
        const length = Math.min(recordsAtOnce, count - done);
        await send(Array.from({ length }, (_, index) => from + done + index));
      }
    },
    close: () => producer.close(),
  };
}
