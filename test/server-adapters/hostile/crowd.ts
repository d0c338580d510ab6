import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

/** Many connections, held by a process of their own. */
export interface Crowd {
  /** Resolves when all of them have ended: how many ended how. */
  readonly ended: Promise<Readonly<Record<string, number>>>;
  stop(): Promise<void>;
}

type Said =
  | { readonly open: number }
  | { readonly ends: Readonly<Record<string, number>> }
  | { readonly failed: string };

/**
 * Opens `count` connections to a port of this machine. Resolves when all of them are open; rejects where the machine
 * does not allow so many.
 */
export async function crowd(port: number, count: number): Promise<Crowd> {
  const child = fork(path.resolve(__dirname, "crowd-program.ts"), [String(port), String(count)], {
    execArgv: ["--import", "tsx"],
    cwd: path.resolve(__dirname, "../../.."),
  });
  const gone = once(child, "exit");
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await gone;
  };
  const [first] = (await Promise.race([once(child, "message"), gone])) as [Said | number];
  if (typeof first === "object" && "open" in first) {
    const ended = once(child, "message").then(([said]) => (said as { ends: Record<string, number> }).ends);
    return { ended, stop };
  }
  await stop();
  throw new Error(typeof first === "object" && "failed" in first ? first.failed : "the crowd ended early");
}
