import { setTimeout as delay } from "node:timers/promises";

/** Long enough for a process to start or end on a busy machine. */
const limitMillis = 30_000;
const pollMillis = 20;

/** Waits until the condition holds. */
export async function eventually(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + limitMillis;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`it never came to pass that ${what}`);
    await delay(pollMillis);
  }
}
