import { offsetAt } from "./in-memory-log.js";
import type { InMemoryLog } from "./in-memory-log.js";
import type { KafkaReader, PartitionOffset, PartitionRecords, TopicPartition } from "./kafka-connection.js";

/** How many records one answer holds for a partition, so that a reader that pauses holds few. */
const recordsAtOnce = 500;

interface Place {
  readonly log: InMemoryLog;
  next: number;
  /** Where it reads is not there; said once. */
  lost: boolean;
}

/** Reads logs in memory. */
export class InMemoryReader implements KafkaReader {
  readonly failing = false;
  readonly #places = new Map<InMemoryLog, Place>();
  readonly #logOf: (partition: TopicPartition) => InMemoryLog;
  readonly #onClose: (reader: InMemoryReader) => void;
  #wake: (() => void) | undefined;
  #closed = false;

  constructor(logOf: (partition: TopicPartition) => InMemoryLog, onClose: (reader: InMemoryReader) => void) {
    this.#logOf = logOf;
    this.#onClose = onClose;
  }

  end(partition: TopicPartition): number {
    return offsetAt(this.#logOf(partition), "latest");
  }

  seek(position: PartitionOffset): void {
    const log = this.#logOf(position);
    this.#places.set(log, { log, next: position.offset, lost: false });
    this.wake();
  }

  async next(): Promise<readonly PartitionRecords[]> {
    for (;;) {
      if (this.#closed) return [];
      const found = [...this.#places.values()].flatMap((place) => taken(place) ?? []);
      if (found.length > 0) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Lets a waiting `next` look again. */
  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#onClose(this);
    this.wake();
    return Promise.resolve();
  }
}

function taken(place: Place): PartitionRecords | undefined {
  const { log, next } = place;
  if (place.lost) return undefined;
  const { topic, partition, start, records } = log;
  const end = start + records.length;
  if (next < start || next > end) {
    place.lost = true;
    return { topic, partition, records: [], nextOffset: next, outOfRange: true };
  }
  if (next === end) return undefined;
  const found = records.slice(next - start, next - start + recordsAtOnce);
  place.next = next + found.length;
  return { topic, partition, records: found, nextOffset: place.next, outOfRange: false };
}
