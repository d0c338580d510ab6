import { setTimeout as delay } from "node:timers/promises";
import { inputType } from "./contract.js";
import type { Arrival } from "./inputs.js";

/** While a runtime starts again, every request fails at once. */
const retryMillis = 100;

/** The ingress lets a request wait for 10 s at most; what takes much longer got lost with a process. */
const answerLimitMillis = 60_000;

/**
 * Sends a record as a careful client does: again and again with the same key, until the answer is 202.
 *
 * @param signal - ends it
 * @param key - names the request; another key makes it another request
 */
export async function post(
  url: string,
  { account, input }: Arrival,
  signal: AbortSignal,
  key = String(input.number),
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const status = await attempt(`${url}/crash/account/${account}`, {
      method: "POST",
      headers: {
        "content-type": "application/octet-stream",
        "statefun-typename": inputType.typename,
        "idempotency-key": key,
      },
      body: JSON.stringify(input),
    });
    if (status === 202) return;
    if (status !== undefined && status < 500) {
      throw new Error(`the HTTP ingress answers record ${String(input.number)} with ${String(status)}`);
    }
    await delay(retryMillis);
  }
}

/** The status; `undefined` if there was none. */
async function attempt(url: string, init: RequestInit): Promise<number | undefined> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(answerLimitMillis) });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return undefined;
  }
}
