/** Uses `statefun dev` where the packages are installed: runs a file of functions, and talks to it over HTTP. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";

/** All of it takes two seconds; a command that hangs must not hold CI. */
const limitMillis = 120_000;

/**
 * Starts `statefun dev` in `folder` with `file`, sends it one message and reads what comes out, twice: the second run
 * must go on with the state of the first.
 *
 * @throws Error if an answer is another one than that, or the command does not end in good order.
 */
export async function useDev(folder: string, file: string): Promise<void> {
  for (const expected of ["Hello Ada, for the 1. time", "Hello Ada, for the 2. time"]) {
    const command = path.join(folder, "node_modules", ".bin", "statefun");
    const child = spawn(command, ["dev", file, "--port", "0", "--api-port", "0", "--json"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
      signal: AbortSignal.timeout(limitMillis),
      killSignal: "SIGKILL",
    });
    const closed = once(child, "close");
    try {
      const greeted = await greeting(await startedAt(child));
      child.kill("SIGTERM");
      const [code] = (await closed) as [number | null];
      if (greeted === expected && code === 0) continue;
      throw new Error(`statefun dev greeted with ${JSON.stringify(greeted)} and ended with ${String(code)}`);
    } finally {
      child.kill("SIGKILL"); // does nothing where it has ended
    }
  }
}

/** Where it takes messages, as its first line says. */
async function startedAt({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error("the command has no output");
  for await (const line of createInterface(stdout)) {
    const { kind, httpIngress } = JSON.parse(line) as { kind: string; httpIngress?: string };
    if (kind !== "started" || httpIngress === undefined) throw new Error(`statefun dev began with ${line}`);
    stdout.resume(); // the rest is not read, and must not hold the command up
    return httpIngress;
  }
  throw new Error("statefun dev ended before it had started");
}

/** Sends a name, and waits for the greeting. */
async function greeting(http: string): Promise<unknown> {
  const headers = { "content-type": "text/plain" };
  const sent = await fetch(`${http}/consumer/person/Ada`, { method: "POST", headers, body: "Ada" });
  if (sent.status !== 202)
    throw new Error(`statefun dev answered ${String(sent.status)}: ${await sent.text()}`);
  const read = await fetch(`${http}/egress/consumer/greetings?wait=30s`);
  const { records } = (await read.json()) as { records: readonly { value?: unknown }[] };
  return records.at(-1)?.value;
}
