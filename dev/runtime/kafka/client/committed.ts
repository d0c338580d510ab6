import { isAbortMarker } from "./read-batches.js";
import type { Batch } from "./read-batches.js";

/** A transaction that was aborted, as an answer lists it: all of a producer's records from an offset to its marker. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

/**
 * Leaves out what aborted transactions wrote, and the markers. A producer is inside one transaction at a time, so an
 * aborted one reaches from its first offset to the producer's next abort marker. An answer lists every aborted
 * transaction that has a part in its range, also where it began before, or its marker comes in a later answer; nothing
 * need be remembered from one answer to the next.
 */
export function committedBatches(batches: readonly Batch[], aborted: readonly AbortedTransaction[]): Batch[] {
  const ahead = [...aborted].sort((one, other) => one.firstOffset - other.firstOffset);
  const inside = new Set<number>();
  let next = 0;
  return batches.filter((batch) => {
    for (let one = ahead[next]; one !== undefined && one.firstOffset <= batch.lastOffset; one = ahead[next]) {
      inside.add(one.producerId);
      next += 1;
    }
    if (batch.control) {
      if (isAbortMarker(batch)) inside.delete(batch.producerId);
      return false;
    }
    return !(batch.transactional && inside.has(batch.producerId));
  });
}

/** Leaves out the markers alone. */
export function allBatches(batches: readonly Batch[]): Batch[] {
  return batches.filter(({ control }) => !control);
}
