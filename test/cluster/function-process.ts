import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Node starts in a second; with the TypeScript loader and on a busy machine it may take many. */
const startLimitMillis = 60_000;
const pollMillis = 50;

/** Functions in a process of their own, which can be killed without a word. */
export interface FunctionProcess {
  /** What it has written so far. */
  output(): string;
  /** Ends it with SIGKILL. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Asks it to end, with SIGTERM. Resolves with its exit code. */
  end(): Promise<number | null>;
}

/** Runs a program, a path from the repository's folder, that serves on the port `PORT`. Resolves when it answers. */
export async function startFunctions(file: string, port: number): Promise<FunctionProcess> {
  const child = spawn(process.execPath, ["--import", "tsx", resolve(file)], {
    env: { ...process.env, PORT: String(port) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const deadline = Date.now() + startLimitMillis;
  while (!(await answers(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill("SIGKILL");
      throw new Error(`the functions did not start: ${output}`);
    }
    await delay(pollMillis);
  }
  return {
    output: () => output,
    async end() {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      const [code] = (await gone) as [number | null];
      return code;
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

/** A port nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return address.port;
}

async function answers(port: number): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${String(port)}/statefun`); // 405: it wants POST, but it is there
    return true;
  } catch {
    return false;
  }
}
