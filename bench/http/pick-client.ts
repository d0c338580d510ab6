import { autocannonClient } from "./autocannon.js";
import type { Client } from "./client.js";
import { wrkClient } from "./wrk.js";

/** `wrk` where it is installed, which needs least of a core for itself; `autocannon` elsewhere. */
export async function clientOnCore(core: number | undefined): Promise<Client> {
  return (await wrkClient(core)) ?? autocannonClient(core);
}
