import { setTimeout as delay } from "node:timers/promises";
import type { Cluster } from "statefun-dev";

/** Conditions hold within seconds; a machine that is busy with other work may need much longer. */
const limitMillis = 150_000;
const pollMillis = 50;

/** Waits until the condition holds; when it does not, the error shows what every process of the cluster said last. */
export async function until(
  what: string,
  cluster: Cluster,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + limitMillis;
  while (!(await condition())) {
    if (Date.now() > deadline) {
      throw new Error(`waited ${String(limitMillis / 1000)} s until ${what}\n${cluster.recentLogs()}`);
    }
    await delay(pollMillis);
  }
}
