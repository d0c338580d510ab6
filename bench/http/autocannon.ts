import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { text } from "node:stream/consumers";
import { connectionCount, type Client, type Load } from "./client.js";
import { pinned } from "./pinning.js";

/** What the process of `autocannon-process.ts` is told on its standard input. */
export interface AutocannonOrder {
  readonly url: string;
  readonly seconds: number;
  /** The bodies, in base64. */
  readonly bodies: readonly string[];
}

/** `autocannon`, a client written in JavaScript, in a process of its own. */
export function autocannonClient(core: number | undefined): Client {
  const file = fileURLToPath(new URL("autocannon-process.ts", import.meta.url));
  return {
    description: `autocannon (there is no wrk here), ${connectionCount.toString()} connections`,
    async load(server, requests, seconds) {
      const { command, args } = pinned(process.execPath, ["--import", "tsx", file], core);
      const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
      const order: AutocannonOrder = {
        url: server.url,
        seconds,
        bodies: requests.map((request) => Buffer.from(request).toString("base64")),
      };
      child.stdin.end(JSON.stringify(order));
      return parseAutocannon(await text(child.stdout));
    },
  };
}

/**
 * Reads what `autocannon-process.ts` prints.
 *
 * @throws Error if a request failed, or it printed something else
 */
export function parseAutocannon(output: string): Load {
  let result: { readonly requests?: unknown; readonly seconds?: unknown; readonly failures?: unknown };
  try {
    result = JSON.parse(output) as typeof result;
  } catch {
    throw new Error(`autocannon printed no result: ${output}`);
  }
  const { requests, seconds, failures } = result;
  if (typeof requests !== "number" || typeof seconds !== "number") {
    throw new Error(`autocannon printed no result: ${output}`);
  }
  if (failures !== 0) throw new Error(`autocannon counts ${String(failures)} failures`);
  return { requests, requestsPerSecond: requests / seconds };
}
