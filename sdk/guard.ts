import type { Batch } from "./batch.js";
import { printAddress } from "./address.js";
import { StateFunError } from "./errors.js";
import type { HandleOptions } from "./request-reply-handler.js";

/** Ends a batch that is waited for in vain: its time is up, or its caller is gone. */
export function guarded(
  batch: Batch,
  answer: Promise<Uint8Array>,
  options: HandleOptions | undefined,
  timeoutMillis: number | undefined,
): Promise<Uint8Array> {
  const signal = options?.signal;
  if (signal === undefined && timeoutMillis === undefined) return answer;
  return new Promise((resolve, reject) => {
    const timer = timeoutMillis === undefined ? undefined : setTimeout(timedOut, timeoutMillis);
    signal?.addEventListener("abort", disconnected);
    answer.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", disconnected);
    });
    if (signal?.aborted === true) disconnected();

    function timedOut(): void {
      end("batch-timeout", `was not done after ${String(timeoutMillis)} ms, the batchTimeout`);
    }

    function disconnected(): void {
      end("client-disconnected", "was still running when its caller hung up");
    }

    function end(code: "batch-timeout" | "client-disconnected", what: string): void {
      const { typename, id } = batch.self;
      reject(
        batch.fail(
          new StateFunError(code, `the batch for ${printAddress(batch.self)} ${what}`, { typename, id }),
        ),
      );
    }
  });
}
