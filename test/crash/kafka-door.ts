import type { KafkaRecords } from "../cluster/kafka-records.js";
import type { Random } from "../support/random.js";
import { inputTopic } from "./contract.js";
import type { Input } from "./contract.js";
import type { Arrival } from "./inputs.js";

/** The most records of one transaction. */
const mostRecords = 50;

/** So often a transaction comes to nothing before the real one. */
const oneInAborted = 6;

/** What aborted transactions hold: counted once, it shows in every sum. */
const bogus: Input = { number: -1, amount: 1_000_000, way: "at once", delayMillis: 0 };

/**
 * Writes records in transactions, and other ones in transactions that are aborted, which must not count.
 *
 * @param before - waited for before each transaction, with the records that it is to hold
 */
export async function writeAll(
  kafka: KafkaRecords,
  arrivals: readonly Arrival[],
  random: Random,
  before: (records: readonly Arrival[]) => Promise<void>,
): Promise<void> {
  const producer = await kafka.transactionalProducer();
  const transaction = async (records: readonly Arrival[], ends: "commit" | "abort"): Promise<void> => {
    const open = await producer.transaction();
    const messages = records.map(({ account, input }) => ({ key: account, value: JSON.stringify(input) }));
    await open.send({ topic: inputTopic, messages });
    await open[ends]();
  };
  let next = 0;
  while (next < arrivals.length) {
    const records = arrivals.slice(next, next + 1 + random.below(mostRecords));
    next += records.length;
    await before(records);
    if (random.below(oneInAborted) === 0) {
      await transaction(
        records.map((record) => ({ ...record, input: bogus })),
        "abort",
      );
    }
    await transaction(records, "commit");
  }
}
