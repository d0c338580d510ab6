import { setImmediate as nextTurn } from "node:timers/promises";

/** A collection that frees less than this has found all there is; the collector's own bookkeeping moves by as much. */
const settledBytes = 16 * 1024;
/** Where collections go on freeing after so many, something is still at work, and the figure is taken as it is. */
const mostCollections = 40;

/**
 * `heapUsed` and `external` of this process once nothing more can be freed, in bytes. Needs `--expose-gc`.
 *
 * One collection is not enough: finalizers run after it, and what they release is freed by the next.
 */
export async function collectedMemory(): Promise<number> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error("start this process with --expose-gc");
  let least = Infinity;
  for (let unchanged = 0, count = 0; unchanged < 4 && count < mostCollections; count++) {
    gc();
    await nextTurn();
    const { heapUsed, external } = process.memoryUsage();
    unchanged = heapUsed + external < least - settledBytes ? 0 : unchanged + 1;
    least = Math.min(least, heapUsed + external);
  }
  return least;
}
